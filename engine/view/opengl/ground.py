"""The layer of the ground: the whole field is painted once, and shown as the camera sees it."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import UInt8

from engine.gl import program
from engine.view.camera import Camera, letter_scale
from engine.view.painted_field import painted_size
from engine.view.palette import BORDER, TABLE, unit
from engine.view.relief import painted_scenery
from engine.view.scenery import Scenery

FINENESS = 10.0  # pixels of the painted field per cell, where it is not too large for that
GRAIN, GRAIN_SPAN = 512, 24.0  # pixels along a side of the grain, and cells that it covers


class Ground:
    """Meadow, scenery, border and surround. Painted once: where the CPU draws, noise costs too much for every frame."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._meadow = program(context, "meadow", vertex="whole")
        self._shown = program(context, "ground", vertex="whole")
        self._shown["table"] = unit(TABLE)
        self._shown["border"] = unit(BORDER)
        self._shown["painted"], self._shown["grain"] = 0, 1
        self._shown["grain_span"] = GRAIN_SPAN
        self._painter = context.vertex_array(self._meadow, [])
        self._shower = context.vertex_array(self._shown, [])
        self._grain = context.texture((GRAIN, GRAIN), 1, grain(GRAIN))
        self._grain.build_mipmaps()
        self._grain.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        self._field: moderngl.Texture | None = None
        self._of: tuple[tuple[int, int], Scenery | None] = (0, 0), None  # the grid and scenery that came last

    def draw(
        self, canvas: moderngl.Framebuffer, camera: Camera, grid: tuple[int, int], scenery: Scenery | None
    ) -> None:
        """Fill the canvas; `grid` is the field's height and width in cells."""
        if self._field is None or self._of != (grid, scenery):
            self._field, self._of = self._painted(grid, scenery), (grid, scenery)
        self._show(canvas, self._field, camera, grid)

    def _painted(self, grid: tuple[int, int], scenery: Scenery | None) -> moderngl.Texture:
        """Return the whole field as a picture."""
        rows, columns = grid
        fineness, size = painted_size(grid, FINENESS)
        over = np.zeros((1, 1, 4), np.uint8) if scenery is None else painted_scenery(scenery)
        cover = self._context.texture(over.shape[1::-1], 4, np.ascontiguousarray(over))
        cover.repeat_x = cover.repeat_y = False
        picture = self._context.texture(size, 4)
        self._meadow["field"] = (columns, rows)
        self._meadow["fineness"] = fineness
        self._context.framebuffer([picture]).use()
        self._context.disable(moderngl.BLEND)
        cover.use()
        self._painter.render(moderngl.TRIANGLES, vertices=3)
        picture.build_mipmaps()
        picture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        picture.repeat_x = picture.repeat_y = False
        return picture

    def _show(
        self, picture: moderngl.Framebuffer, field: moderngl.Texture, camera: Camera, grid: tuple[int, int]
    ) -> None:
        rows, columns = grid
        self._shown["origin"] = camera.origin
        self._shown["scale"] = camera.scale
        self._shown["field"] = (columns, rows)
        self._shown["fineness"] = field.width / columns
        self._shown["picture_height"] = camera.size[1]
        self._shown["rim_width"] = max(2.0 * letter_scale(camera.size), 2.0)
        picture.use()
        self._context.disable(moderngl.BLEND)
        field.use(0)
        self._grain.use(1)
        self._shower.render(moderngl.TRIANGLES, vertices=3)


def grain(side: int) -> UInt8[np.ndarray, "side side"]:
    """Return fine detail that repeats without a seam, around the middle grey: noise without its broad waves."""
    noise = np.random.default_rng(0).standard_normal((side, side))
    waves = np.hypot(np.fft.fftfreq(side)[:, None], 0.6 * np.fft.fftfreq(side)[None, :]) * side
    band = np.exp(-((np.log(np.maximum(waves, 1e-3) / 55.0) / 0.75) ** 2))
    detail = np.fft.ifft2(np.fft.fft2(noise) * band).real
    return np.clip(128.0 + 40.0 * detail / detail.std(), 0, 255).astype(np.uint8)
