"""The layer of an outline on the ground: of the targets that were ordered, or of the selected soldiers."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import Float

from engine.gl import Tiles, program
from engine.view.camera import Camera, letter_scale
from engine.view.palette import OUTLINE, Colour, unit

BEYOND = 2  # cells around the density in which its line and halo still show


class Outline:
    """A contour and a faint fill of a density, which is uploaded only when it changes."""

    def __init__(self, context: moderngl.Context, colour: Colour = OUTLINE, *, filled: float = 1.0) -> None:
        self._context = context
        self._program = program(context, "outline", vertex="tiles")
        self._program["ink"] = unit(colour)
        self._program["filled"] = filled
        self._tiles = Tiles(context, self._program)
        self._density: moderngl.Texture | None = None
        self._version: int | None = None
        self._empty = True

    def draw(self, camera: Camera, density: Float[np.ndarray, "H W"], version: int) -> None:
        """Draw the outline of a density onto the bound framebuffer; a new `version` says that the density changed."""
        if self._density is None or self._version != version or self._density.size != density.shape[::-1]:
            self._upload(density)
            self._version = version
        if self._density is None or self._empty:
            return
        self._program["camera"] = camera.clip
        self._program["scale"] = camera.scale
        self._program["thick"] = max(letter_scale(camera.size), 1.0)
        self._density.use()
        self._tiles.render()

    def _upload(self, density: Float[np.ndarray, "H W"]) -> None:
        rows, columns = density.shape
        peak = float(density.max(initial=0.0))
        self._empty = not peak > 0.0
        if self._empty:
            return
        if self._density is None or self._density.size != (columns, rows):
            self._density = self._context.texture((columns, rows), 1, dtype="f4")
            self._density.repeat_x = self._density.repeat_y = False
        self._density.write(np.ascontiguousarray(density / peak, dtype=np.float32))
        self._program["field"] = (columns, rows)
        self._tiles.cover(density > 0.0, BEYOND)
