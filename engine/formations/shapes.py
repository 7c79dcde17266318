"""The outlines of formations: their size for an area, and the signed distance to their edge.

Lengths are in cells. `across` runs along the front to the right, `ahead` towards the enemy. Distances are negative
inside and follow the usual constructions for signed distance fields (Quilez, "2D distance functions").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.formations.slots import Box

Field = Float[np.ndarray, "H W"]


@dataclass(frozen=True)
class Shape:
    """An outline, full or hollow. Sizes are those of the box around it, `hollow` is the depth of its faces, 0 if full.

    `share` is how much of the box it fills; `outline(across, ahead, frontage, depth)` the distance to its outer edge;
    `core(frontage, depth, by)` the area that lies further than that inside; `boxes(frontage, depth, hollow)` are the
    full rectangles that it is made of, or none.
    """

    share: float
    outline: Callable[[Field, Field, float, float], Field]
    core: Callable[[float, float, float], float]
    boxes: Callable[[float, float, float], tuple[Box, ...]] = lambda frontage, depth, hollow: ()

    def size(self, area: float, ratio: float, hollow: float = 0.0) -> tuple[float, float]:
        """Return frontage and depth for so many cells and that ratio; full where the faces would meet."""
        small = frontage = math.sqrt(area / self.share * ratio)
        if not hollow:
            return frontage, frontage / ratio
        large = 2 * frontage
        while self._left(large, ratio, hollow) < area:
            large *= 2
        for _ in range(50):
            frontage = (small + large) / 2
            if self._left(frontage, ratio, hollow) < area:
                small = frontage
            else:
                large = frontage
        return frontage, frontage / ratio

    def _left(self, frontage: float, ratio: float, hollow: float) -> float:
        return self.share * frontage * frontage / ratio - self.core(frontage, frontage / ratio, hollow)

    def distance(self, across: Field, ahead: Field, frontage: float, depth: float, hollow: float = 0.0) -> Field:
        """Return the distance to the edge, outer or inner, whichever is nearer."""
        outer = self.outline(across, ahead, frontage, depth)
        return np.abs(outer + hollow / 2) - hollow / 2 if hollow else outer


def rectangle(across: Field, ahead: Field, frontage: float, depth: float) -> Field:
    """Return the distance to a rectangle."""
    beside, before = np.abs(across) - frontage / 2, np.abs(ahead) - depth / 2
    return np.hypot(np.maximum(beside, 0), np.maximum(before, 0)) + np.minimum(np.maximum(beside, before), 0)


def triangle(across: Field, ahead: Field, frontage: float, depth: float) -> Field:
    """Return the distance to a triangle whose point looks ahead (exact inside, a lower bound beyond its corners)."""
    slant = math.hypot(frontage / 2, depth)
    flank = (np.abs(across) * depth + (ahead - depth / 2) * frontage / 2) / slant
    return np.maximum(flank, -ahead - depth / 2)


def ellipse(across: Field, ahead: Field, frontage: float, depth: float) -> Field:
    """Return the distance to an ellipse, to first order at its edge."""
    near = np.hypot(2 * across / frontage, 2 * ahead / depth)
    slope = np.hypot(4 * across / frontage**2, 4 * ahead / depth**2)
    middle = near < 1e-6  # where the gradient vanishes
    return np.where(middle, -min(frontage, depth) / 2, near * (near - 1) / np.where(middle, 1.0, slope))


def rectangle_core(frontage: float, depth: float, by: float) -> float:
    """Return the area of a rectangle that lies further inside."""
    return max(frontage - 2 * by, 0.0) * max(depth - 2 * by, 0.0)


def triangle_core(frontage: float, depth: float, by: float) -> float:
    """Return the area of a triangle that lies further inside: a triangle alike, smaller by the inscribed circle."""
    radius = frontage * depth / (frontage + 2 * math.hypot(frontage / 2, depth))
    return frontage * depth / 2 * max(1 - by / radius, 0.0) ** 2


def ellipse_core(frontage: float, depth: float, by: float) -> float:
    """Return the area of an ellipse that lies further inside, as if that were an ellipse too."""
    return math.pi / 4 * rectangle_core(frontage, depth, by)


def faces(frontage: float, depth: float, hollow: float) -> tuple[Box, ...]:
    """Return front and rear over the whole frontage and the flanks between them, or all of a full rectangle."""
    if not hollow or min(frontage, depth) <= 2 * hollow:
        return (Box(0.0, 0.0, frontage, depth),)
    ahead, aside = (depth - hollow) / 2, (frontage - hollow) / 2
    flanks = (Box(side, 0.0, hollow, depth - 2 * hollow) for side in (-aside, aside))
    return Box(0.0, ahead, frontage, hollow), *flanks, Box(0.0, -ahead, frontage, hollow)


SHAPES = {
    "rectangle": Shape(1.0, rectangle, rectangle_core, faces),
    "triangle": Shape(0.5, triangle, triangle_core),
    "ellipse": Shape(math.pi / 4, ellipse, ellipse_core),
}
