"""The view that draws on plain pygame surfaces, where there is no OpenGL."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar, cast

import numpy as np
import pygame
from jaxtyping import Bool, Float, UInt8

from engine.view import sprites
from engine.view.camera import Camera
from engine.view.hud.panels import UNFILMED, Panels
from engine.view.over_the_field import over_the_field
from engine.view.palette import OUTLINE, REFUSED_SOLDIER, SELECTED, Colour
from engine.view.scene import DrawnSoldiers, FieldOverlay, Scene
from engine.view.scenery import Survey
from engine.view.selection_outline import selection_outline
from engine.view.software import painting
from engine.view.software.figures import FigurePainter
from engine.view.window import Window
from engine.view.window_view import WindowView

Painted = TypeVar("Painted")

TARGET_FILL, SELECTED_FILL = 34, 14  # of 255: the cover inside an outline
PREVIEW = 178  # of 255: the cover of soldiers who are not there yet
MOST_SPRITES = 2000  # that are kept


class SurfaceView(WindowView):
    """Draws the same layers as the view with OpenGL, more simply. Layers that seldom change are kept."""

    def __init__(self, window: Window, title: str, reason: str) -> None:
        """Draw in a window without OpenGL; `reason` says in a few words why."""
        self.description = f"pygame surfaces: {reason}"
        super().__init__(window)
        self._panels = Panels(title)
        self._frames = sprites.frames()
        self._variety = sprites.variety(0)
        self._kept: dict[str, tuple[Hashable, object]] = {}
        self._sprites: dict[tuple[float, int, Colour], pygame.Surface] = {}
        self._figures = FigurePainter()
        self._survey = Survey()
        self._filmed: pygame.Surface | None = None  # the picture without the panels for the player alone
        self._frame = 0
        self._open = True

    @property
    def context(self) -> None:
        """None: this view draws without OpenGL."""
        return None

    def draw(self, scene: Scene) -> None:
        """Draw the scene and show it."""
        camera = scene.camera or self.camera(scene.grid)
        surface = self._window.surface
        surface.blit(self._ground(camera, scene), (0, 0))
        if scene.target_outline is not None:
            key = (camera, scene.target_version, scene.target_outline.shape)
            paint = partial(painting.outline, camera, scene.target_outline, OUTLINE, TARGET_FILL)
            blit(surface, self._painted("target outline", key, paint))
        if scene.fallen is not None:
            self._draw_soldiers(surface, camera, scene.fallen, scene.teams)
        if scene.soldiers is not None:
            selected = selection_outline(scene.soldiers, scene.grid)
            if selected is not None:
                blit(surface, painting.outline(camera, selected, SELECTED, SELECTED_FILL))
            self._draw_soldiers(surface, camera, scene.soldiers, scene.teams)
        for overlay in scene.overlays:
            if isinstance(overlay, FieldOverlay):
                blit(surface, painting.field_overlay(camera, overlay))
        if scene.preview is not None:
            preview = surface.copy()
            teams = (REFUSED_SOLDIER,) if scene.refused else scene.teams
            self._draw_soldiers(preview, camera, scene.preview, teams)
            preview.set_alpha(PREVIEW)  # pixels that are the same in both stay as they are
            surface.blit(preview, (0, 0))
        painting.draw_lines(surface, over_the_field(scene, camera))
        self._shown = panels = self._panels.of(scene, camera, self._frame)
        surface.blits([(panel.surface, panel.place) for panel in panels if panel.name not in UNFILMED])
        unfilmed = [(panel.surface, panel.place) for panel in panels if panel.name in UNFILMED]
        self._filmed = surface.copy() if unfilmed else None
        surface.blits(unfilmed)
        self._frame += 1
        self._window.point(scene.cursor)
        self._window.show()

    def _ground(self, camera: Camera, scene: Scene) -> pygame.Surface:
        grid, scenery = scene.grid, self._survey.of(scene)
        meadow = self._painted("meadow", (grid, scenery), partial(painting.meadow, grid, scenery))
        return self._painted("ground", (camera, grid, scenery), partial(painting.ground, camera, grid, meadow))

    def _painted(self, name: str, key: Hashable, paint: Callable[[], Painted]) -> Painted:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = self._kept[name] = (key, paint())
        return cast(Painted, kept[1])

    def _draw_soldiers(
        self, surface: pygame.Surface, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...]
    ) -> None:
        if soldiers.fighters is not None:
            self._figures.draw(surface, camera, soldiers, teams)
            return
        count = len(soldiers.position)
        if len(self._variety) != count:
            self._variety = sprites.variety(count)
        if sprites.are_dots(camera, soldiers.spacing):
            own = np.array([teams[one % len(teams)] for one in range(32)], np.float32)[soldiers.side % 32]
            shade = 0.74 + 0.4 * self._variety
            across = round(sprites.dot_size(camera, soldiers.spacing))
            painting.draw_dots(surface, camera.pixels(soldiers.position), own * shade[:, None], max(across, 2))
            return
        zoom = camera.scale * sprites.drawn_unit(soldiers.spacing) / sprites.UNIT
        zoom = painting.stepped(zoom)
        order = sprites.nearest_last(soldiers.position[:, 1])
        order = order[self._in_sight(camera, soldiers.position[order], reach=40.0 * zoom)]
        corners = camera.pixels(soldiers.position[order]) - np.array(sprites.MIDDLE) * zoom
        which = sprites.frame_of(soldiers, self._variety)[order]
        side = soldiers.side[order] % len(teams)
        drawn = [
            self._sprite(zoom, frame, teams[one]) for frame, one in zip(which.tolist(), side.tolist(), strict=True)
        ]
        surface.blits(list(zip(drawn, np.rint(corners).astype(int).tolist(), strict=True)), doreturn=False)

    def _in_sight(self, camera: Camera, position: Float[np.ndarray, "N 2"], reach: float) -> Bool[np.ndarray, " N"]:
        """Return which soldiers stand in the picture, or at most `reach` pixels outside."""
        pixels = camera.pixels(position)
        return np.all((pixels > -reach) & (pixels < np.array(camera.size) + reach), axis=1)

    def _sprite(self, zoom: float, frame: int, team: Colour) -> pygame.Surface:
        sprite = self._sprites.get((zoom, frame, team))
        if sprite is None:
            if len(self._sprites) > MOST_SPRITES:
                self._sprites.clear()
            sprite = self._sprites[zoom, frame, team] = painting.tinted(self._frames[frame], team, zoom)
        return sprite

    def picture(self, width: int | None = None) -> UInt8[np.ndarray, "height width 3"]:
        """Return the pixels of the last scene drawn, top row first, scaled down to `width` where they are wider."""
        surface = self._filmed or self._window.surface
        if width is not None and width < surface.get_width():
            height = max(round(surface.get_height() * width / surface.get_width()), 1)
            surface = pygame.transform.smoothscale(surface.convert(24), (width, height))
        return np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1))

    def close(self) -> None:
        """Give the window back; closing twice is harmless."""
        if self._open:
            self._open = False
            self._window.close()


def blit(surface: pygame.Surface, painted: tuple[pygame.Surface, tuple[int, int]] | None) -> None:
    """Draw a painted surface at its corner, if there is one."""
    if painted is not None:
        surface.blit(*painted)
