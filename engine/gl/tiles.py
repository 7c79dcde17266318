"""Tiles of the field as quads: one instanced draw for all of them."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import Bool, Float

STRIP = 4  # a tile's height in cells


class Tiles:
    """The quads of a program whose vertex shader is tiles.vert.glsl."""

    def __init__(self, context: moderngl.Context, program: moderngl.Program) -> None:
        self._context = context
        self._program = program
        self._count = 0
        self._reserve(64)

    def _reserve(self, count: int) -> None:
        self._extents = self._context.buffer(reserve=count * 16, dynamic=True)
        self._quads = self._context.vertex_array(self._program, [(self._extents, "4f/i", "extent")])

    def cover(self, mask: Bool[np.ndarray, "H W"], beyond: int = 0) -> None:
        """From now on draw the cells of the mask, and those up to `beyond` cells around them."""
        extents = tile_extents(mask, beyond)
        self._count = len(extents)
        if extents.nbytes > self._extents.size:
            self._reserve(2 * self._count)
        if self._count:
            self._extents.orphan()
            self._extents.write(np.ascontiguousarray(extents))

    def render(self) -> None:
        """Draw the quads onto the bound framebuffer."""
        if self._count:
            self._quads.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=self._count)


def tile_extents(mask: Bool[np.ndarray, "H W"], beyond: int = 0) -> Float[np.ndarray, "N 4"]:
    """Return N rectangles (left, top, right, bottom in cells) that cover the cells of the mask, none of them twice.

    They reach at least `beyond` cells around each of these cells, where the field goes so far.
    """
    height, width = mask.shape
    strips = -(-height // STRIP)
    padded = np.zeros((strips * STRIP + 2 * beyond, width + 2 * beyond), dtype=bool)
    padded[beyond : beyond + height, beyond : beyond + width] = mask
    rows = np.zeros((strips, width + 2 * beyond), dtype=bool)
    for shift in range(STRIP + 2 * beyond):
        rows |= padded[shift : shift + (strips - 1) * STRIP + 1 : STRIP]
    wide = np.zeros((strips, width + 2), dtype=bool)  # an empty column at each end closes every run
    for shift in range(2 * beyond + 1):
        wide[:, 1:-1] |= rows[:, shift : shift + width]
    edges = np.diff(wide.astype(np.int8), axis=1)
    strip, left = np.nonzero(edges == 1)
    right = np.nonzero(edges == -1)[1]
    top = strip * STRIP
    return np.stack([left, top, right, np.minimum(top + STRIP, height)], axis=1).astype(np.float32)
