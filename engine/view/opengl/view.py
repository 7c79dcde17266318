"""The view that draws with OpenGL 3.3."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import UInt8

from engine.gl import BLENDING, current_context
from engine.view.camera import Camera
from engine.view.hud.panels import UNFILMED, Panels
from engine.view.opengl.field_overlay import FieldLayer
from engine.view.opengl.ground import Ground
from engine.view.opengl.lines import LineLayer
from engine.view.opengl.outline import Outline
from engine.view.opengl.panels import PanelLayer
from engine.view.opengl.screen import Screen
from engine.view.opengl.soldiers import SoldierLayer
from engine.view.over_the_field import over_the_field
from engine.view.palette import REFUSED_SOLDIER, SELECTED
from engine.view.scene import FieldOverlay, Scene
from engine.view.scenery import Survey
from engine.view.selection_outline import selection_outline
from engine.view.window import Window
from engine.view.window_view import WindowView


class OpenGLView(WindowView):
    """Draws every layer into a texture, and then shows that in the window."""

    def __init__(self, window: Window, title: str) -> None:
        """Draw in a window that has an OpenGL context. Raises where that context falls short of OpenGL 3.3."""
        super().__init__(window)
        self._context = current_context()
        self._context.gc_mode = "context_gc"
        try:
            version, renderer = self._context.version_code, self._context.info["GL_RENDERER"]
            self.description = f"OpenGL {version // 100}.{version % 100 // 10} ({renderer})"
            self._ground = Ground(self._context)
            self._target_outline = Outline(self._context)
            self._selection_outline = Outline(self._context, SELECTED, filled=0.35)
            self._soldiers = SoldierLayer(self._context)
            self._fields = FieldLayer(self._context)
            self._lines = LineLayer(self._context)
            self._panel_layer = PanelLayer(self._context)
            self._screen = Screen(self._context)
            self._resize(window.size)
        except BaseException:
            self._context.release()
            raise
        self._panels = Panels(title)
        self._small: moderngl.Framebuffer | None = None
        self._survey = Survey()
        self._frame = 0
        self._open = True

    def _resize(self, size: tuple[int, int]) -> None:
        self._picture = self._context.texture(size, 4)
        self._canvas = self._context.framebuffer([self._picture])
        self._backdrop = self._context.simple_framebuffer(size, components=4)
        self._behind: tuple[object, ...] = ()  # camera, grid, scenery and target version that the backdrop shows
        self._context.gc()  # frees what the previous size needed

    @property
    def context(self) -> moderngl.Context | None:
        """The OpenGL context that the view draws with, in which others may compute."""
        return self._context

    def draw(self, scene: Scene) -> None:
        """Draw the scene and show it."""
        size = self._window.size
        if size != self._canvas.size:
            self._resize(size)
        camera = scene.camera or self.camera(scene.grid)
        self._draw_backdrop(scene, camera)
        self._context.copy_framebuffer(self._canvas, self._backdrop)
        self._canvas.use()
        self._blend()
        if scene.fallen is not None:
            self._soldiers.draw(camera, scene.fallen, scene.teams)
        if scene.soldiers is not None:
            selected = selection_outline(scene.soldiers, scene.grid)
            if selected is not None:
                self._selection_outline.draw(camera, selected, self._frame)
            self._soldiers.draw(camera, scene.soldiers, scene.teams)
        for overlay in scene.overlays:
            if isinstance(overlay, FieldOverlay):
                self._fields.draw(camera, overlay)
        if scene.preview is not None:
            self._soldiers.preview(camera, scene.preview, (REFUSED_SOLDIER,) if scene.refused else scene.teams)
        self._lines.draw(over_the_field(scene, camera), size)
        self._shown = panels = self._panels.of(scene, camera, self._frame)
        self._panel_layer.draw([panel for panel in panels if panel.name not in UNFILMED], size)
        self._frame += 1
        self._screen.show(self._picture)
        self._blend()
        self._panel_layer.draw([panel for panel in panels if panel.name in UNFILMED], size)
        self._window.point(scene.cursor)
        self._window.show()

    def _draw_backdrop(self, scene: Scene, camera: Camera) -> None:
        """Draw ground and target outline, if they or the camera have changed: they seldom do."""
        scenery = self._survey.of(scene)
        behind = (camera, scene.grid, scenery, None if scene.target_outline is None else scene.target_version)
        if self._behind == behind:
            return
        self._behind = behind
        self._ground.draw(self._backdrop, camera, scene.grid, scenery)
        self._backdrop.use()
        self._blend()
        if scene.target_outline is not None:
            self._target_outline.draw(camera, scene.target_outline, scene.target_version)

    def _blend(self) -> None:
        self._context.enable(moderngl.BLEND)
        self._context.blend_func = BLENDING

    def picture(self, width: int | None = None) -> UInt8[np.ndarray, "height width 3"]:
        """Return the pixels of the last scene drawn, top row first, scaled down to `width` where they are wider."""
        canvas = self._canvas
        if width is not None and width < canvas.width:
            size = (width, max(round(canvas.height * width / canvas.width), 1))
            if self._small is None or self._small.size != size:
                self._small = self._context.simple_framebuffer(size, components=4)
            self._screen.reduce(self._picture, self._small)
            canvas = self._small
        # Four components are read several times as fast as three.
        pixels = np.frombuffer(canvas.read(components=4), dtype=np.uint8).reshape(canvas.height, canvas.width, 4)
        return np.ascontiguousarray(pixels[::-1, :, :3])

    def close(self) -> None:
        """Give the window and its context back, so that another view can be opened; closing twice is harmless."""
        if self._open:
            self._open = False
            self._context.release()
            self._window.close()
