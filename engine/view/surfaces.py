"""The view that draws with plain pygame surfaces, for where there is no OpenGL."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
import pygame
from jaxtyping import Float, UInt8

from engine.view import sprites
from engine.view.camera import Camera, whole_field
from engine.view.palette import BORDER, EARTH, GHOST, GRASS, LEATHER, METAL, TABLE, Colour
from engine.view.panels import Panels
from engine.view.scene import Event, Scene, Soldiers
from engine.view.window import Window


class SurfaceView:
    """Draws the same layers as the view with OpenGL, more simply. What seldom changes is painted once and kept."""

    def __init__(self, window: Window, title: str, reason: str) -> None:
        """Draw in a window without OpenGL; `reason` says in a few words why."""
        self.description = f"pygame surfaces: {reason}"
        self._window = window
        self._panels = Panels(title)
        self._frames = sprites.frames()
        self._variety = sprites.variety(0)
        self._kept: dict[str, tuple[Hashable, pygame.Surface]] = {}
        self._men: dict[tuple[float, int, Colour], pygame.Surface] = {}
        self._frame = 0
        self._open = True

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels, as it is now."""
        return self._window.size

    def camera(self, grid: tuple[int, int]) -> Camera:
        """Return how a field of this height and width in cells is shown in the window as it is now."""
        return whole_field(grid, self._window.size)

    def events(self) -> list[Event]:
        """Return what the player did since the last call, in order."""
        return self._window.events()

    def draw(self, scene: Scene) -> None:
        """Draw the scene and show it."""
        camera = scene.camera or self.camera(scene.grid)
        surface = self._window.surface
        surface.blit(self._painted("ground", (camera, scene.grid), partial(ground, camera, scene.grid)), (0, 0))
        if scene.ghost is not None:
            key = (camera, scene.ghost_version, scene.ghost.shape)
            surface.blit(self._painted("ghost", key, partial(ghost, camera, scene.ghost)), corner(camera))
        if scene.soldiers is not None:
            self._draw_men(surface, camera, scene.soldiers, scene.teams)
        for panel in self._panels.of(scene, camera, self._frame):
            surface.blit(panel.surface, panel.place)
        self._frame += 1
        self._window.point(scene.cursor)
        self._window.show()

    def _painted(self, name: str, key: Hashable, paint: Callable[[], pygame.Surface]) -> pygame.Surface:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = self._kept[name] = (key, paint())
        return kept[1]

    def _draw_men(self, surface: pygame.Surface, camera: Camera, soldiers: Soldiers, teams: tuple[Colour, ...]) -> None:
        count = len(soldiers.position)
        if len(self._variety) != count:
            self._variety = sprites.variety(count)
        zoom = camera.scale * sprites.drawn_unit(soldiers.spacing) / sprites.UNIT
        order = sprites.nearest_last(soldiers.position[:, 1])
        corners = camera.pixels(soldiers.position[order]) - np.array(sprites.MIDDLE) * zoom
        which = sprites.frame_of(soldiers, self._variety)[order]
        side = soldiers.side[order] % len(teams)
        men = [self._man(zoom, frame, teams[one]) for frame, one in zip(which.tolist(), side.tolist(), strict=True)]
        surface.blits(list(zip(men, np.rint(corners).astype(int).tolist(), strict=True)), doreturn=False)

    def _man(self, zoom: float, frame: int, team: Colour) -> pygame.Surface:
        man = self._men.get((zoom, frame, team))
        if man is None:
            if len(self._men) > 2000:
                self._men.clear()
            man = self._men[zoom, frame, team] = tinted(self._frames[frame], team, zoom)
        return man

    def picture(self) -> UInt8[np.ndarray, "height width 3"]:
        """Return the pixels of the last scene drawn, top row first."""
        return np.ascontiguousarray(pygame.surfarray.array3d(self._window.surface).swapaxes(0, 1))

    def close(self) -> None:
        """Give the window back; closing twice is harmless."""
        if self._open:
            self._open = False
            self._window.close()


