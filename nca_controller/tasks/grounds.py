"""Grounds to train on: pictures, as scenarios have them."""

from __future__ import annotations

from pathlib import Path

from engine.formations import ground_image
from engine.io import limits, read_file
from engine.plugin import Ground


def read_ground(path: Path, side: int) -> Ground:
    """Return the ground in a PNG, scaled to `side` x `side` cells. Raises FileError where it cannot be used."""
    return ground_image.read_picture(read_file(path, limits.LARGEST_PICTURE), (side, side), str(path))
