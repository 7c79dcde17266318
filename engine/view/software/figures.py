"""Soldiers where there is combat, on pygame surfaces: each frame is painted once for each size, colour and look."""

from __future__ import annotations

import numpy as np
import pygame
from jaxtyping import Float

from engine.view import figures, sprites
from engine.view.camera import Camera
from engine.view.palette import PALE_CLOTH, UNDERGROUND, Colour
from engine.view.scene import DrawnSoldiers, Fighters
from engine.view.software import painting

MOST_SPRITES = 16_000  # that are kept
SUNK_STEPS = 6  # in which the fallen sink into the ground
TEAMS = 32  # that are told apart

Look = tuple[float, int, Colour, bool, int]  # zoom, frame, team, whether it is pale, steps that it has sunk


class FigurePainter:
    """Draws figures, and keeps their sprites."""

    def __init__(self) -> None:
        self._kinds: tuple[str, ...] = ()  # whose sprites they are
        self._sprites: dict[Look, pygame.Surface] = {}

    def draw(self, surface: pygame.Surface, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...]) -> None:
        """Draw soldiers in their poses onto a surface."""
        fighters = soldiers.fighters
        assert fighters is not None
        own, pale = figures.own_numbers(soldiers), figures.paleness(soldiers)
        if sprites.are_dots(camera, soldiers.spacing):
            self._draw_dots(surface, camera, soldiers, fighters, teams, own, pale)
            return
        if self._kinds != fighters.figures:
            self._sprites.clear()
            self._kinds = fighters.figures
        zoom = painting.stepped(camera.scale * sprites.drawn_unit(soldiers.spacing) / sprites.UNIT)
        order = sprites.nearest_last(soldiers.position[:, 1])
        seen = sprites.in_sight(camera, soldiers.position[order], 5.0 * sprites.drawn_unit(soldiers.spacing))
        order = order if seen is None else order[seen]
        frame = figures.frame_of(soldiers, own)[order]
        corner = camera.pixels(soldiers.position[order]) - zoom * figures.figures(self._kinds).middle[frame]
        sunk = 0 if fighters.faded is None else 1 + (fighters.faded[order] * (SUNK_STEPS - 1)).astype(np.int64)
        # A look in one number, so that the many who look alike are found at once.
        looks = ((frame * TEAMS + soldiers.side[order] % TEAMS) * 2 + (pale[order] > 0)) * (SUNK_STEPS + 1) + sunk
        unlike, look = np.unique(looks, return_inverse=True)
        painted = [self._sprite(zoom, one, teams) for one in unlike.tolist()]
        x, y = np.rint(corner).astype(int).T.tolist()
        # No list of pairs: so many new objects at once would have Python look through all that it holds.
        pairs = zip(map(painted.__getitem__, look.tolist()), zip(x, y, strict=True), strict=True)
        surface.blits(pairs, doreturn=False)  # type: ignore[arg-type]  # any iterable will do

    def _sprite(self, zoom: float, number: int, teams: tuple[Colour, ...]) -> pygame.Surface:
        """Return the sprite of a look by its number."""
        number, steps = divmod(number, SUNK_STEPS + 1)
        number, is_pale = divmod(number, 2)
        frame, side = divmod(number, TEAMS)
        look: Look = (zoom, frame, teams[side % len(teams)], bool(is_pale), steps)
        sprite = self._sprites.get(look)
        if sprite is None:
            if len(self._sprites) > MOST_SPRITES:
                self._sprites.clear()
            pale, sunk = figures.PALE * is_pale, 0.0 if steps == 0 else max((steps - 1) / (SUNK_STEPS - 1), 1e-3)
            picture = figures.figures(self._kinds).frame(frame)
            glow = float(figures.flash(np.array(frame)))
            sprite = self._sprites[look] = painting.tinted(picture, look[2], zoom, pale=pale, sunk=sunk, glow=glow)
        return sprite

    def _draw_dots(
        self,
        surface: pygame.Surface,
        camera: Camera,
        soldiers: DrawnSoldiers,
        fighters: Fighters,
        teams: tuple[Colour, ...],
        own: Float[np.ndarray, " N"],
        pale: Float[np.ndarray, " N"],
    ) -> None:
        colours = np.array(teams, np.float32)[soldiers.side % len(teams)] * (0.74 + 0.4 * own[:, None])
        colours += pale[:, None] * (np.array(PALE_CLOTH, np.float32) - colours)
        if fighters.faded is not None:
            colours += (0.5 + 0.4 * fighters.faded[:, None]) * (np.array(UNDERGROUND, np.float32) - colours)
        across = max(round(sprites.dot_size(camera, soldiers.spacing)), 2)
        painting.draw_dots(surface, camera.pixels(soldiers.position), colours, across)
