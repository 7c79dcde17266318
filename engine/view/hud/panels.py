"""The panels over the field: which of them a scene has, and where each goes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pygame
from jaxtyping import Float

from engine.view.base import PanelHit
from engine.view.camera import COLUMN, MARGIN, Camera, letter_scale
from engine.view.combat import Button
from engine.view.events import Pixel
from engine.view.hud import cards, strengths, words
from engine.view.hud.minimap import minimap_ground, visible, with_frame
from engine.view.hud.plot import plot_panel
from engine.view.hud.text import TextRenderer
from engine.view.minimap import minimap_camera
from engine.view.scene import FieldOverlay, Scene
from engine.view.scenery import Survey

FRAMES_PER_PIP = 5  # of the banner's animation
UNFILMED = ("film", "paused", "question")  # panels for the player alone: pictures and films do not show them
BARE = ("hint", "banner", "strengths", "news")  # panels through which the mouse reaches what lies under them
LEAST_TOP = 120  # pixels at the reference height: in less room nothing shows at the top of the field
GAP = 8  # pixels between the panels of a column, at the reference height


@dataclass(frozen=True)
class Panel:
    """A picture with transparency, and the pixel where its top left corner goes."""

    name: str
    surface: pygame.Surface
    place: tuple[int, int]
    rows: tuple[int, ...] = ()  # of cards: their regiments, from the top
    pitch: int = 0  # how high each of the rows is, in pixels
    orders: tuple[tuple[str, int], ...] = ()  # of buttons: what each orders, and the pixel of the panel where it ends

    def hit(self, pixel: Pixel) -> PanelHit | None:
        """Return what of the panel lies under a pixel; None where the pixel lies beside it."""
        x, y = (at - corner for at, corner in zip(pixel, self.place, strict=True))
        width, height = self.surface.get_size()
        if self.name in BARE or not (0 <= x < width and 0 <= y < height):
            return None
        row = int(y // self.pitch) if self.pitch else len(self.rows)
        if self.orders:
            return PanelHit(self.name, order=next((order for order, end in self.orders if x < end), None))
        return PanelHit(self.name, self.rows[row] if row < len(self.rows) else None)


class Panels:
    """Composes the panels of a scene; a panel whose content did not change keeps its surface."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._renderer = TextRenderer()
        self._kept: dict[str, tuple[Hashable, pygame.Surface]] = {}
        self._survey = Survey()

    def of(self, scene: Scene, camera: Camera, frame: int) -> list[Panel]:
        """Return the panels of a scene seen through a camera, lowest first; the large ones lie mid-field.

        `frame` is the number of pictures drawn so far; it drives animations.
        """
        unit = letter_scale(camera.size)
        right = self._right(scene, camera, unit)
        plot = [panel.place[0] for panel in right if panel.name == "plot"]
        free = plot[0] if plot else camera.size[0]
        beside = min((panel.place[0] for panel in right if panel.name != "plot"), default=camera.size[0])
        above = self._top(scene, unit, beside)
        return [*self._left(scene, camera, unit), *right, *above, *self._middle(scene, camera, unit, frame, free)]

    def _left(self, scene: Scene, camera: Camera, unit: float) -> list[Panel]:
        """Return status and cards from the top; minimap, hint and pause from the bottom."""
        margin, gap, renderer = round(MARGIN * unit), round(GAP * unit), self._renderer
        top, bottom = margin, camera.size[1] - margin
        panels = []
        if scene.minimap is not None:
            surface = self._minimap(scene, camera, unit)
            corner = minimap_camera(camera.size, scene.grid).origin
            rim = max(round(unit), 1)
            panels.append(Panel("minimap", surface, (round(corner[0]) - rim, round(corner[1]) - rim)))
            bottom = round(corner[1]) - gap
        if scene.hint:
            surface = self._composed("hint", (scene.hint, unit), partial(words.hint_line, renderer, scene.hint, unit))
            bottom -= surface.get_height()
            panels.append(Panel("hint", surface, (margin, bottom)))
            bottom -= gap
        if scene.banner and not working(scene.banner):
            key = (scene.banner, unit)
            surface = self._composed("paused", key, partial(words.still_panel, renderer, *key))
            bottom -= surface.get_height()
            panels.append(Panel("paused", surface, (margin, bottom)))
            bottom -= gap
        if scene.status:
            rows = (scene.status, unit)
            surface = self._composed("status", rows, partial(words.status_panel, renderer, self._title, *rows))
            panels.append(Panel("status", surface, (margin, top)))
            top += surface.get_height() + gap
        if scene.buttons:
            row = self._buttons(scene.buttons, margin, top, unit)
            if row.surface.get_height() <= bottom - top:
                panels.append(row)
                top += row.surface.get_height() + round(2 * unit)
        if scene.cards:
            room = max(bottom - top, 0)
            made = self._composed(
                "cards",
                (scene.cards, scene.teams, room, unit),
                lambda: cards.cards_panel(renderer, scene.cards, scene.teams, room, unit) or pygame.Surface((0, 0)),
            )
            rows_of_cards = cards.card_rows(scene.cards, room, unit)
            if made.get_height():
                shown = tuple(card.team for card in scene.cards[: rows_of_cards.fit])
                panels.append(Panel("cards", made, (margin, top), shown, rows_of_cards.pitch))
        return panels

    def _buttons(self, buttons: tuple[Button, ...], left: int, top: int, unit: float) -> Panel:
        """Return the row of buttons."""
        surface, ends = cards.buttons_panel(self._renderer, buttons, unit)
        orders = tuple((one.order, end) for one, end in zip(buttons, ends, strict=True))
        return Panel("buttons", surface, (left, top), orders=orders)

    def _top(self, scene: Scene, unit: float, end: int) -> list[Panel]:
        """Return how the sides fare, and the news below it, beside the status and left of pixel `end`."""
        renderer, begin = self._renderer, round(COLUMN * unit)
        width = float(min(round(strengths.WIDTH * unit), end - begin - round(GAP * unit)))
        panels: list[Panel] = []
        if width < LEAST_TOP * unit:
            return panels
        top = round(MARGIN * unit)
        made: list[tuple[str, pygame.Surface]] = []
        if scene.strengths:
            shown = (scene.strengths, width, unit)
            made.append(
                ("strengths", self._composed("strengths", shown, partial(strengths.strengths_panel, renderer, *shown)))
            )
        if scene.news:
            told = (scene.news, scene.teams, width, unit)
            made.append(("news", self._composed("news", told, partial(strengths.news_panel, renderer, *told))))
        for name, surface in made:
            panels.append(Panel(name, surface, ((begin + end - surface.get_width()) // 2, top)))
            top += surface.get_height() + round(2 * unit)
        return panels

    def _right(self, scene: Scene, camera: Camera, unit: float) -> list[Panel]:
        """Return film, profiler and legend from the top, and the plot in the lower corner."""
        margin, gap, renderer = round(MARGIN * unit), round(GAP * unit), self._renderer
        column: list[tuple[str, pygame.Surface]] = []
        if scene.recording is not None:
            key = (scene.recording, unit)
            column.append(("film", self._composed("film", key, partial(cards.recording_panel, renderer, *key))))
        if scene.profile is not None:
            made = self._composed(
                "profile", (scene.profile, unit), partial(cards.profile_panel, renderer, scene.profile, unit)
            )
            column.append(("profile", made))
        if scene.overlays:
            kinds = tuple((one.kind, isinstance(one, FieldOverlay) or one.known) for one in scene.overlays)
            legend = partial(cards.legend_panel, renderer, scene.overlays, unit)
            column.append(("legend", self._composed("legend", (kinds, unit), legend)))
        panels, top = [], margin + gap
        right = camera.size[0] - margin - gap
        for name, surface in column:
            panels.append(Panel(name, surface, (right - surface.get_width(), top)))
            top += surface.get_height() + gap
        if scene.plot is not None:
            plot = scene.plot
            last = (int(plot.ticks[-1]), plot.overlap[-1].tobytes(), float(plot.drift[-1])) if len(plot.ticks) else None
            room = camera.size[1] - margin - gap - top
            kept = (last, len(plot.ticks), plot.names, scene.teams, room, unit)
            surface = self._composed("plot", kept, partial(plot_panel, renderer, plot, scene.teams, room, unit))
            place = (right - surface.get_width(), camera.size[1] - margin - gap - surface.get_height())
            panels.append(Panel("plot", surface, place))
        return panels

    def _middle(self, scene: Scene, camera: Camera, unit: float, frame: int, free: int) -> list[Panel]:
        """Return lesson, banner, keys and question amid the visible field; the lesson ends left of pixel `free`."""
        width, height = camera.size
        left, top, right, bottom = visible(camera, scene.grid)
        corners = camera.pixels(np.array([[left, top], [right, bottom]]))
        middle = corners.mean(axis=0) if right > left and bottom > top else np.array([width / 2, height / 2])
        renderer = self._renderer
        panels = []
        if scene.tutorial:
            begin, end = (corners[0, 0], min(corners[1, 0], free)) if right > left else (0.0, free)
            room = max(0.94 * (end - begin), 0.2 * width)
            lesson = (scene.tutorial, room, unit)
            surface = self._composed("tutorial", lesson, partial(cards.tutorial_panel, renderer, *lesson))
            bottom = height - round(2 * MARGIN * unit)
            place = round((begin + end - surface.get_width()) / 2), bottom - surface.get_height()
            panels.append(Panel("tutorial", surface, place))
        if scene.banner and working(scene.banner):
            surface = self._banner(scene.banner, unit, frame)
            panels.append(Panel("banner", surface, centred(surface, middle)))
        if scene.keys is not None:
            surface = self._composed("keys", (scene.keys, camera.size), partial(self._keys, scene.keys, camera.size))
            place = centred(surface, middle)
            panels.append(
                Panel("keys", surface, (max(min(place[0], width - surface.get_width()), 0), max(place[1], 0)))
            )
        if scene.question:
            asked = (scene.question, float(width), unit)
            surface = self._composed("question", asked, partial(cards.tutorial_panel, renderer, *asked))
            panels.append(Panel("question", surface, centred(surface, middle)))
        return panels

    def _keys(self, rows: words.Rows, size: tuple[int, int]) -> pygame.Surface:
        """Return the help, in smaller letters where it would not fit into the picture."""
        unit = letter_scale(size)
        panel = words.keys_panel(self._renderer, rows, unit)
        spare = min(0.97 * size[0] / panel.get_width(), 0.97 * size[1] / panel.get_height())
        return panel if spare >= 1.0 else words.keys_panel(self._renderer, rows, unit * spare)

    def _minimap(self, scene: Scene, camera: Camera, unit: float) -> pygame.Surface:
        assert scene.minimap is not None
        small = minimap_camera(camera.size, scene.grid)
        shown, scenery = scene.minimap, self._survey.of(scene)
        key = (shown.version, scene.teams, scenery, scene.grid, camera.size)
        ground = self._composed(
            "minimap ground", key, lambda: minimap_ground(shown.density, scene.teams, scenery, small, unit)
        )
        return self._composed("minimap", (key, camera), lambda: with_frame(ground, small, camera, scene.grid, unit))

    def _banner(self, text: str, unit: float, frame: int) -> pygame.Surface:
        """Return a spaced line between two rules, and a row of pips below it that fills."""
        line = text.rstrip(" .…")
        step = frame // FRAMES_PER_PIP % (words.PIPS + 6)
        compose = partial(words.banner_panel, self._renderer, line, unit, step)
        return self._composed("banner", (line, unit, step), compose)

    def _composed(self, name: str, key: Hashable, compose: Callable[[], pygame.Surface]) -> pygame.Surface:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = self._kept[name] = (key, compose())
        return kept[1]


def working(banner: str) -> bool:
    """Return whether a banner speaks of work under way: it ends in dots, and moves."""
    return banner.rstrip().endswith((".", "…"))


def centred(surface: pygame.Surface, middle: Float[np.ndarray, " 2"]) -> tuple[int, int]:
    """Return where a surface goes so that its middle lies on a pixel."""
    x, y = middle
    return round(x - surface.get_width() / 2), round(y - surface.get_height() / 2)
