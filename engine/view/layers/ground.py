"""The battlefield, painted once for each camera and copied from then on."""

from __future__ import annotations

import moderngl

from engine.view.camera import Camera
from engine.view.layers.program import program
from engine.view.palette import BORDER, TABLE, unit


class Ground:
    """Meadow, border and surround. Noise costs too much for every frame where the processor draws."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "ground", vertex="whole")
        self._program["table"] = unit(TABLE)
        self._program["border"] = unit(BORDER)
        self._triangle = context.vertex_array(self._program, [])
        self._painting: moderngl.Framebuffer | None = None
        self._painted: tuple[Camera, tuple[int, int]] | None = None

    def draw(self, canvas: moderngl.Framebuffer, camera: Camera, grid: tuple[int, int]) -> None:
        """Fill the canvas; `grid` is the field's height and width in cells."""
        if self._painting is None or self._painting.size != camera.size:
            self._painting = self._context.simple_framebuffer(camera.size, components=4)
        if self._painted != (camera, grid):
            self._paint(self._painting, camera, grid)
            self._painted = camera, grid
        self._context.copy_framebuffer(canvas, self._painting)

    def _paint(self, painting: moderngl.Framebuffer, camera: Camera, grid: tuple[int, int]) -> None:
        rows, columns = grid
        self._program["origin"] = camera.origin
        self._program["scale"] = camera.scale
        self._program["field"] = (columns, rows)
        self._program["picture_height"] = camera.size[1]
        painting.use()
        self._context.disable(moderngl.BLEND)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)
