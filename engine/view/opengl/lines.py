"""The layer of lines over the field: one instanced draw for all of them."""

from __future__ import annotations

import moderngl
import numpy as np

from engine.gl import program
from engine.view.lines import Lines

RECORD = np.dtype([("ends", "f4", 4), ("width", "f4"), ("square", "f4"), ("colour", "u1", 4)])


class LineLayer:
    """Capsules and bars with smooth edges."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "lines")
        self._reserve(1024)

    def _reserve(self, count: int) -> None:
        self._lines = self._context.buffer(reserve=count * RECORD.itemsize, dynamic=True)
        content = [(self._lines, "4f 1f 1f 4f1/i", "ends", "width", "square", "colour")]
        self._quads = self._context.vertex_array(self._program, content)

    def draw(self, lines: Lines, size: tuple[int, int]) -> None:
        """Draw lines onto the bound framebuffer, whose width and height in pixels are `size`."""
        count = len(lines)
        if count == 0:
            return
        if count * RECORD.itemsize > self._lines.size:
            self._reserve(2 * count)
        records = np.empty(count, dtype=RECORD)
        records["ends"], records["width"] = lines.ends, lines.width
        records["square"], records["colour"] = lines.square, lines.colour
        self._lines.orphan()
        self._lines.write(records)
        self._program["picture"] = size
        self._quads.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)
