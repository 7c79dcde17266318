"""The layer of panels, a texture each."""

from __future__ import annotations

import moderngl
import pygame

from engine.gl import program
from engine.view.hud.panels import Panel


class PanelLayer:
    """Draws panels pixel for pixel; a panel whose surface is that of the last frame is not uploaded again."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "panel")
        self._quad = context.vertex_array(self._program, [])
        self._textures: dict[str, moderngl.Texture] = {}
        self._uploaded: dict[str, pygame.Surface] = {}

    def draw(self, panels: list[Panel], size: tuple[int, int]) -> None:
        """Draw the panels onto the bound framebuffer, whose width and height in pixels are `size`."""
        self._program["picture"] = size
        for panel in panels:
            self._texture(panel).use()
            left, top = panel.place
            width, height = panel.surface.get_size()
            self._program["extent"] = (left, top, left + width, top + height)
            self._quad.render(moderngl.TRIANGLE_STRIP, vertices=4)

    def _texture(self, panel: Panel) -> moderngl.Texture:
        texture, size = self._textures.get(panel.name), panel.surface.get_size()
        if texture is None or texture.size != size:
            texture = self._textures[panel.name] = self._context.texture(size, 4)
            self._context.gc()  # frees the previous one
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            self._uploaded.pop(panel.name, None)
        if self._uploaded.get(panel.name) is not panel.surface:
            texture.write(pygame.image.tobytes(panel.surface, "RGBA"))
            self._uploaded[panel.name] = panel.surface
        return texture
