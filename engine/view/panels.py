"""What is written over the field: the status, the hint, the banner and the help, as pygame surfaces."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pygame
from jaxtyping import Float

from engine.view.camera import COLUMN, MARGIN, Camera, letter_scale
from engine.view.lettering import Lettering
from engine.view.palette import FAINT, GOLD, INK, PANEL
from engine.view.scene import Scene

Rows = tuple[tuple[str, str], ...]

PIPS = 12  # men in the row that fills while a banner shows work under way
FRAMES_PER_PIP = 5


@dataclass(frozen=True)
class Panel:
    """A picture with transparency, and the pixel where its top left corner goes."""

    name: str
    surface: pygame.Surface
    place: tuple[int, int]


class Panels:
    """Composes the panels of a scene; one whose words did not change keeps its surface."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._lettering = Lettering()
        self._kept: dict[str, tuple[Hashable, pygame.Surface]] = {}

    def of(self, scene: Scene, camera: Camera, frame: int) -> list[Panel]:
        """Return the panels of a scene seen through a camera, lowest first; the large ones lie amid the field.

        `frame` counts the pictures drawn, and moves what is animated.
        """
        unit = letter_scale(camera.size)
        height = camera.size[1]
        middle = camera.pixels(np.array([scene.grid[1] / 2, scene.grid[0] / 2]))
        margin = round(MARGIN * unit)
        panels = []
        if scene.status:
            surface = self._composed("status", (scene.status, unit), partial(self._status, scene.status, unit))
            panels.append(Panel("status", surface, (margin, margin)))
        if scene.hint:
            surface = self._composed("hint", (scene.hint, unit), partial(self._hint, scene.hint, unit))
            panels.append(Panel("hint", surface, (margin, height - margin - surface.get_height())))
        if scene.banner:
            surface = self._banner(scene.banner, unit, frame)
            panels.append(Panel("banner", surface, centred(surface, middle)))
        if scene.keys is not None:
            surface = self._composed("keys", (scene.keys, unit), partial(self._keys, scene.keys, unit))
            panels.append(Panel("keys", surface, centred(surface, middle)))
        return panels

    def _composed(self, name: str, words: Hashable, compose: Callable[[], pygame.Surface]) -> pygame.Surface:
        kept = self._kept.get(name)
        if kept is None or kept[0] != words:
            kept = self._kept[name] = (words, compose())
        return kept[1]

    def _status(self, rows: Rows, unit: float) -> pygame.Surface:
        """The name of the game, then the rows: name to the left, value to the right, or below it where it is long.

        A value without a name is a remark and takes the whole width; a value in % has a bar under it.
        """
        width, pad, pitch, head = (round(length * unit) for length in (COLUMN - 2 * MARGIN, 12, 23, 44))
        room = width - 2 * pad
        lines: list[tuple[pygame.Surface, int, int]] = []  # what, and where: x, and the row counted from the first
        bars: list[tuple[float, int]] = []
        row = 0
        for name, value in rows:
            if not name:
                for line in self._lettering.wrapped(value, 20 * unit, GOLD, room):
                    lines.append((line, pad, row))
                    row += 1
                continue
            left = self._lettering.line(name, 19 * unit, FAINT)
            lines.append((left, pad, row))
            right = self._lettering.fitted(value, 21 * unit, INK, room)
            if left.get_width() + 8 * unit + right.get_width() > room:
                row += 1
            lines.append((right, width - pad - right.get_width(), row))
            row += 1
            filled = share(value)
            if filled is not None:
                bars.append((filled, row))
        panel = backing(width, head + row * pitch + pad, unit)
        panel.blit(self._lettering.line(self._title.upper(), 25 * unit, GOLD, 4 * unit), (pad, round(14 * unit)))
        for line, x, row in lines:
            panel.blit(line, (x, head + row * pitch + (pitch - line.get_height()) // 2))
        for filled, row in bars:
            top, thick = head + row * pitch - round(2 * unit), max(round(2 * unit), 1)
            panel.fill((*FAINT, 60), (pad, top, room, thick))
            panel.fill((*GOLD, 255), (pad, top, round(room * filled), thick))
        return panel

    def _hint(self, text: str, unit: float) -> pygame.Surface:
        width = (COLUMN - 2 * MARGIN) * unit
        lines = self._lettering.wrapped(text, 19 * unit, FAINT, width)
        pitch = round(20 * unit)
        panel = pygame.Surface((round(width), pitch * len(lines)), pygame.SRCALPHA)
        for row, line in enumerate(lines):
            panel.blit(line, (0, row * pitch))
        return panel

    def _banner(self, text: str, unit: float, frame: int) -> pygame.Surface:
        """A spaced line between two rules; one that ends in dots has a row of men falling in beneath it."""
        words = text.rstrip(" .…")
        working = words != text.rstrip()
        step = frame // FRAMES_PER_PIP % (PIPS + 6) if working else None
        compose = partial(self._banner_at, words, unit, step)
        return self._composed("banner", (words, unit, step), compose)

    def _banner_at(self, words: str, unit: float, step: int | None) -> pygame.Surface:
        line = self._lettering.line(words.upper(), 54 * unit, INK, 10 * unit)
        width = max(line.get_width() + round(140 * unit), round(420 * unit))
        height = round((128 if step is not None else 96) * unit)
        panel = pygame.Surface((width, height), pygame.SRCALPHA)
        rule = max(round(unit), 1)
        for left in range(width):
            # Both ends fade into the field.
            fade = min(1.0, min(left, width - 1 - left) / (0.22 * width))
            fade = fade * fade * (3 - 2 * fade)
            panel.fill((*PANEL, round(205 * fade)), (left, 0, 1, height))
            for top in (0, height - rule):
                panel.fill((*GOLD, round(200 * fade)), (left, top, 1, rule))
        panel.blit(line, ((width - line.get_width()) // 2, round(48 * unit) - line.get_height() // 2))
        if step is not None:
            pitch, side = round(20 * unit), round(7 * unit)
            first = (width - (PIPS - 1) * pitch) // 2
            for pip in range(PIPS):
                colour = (*GOLD, 255) if pip < step else (*FAINT, 80)
                middle = (first + pip * pitch, round(97 * unit))
                reach = side if pip == step - 1 else round(0.72 * side)
                diamond(panel, middle, reach, colour)
        return panel

    def _keys(self, rows: Rows, unit: float) -> pygame.Surface:
        """The help: keys and what they do, in two columns when there are many."""
        size, pitch, pad, gap = 23 * unit, round(27 * unit), round(28 * unit), round(18 * unit)
        columns = 2 if len(rows) > 9 else 1
        deep = max(-(-len(rows) // columns), 1)
        names = [self._lettering.line(name, size, GOLD) for name, _ in rows]
        deeds = [self._lettering.line(deed, size, INK) for _, deed in rows]
        title = self._lettering.line("KEYS", 28 * unit, INK, 6 * unit)
        head = round(72 * unit)
        places: list[tuple[pygame.Surface, int, int]] = []
        left = right = pad
        for first in range(0, len(rows), deep):
            column = range(first, min(first + deep, len(rows)))
            middle = left + max(names[row].get_width() for row in column) + gap
            for row in column:
                top = head + (row - first) * pitch
                places += [(names[row], left, top), (deeds[row], middle, top)]
            right = middle + max(deeds[row].get_width() for row in column)
            left = right + 3 * gap
        width = max(right, pad + title.get_width()) + pad
        panel = backing(width, head + deep * pitch + round(20 * unit), unit, 226)
        panel.blit(title, (pad, round(24 * unit)))
        panel.fill((*GOLD, 110), (pad, round(56 * unit), width - 2 * pad, max(round(unit), 1)))
        for line, x, y in places:
            panel.blit(line, (x, y))
        return panel


def share(value: str) -> float | None:
    """Return the share that a value like "97.3 %" says, from 0 to 1; None where it says none."""
    if not value.endswith("%"):
        return None
    try:
        return min(max(float(value[:-1]) / 100.0, 0.0), 1.0)
    except ValueError:
        return None


def centred(surface: pygame.Surface, middle: Float[np.ndarray, " 2"]) -> tuple[int, int]:
    """Return where a surface goes so that its middle lies on a pixel."""
    x, y = middle
    return round(x - surface.get_width() / 2), round(y - surface.get_height() / 2)


def backing(width: int, height: int, unit: float, cover: int = 190) -> pygame.Surface:
    """Return a dark translucent plate with a gold edge on top."""
    panel = pygame.Surface((width, height), pygame.SRCALPHA)
    panel.fill((*PANEL, cover))
    panel.fill((*GOLD, 220), (0, 0, width, max(round(2 * unit), 1)))
    return panel


def diamond(panel: pygame.Surface, middle: tuple[int, int], reach: int, colour: tuple[int, int, int, int]) -> None:
    """Draw a small diamond, `reach` pixels from its middle to its corners."""
    x, y = middle
    pygame.draw.polygon(panel, colour, [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)])
