"""Ground as a picture: white is open, black is closed, and a grey cell holds fewer soldiers, as a ford does."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from engine.io import FileError, limits, read_file, read_png
from engine.plugin import QUANTUM, Ground

OPEN, CLOSED = 255, 32  # grey levels: of open ground, and below which a cell is closed


def read_picture(content: bytes, size: tuple[int, int] | None, name: str) -> Ground:
    """Return the ground of a PNG, scaled to `size` (width and height in cells) where that is given.

    What is transparent shows white, open ground, behind it. `name` is the file and the field for error lines. Raises
    FileError for a picture that cannot be read.
    """
    colours = read_png(content, name)
    levels = np.asarray(Image.fromarray(colours[..., :3]).convert("L"))
    if (alpha := colours[..., 3]).min() < 255:
        levels = np.rint(255 - (255.0 - levels) * alpha / 255).astype(np.uint8)
    if size is not None and levels.shape != size[::-1]:
        levels = np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))
    return ground_of(levels)


def load(path: Path, size: tuple[int, int]) -> Ground:
    """Return the ground of a PNG, scaled to width and height in cells. Raises FileError where it cannot be used."""
    return read_picture(read_file(path, limits.LARGEST_PICTURE), size, str(path))


def read_text(text: str, name: str) -> Ground:
    """Return the ground of a picture that `write_text` wrote."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise FileError(f"{name} must be a PNG in base64") from None
    return read_picture(content, None, name)


def write_text(ground: Ground) -> str:
    """Return a picture of the ground as text: a PNG in base64."""
    file = io.BytesIO()
    Image.fromarray(levels_of(ground)).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")


def ground_of(levels: UInt8[np.ndarray, "H W"]) -> Ground:
    """Return the ground that grey levels stand for."""
    open_cells = levels >= CLOSED
    if (levels[open_cells] == OPEN).all():
        return Ground(open_cells)
    capacity = np.where(open_cells, levels, OPEN) / OPEN  # simulations need a capacity above 0 in closed cells, too
    return Ground(open_cells, np.floor(capacity / QUANTUM).astype(np.float32) * np.float32(QUANTUM))


def levels_of(ground: Ground) -> UInt8[np.ndarray, "H W"]:
    """Return the grey levels that stand for a ground."""
    capacity = np.broadcast_to(ground.capacity, ground.grid)
    return np.where(ground.open_cells, np.rint(capacity * OPEN), 0).astype(np.uint8)
