"""The outlines that formations are made of: their size for an area, and the signed distance to their edge.

Lengths are in cells. `across` runs along the front to the right, `ahead` towards the enemy. Distances are negative
inside and follow the usual constructions for signed distance fields (Quilez, "2D distance functions").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.slots import Box

Field = Float[np.ndarray, "H W"]


@dataclass(frozen=True)
class Shape:
    """An outline: `size(area, ratio, ranks)` gives frontage and depth, `distance` the way to the edge.

    `boxes(frontage, depth, ranks)` are the full rectangles that it is made of, if it is made of such.
    """

    size: Callable[[float, float, float], tuple[float, float]]
    distance: Callable[[Field, Field, float, float, float], Field]
    boxes: Callable[[float, float, float], tuple[Box, ...]] = lambda frontage, depth, ranks: ()


def solid(share: float) -> Callable[[float, float, float], tuple[float, float]]:
    """Return the size of a shape that fills that share of its box."""

    def size(area: float, ratio: float, ranks: float) -> tuple[float, float]:
        frontage = math.sqrt(area / share * ratio)
        return frontage, frontage / ratio

    return size


def rectangle(across: Field, ahead: Field, frontage: float, depth: float, ranks: float = 0.0) -> Field:
    """Return the distance to a rectangle."""
    beside, before = np.abs(across) - frontage / 2, np.abs(ahead) - depth / 2
    return np.hypot(np.maximum(beside, 0), np.maximum(before, 0)) + np.minimum(np.maximum(beside, before), 0)


def hollow_size(area: float, ratio: float, ranks: float) -> tuple[float, float]:
    """Return the outer size of four faces, each `ranks` deep; solid where they would meet."""
    depth = (area + 4 * ranks**2) / (2 * ranks) / (1 + ratio)
    if min(depth, depth * ratio) <= 2 * ranks:
        return solid(1.0)(area, ratio, ranks)
    return depth * ratio, depth


def hollow_rectangle(across: Field, ahead: Field, frontage: float, depth: float, ranks: float) -> Field:
    """Return the distance to four faces around an empty middle."""
    outer = rectangle(across, ahead, frontage, depth)
    if min(frontage, depth) <= 2 * ranks:
        return outer
    return np.maximum(outer, -rectangle(across, ahead, frontage - 2 * ranks, depth - 2 * ranks))


def one_box(frontage: float, depth: float, ranks: float = 0.0) -> tuple[Box, ...]:
    """Return the rectangle itself."""
    return (Box(0.0, 0.0, frontage, depth),)


def four_faces(frontage: float, depth: float, ranks: float) -> tuple[Box, ...]:
    """Return front and rear over the whole frontage, and the flanks between them."""
    if min(frontage, depth) <= 2 * ranks:
        return one_box(frontage, depth)
    ahead, aside = (depth - ranks) / 2, (frontage - ranks) / 2
    flanks = (Box(side, 0.0, ranks, depth - 2 * ranks) for side in (-aside, aside))
    return Box(0.0, ahead, frontage, ranks), *flanks, Box(0.0, -ahead, frontage, ranks)


def triangle(across: Field, ahead: Field, frontage: float, depth: float, ranks: float = 0.0) -> Field:
    """Return the distance to a triangle whose point looks ahead (exact inside, a lower bound beyond its corners)."""
    slant = math.hypot(frontage / 2, depth)
    flank = (np.abs(across) * depth + (ahead - depth / 2) * frontage / 2) / slant
    return np.maximum(flank, -ahead - depth / 2)


def ellipse(across: Field, ahead: Field, frontage: float, depth: float, ranks: float = 0.0) -> Field:
    """Return the distance to an ellipse, to first order at its edge."""
    near = np.hypot(2 * across / frontage, 2 * ahead / depth)
    slope = np.hypot(4 * across / frontage**2, 4 * ahead / depth**2)
    return near * (near - 1) / np.maximum(slope, 1e-9)


SHAPES = {
    "rectangle": Shape(solid(1.0), rectangle, one_box),
    "hollow rectangle": Shape(hollow_size, hollow_rectangle, four_faces),
    "triangle": Shape(solid(0.5), triangle),
    "ellipse": Shape(solid(math.pi / 4), ellipse),
}
