"""The layer of fields as colours over the ground."""

from __future__ import annotations

import moderngl
import numpy as np

from engine.gl import Tiles, program
from engine.view.camera import Camera
from engine.view.colour_scales import overlay_pixels
from engine.view.scene import FieldOverlay


class FieldLayer:
    """A texture with a texel a cell, uploaded in every frame: fields change in every tick, and are small."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "field_overlay", vertex="tiles")
        self._tiles = Tiles(context, self._program)
        self._colours: moderngl.Texture | None = None

    def draw(self, camera: Camera, overlay: FieldOverlay) -> None:
        """Draw a field onto the bound framebuffer."""
        colours = overlay_pixels(overlay)
        rows, columns = overlay.field.shape
        if self._colours is None or self._colours.size != (columns, rows):
            self._colours = self._context.texture((columns, rows), 4)
            self._colours.repeat_x = self._colours.repeat_y = False
        self._colours.write(np.ascontiguousarray(colours))
        self._program["camera"] = camera.clip
        self._tiles.cover(colours[..., 3] > 0, 1)
        self._program["field"] = (columns, rows)
        self._program["scale"] = camera.scale
        self._colours.use()
        self._tiles.render()
