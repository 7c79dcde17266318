"""Soldiers where there is combat, on pygame surfaces: each frame is painted once for each size, colour and look."""

from __future__ import annotations

import numpy as np
import pygame

from engine.view import figures, sprites
from engine.view.camera import Camera
from engine.view.palette import PALE_CLOTH, UNDERGROUND, Colour
from engine.view.scene import DrawnSoldiers, Fighters
from engine.view.software import painting

MOST_SPRITES = 12_000  # that are kept
SUNK_STEPS = 8  # in which the fallen sink into the ground

Look = tuple[float, int, Colour, bool, int]  # zoom, frame, team, whether it is pale, steps that it has sunk


class FigurePainter:
    """Draws figures, and keeps their sprites."""

    def __init__(self) -> None:
        self._kinds: tuple[str, ...] = ()  # whose sprites they are
        self._sprites: dict[Look, tuple[pygame.Surface, tuple[float, float]]] = {}

    def draw(self, surface: pygame.Surface, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...]) -> None:
        """Draw soldiers in their poses onto a surface."""
        fighters = soldiers.fighters
        assert fighters is not None
        own, pale = figures.own_numbers(soldiers), figures.paleness(soldiers)
        if sprites.are_dots(camera, soldiers.spacing):
            self._draw_dots(surface, camera, soldiers, fighters, teams, own, pale)
            return
        zoom = painting.stepped(camera.scale * sprites.drawn_unit(soldiers.spacing) / sprites.UNIT)
        order = sprites.nearest_last(soldiers.position[:, 1])
        seen = sprites.in_sight(camera, soldiers.position[order], 5.0 * sprites.drawn_unit(soldiers.spacing))
        order = order if seen is None else order[seen]
        kinds = figures.figures(fighters.figures)
        if self._kinds != fighters.figures:
            self._sprites.clear()
            self._kinds = fighters.figures
        frame, side = figures.frame_of(soldiers, own)[order].tolist(), (soldiers.side[order] % len(teams)).tolist()
        sunk = [0] * len(order)
        if fighters.faded is not None:
            sunk = (1 + fighters.faded[order] * (SUNK_STEPS - 1)).astype(int).tolist()
        drawn = []
        for one, team, is_pale, steps, (x, y) in zip(
            frame, side, (pale[order] > 0).tolist(), sunk, camera.pixels(soldiers.position[order]).tolist(), strict=True
        ):
            look = (zoom, one, teams[team], is_pale, steps)
            sprite, (right, down) = self._sprites.get(look) or self._paint(kinds, look)
            drawn.append((sprite, (round(x - right), round(y - down))))
        surface.blits(drawn, doreturn=False)

    def _paint(self, kinds: figures.Figures, look: Look) -> tuple[pygame.Surface, tuple[float, float]]:
        zoom, frame, team, is_pale, steps = look
        if len(self._sprites) > MOST_SPRITES:
            self._sprites.clear()
        pale, sunk = figures.PALE * is_pale, 0.0 if steps == 0 else max((steps - 1) / (SUNK_STEPS - 1), 1e-3)
        sprite = painting.tinted(kinds.frame(frame), team, zoom, pale=pale, sunk=sunk)
        right, down = (zoom * kinds.middle[frame]).tolist()
        self._sprites[look] = painted = sprite, (right, down)
        return painted

    def _draw_dots(
        self,
        surface: pygame.Surface,
        camera: Camera,
        soldiers: DrawnSoldiers,
        fighters: Fighters,
        teams: tuple[Colour, ...],
        own: np.ndarray,
        pale: np.ndarray,
    ) -> None:
        colours = np.array(teams, np.float32)[soldiers.side % len(teams)] * (0.74 + 0.4 * own[:, None])
        colours += pale[:, None] * (np.array(PALE_CLOTH, np.float32) - colours)
        if fighters.faded is not None:
            colours += (0.5 + 0.4 * fighters.faded[:, None]) * (np.array(UNDERGROUND, np.float32) - colours)
        across = max(round(sprites.dot_size(camera, soldiers.spacing)), 2)
        painting.draw_dots(surface, camera.pixels(soldiers.position), colours, across)
