"""Parts of the field as quads: one instanced draw for all of them."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import Bool

from engine.view.spans import spans


class Parts:
    """The quads of a program whose vertex shader is parts.vert.glsl."""

    def __init__(self, context: moderngl.Context, program: moderngl.Program) -> None:
        self._context = context
        self._program = program
        self._count = 0
        self._reserve(64)

    def _reserve(self, count: int) -> None:
        self._extents = self._context.buffer(reserve=count * 16, dynamic=True)
        self._quads = self._context.vertex_array(self._program, [(self._extents, "4f/i", "extent")])

    def cover(self, held: Bool[np.ndarray, "H W"], beyond: int = 0) -> None:
        """Draw where cells are held, and so many cells around them, from now on."""
        extents = spans(held, beyond)
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