def tinted(frame: UInt8[np.ndarray, "height width 4"], team: Colour, zoom: float) -> pygame.Surface:
    """Return a frame in a team's colour, scaled by `zoom`."""
    materials = np.array([METAL, team, LEATHER], dtype=np.float32)
    colour = np.minimum(frame[..., :3].astype(np.float32) / 255.0 @ materials, 255.0)
    height, width, _ = frame.shape
    premultiplied = np.concatenate([colour, frame[..., 3:]], axis=-1).astype(np.uint8)
    picture = pygame.image.frombuffer(premultiplied.tobytes(), (width, height), "RGBA")
    size = (max(round(width * zoom), 1), max(round(height * zoom), 1))
    man = pygame.transform.smoothscale(picture, size)
    # Surfaces are blended with colours that are not premultiplied.
    cover = pygame.surfarray.array_alpha(man)[..., None]
    pygame.surfarray.pixels3d(man)[:] = np.minimum(pygame.surfarray.array3d(man) * (255.0 / np.maximum(cover, 1)), 255)
    return man.convert_alpha()


def ground(camera: Camera, grid: tuple[int, int]) -> pygame.Surface:
    """Paint the field, its border and its surround."""
    rows, columns = grid
    picture = pygame.Surface(camera.size).convert()
    picture.fill(TABLE)
    width, height = round(columns * camera.scale), round(rows * camera.scale)
    random = np.random.default_rng(0)
    shade = np.zeros((width, height))
    for cells, weight in ((40, 1.0), (14, 0.6), (4, 0.25), (0.4, 0.2)):
        size = (max(round(columns / cells), 2), max(round(rows / cells), 2))
        shade += weight * enlarged(random.random(size), (width, height))
    shade /= 2.05
    bare = 0.6 * np.clip((shade - 0.52) / 0.2, 0.0, 1.0)[..., None]
    colours = (np.array(GRASS) * (1.0 - bare) + np.array(EARTH) * bare) * (0.65 + 0.7 * shade[..., None])
    place = corner(camera)
    picture.blit(pygame.surfarray.make_surface(colours.astype(np.uint8)), place)
    pygame.draw.rect(picture, BORDER, (place[0] - 2, place[1] - 2, width + 4, height + 4), width=2)
    return picture


def ghost(camera: Camera, density: Float[np.ndarray, "H W"]) -> pygame.Surface:
    """Paint the ordered formation: a translucent fill, and a line where the density is half of its peak."""
    rows, columns = density.shape
    size = (round(columns * camera.scale), round(rows * camera.scale))
    share = np.asarray(density, dtype=np.float64).T / max(float(density.max(initial=0.0)), 1e-9)
    inside = enlarged(share, size) > 0.5
    padded = np.pad(inside, 1)
    line = inside & ~(padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])
    picture = pygame.Surface(size, pygame.SRCALPHA)
    picture.fill((*GHOST, 0))
    alpha = pygame.surfarray.pixels_alpha(picture)
    alpha[:] = np.where(line, 205, np.where(inside, 34, 0))
    del alpha
    return picture.convert_alpha()


def corner(camera: Camera) -> tuple[int, int]:
    """Return the pixel of the field's top left corner."""
    left, top = camera.origin
    return round(left), round(top)


def enlarged(values: Float[np.ndarray, "w h"], size: tuple[int, int]) -> Float[np.ndarray, "W H"]:
    """Return values from 0 to 1 spread smoothly over width x height pixels."""
    grey = np.repeat((np.clip(values, 0.0, 1.0) * 255).astype(np.uint8)[..., None], 3, axis=-1)
    large = pygame.transform.smoothscale(pygame.surfarray.make_surface(grey).convert(24), size)
    return pygame.surfarray.array3d(large)[..., 0] / 255.0
