"""The panels of words: status, hint, banner and keys, each composed as a pygame surface.

`unit` is how much larger letters and margins are than at the reference height.
"""

from __future__ import annotations

import pygame

from engine.view.camera import COLUMN, MARGIN
from engine.view.hud.backing import backing, diamond
from engine.view.hud.text import TextRenderer
from engine.view.palette import FAINT, GOLD, PANEL, TEXT
from engine.view.scene import Rows

PIPS = 12  # diamonds in the row that fills while a banner shows work under way


def status_panel(renderer: TextRenderer, title: str, rows: Rows, unit: float) -> pygame.Surface:
    """Return the game's name, then the rows: name to the left, value to the right, or below where it is long.

    A value without a name is a remark and takes the whole width; a value in % has a bar under it.
    """
    width, pad, pitch, head = (round(length * unit) for length in (COLUMN - 2 * MARGIN, 12, 23, 44))
    room = width - 2 * pad
    lines: list[tuple[pygame.Surface, int, int]] = []  # a line, its x in pixels, and its row
    bars: list[tuple[float, int]] = []  # share, and the row above which its bar lies
    row = 0
    for name, value in rows:
        if not name:
            for line in renderer.wrapped(value, 20 * unit, GOLD, room):
                lines.append((line, pad, row))
                row += 1
            continue
        left = renderer.line(name, 19 * unit, FAINT)
        lines.append((left, pad, row))
        right = renderer.fitted(value, 21 * unit, TEXT, room)
        if left.get_width() + 8 * unit + right.get_width() > room:
            row += 1
        lines.append((right, width - pad - right.get_width(), row))
        row += 1
        filled = share(value)
        if filled is not None:
            bars.append((filled, row))
    panel = backing(width, head + row * pitch + pad, unit)
    panel.blit(renderer.line(title.upper(), 25 * unit, GOLD, 4 * unit), (pad, round(14 * unit)))
    for line, x, row in lines:
        panel.blit(line, (x, head + row * pitch + (pitch - line.get_height()) // 2))
    for filled, row in bars:
        top, thick = head + row * pitch - round(2 * unit), max(round(2 * unit), 1)
        panel.fill((*FAINT, 60), (pad, top, room, thick))
        panel.fill((*GOLD, 255), (pad, top, round(room * filled), thick))
    return panel


def hint_line(renderer: TextRenderer, text: str, unit: float) -> pygame.Surface:
    """Return a quiet text without a backing, in as many lines as it takes."""
    width = (COLUMN - 2 * MARGIN) * unit
    lines = renderer.wrapped(text, 19 * unit, FAINT, width)
    pitch = round(20 * unit)
    panel = pygame.Surface((round(width), pitch * len(lines)), pygame.SRCALPHA)
    for row, line in enumerate(lines):
        panel.blit(line, (0, row * pitch))
    return panel


def banner_panel(renderer: TextRenderer, words: str, unit: float, step: int) -> pygame.Surface:
    """Return a large line between two rules; `step` of the PIPS diamonds below it are bright."""
    line = renderer.line(words.upper(), 54 * unit, TEXT, 10 * unit)
    width = max(line.get_width() + round(140 * unit), round(420 * unit))
    height = round(128 * unit)
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
    pitch, side = round(20 * unit), round(7 * unit)
    first = (width - (PIPS - 1) * pitch) // 2
    for pip in range(PIPS):
        colour = (*GOLD, 255) if pip < step else (*FAINT, 80)
        middle = (first + pip * pitch, round(97 * unit))
        reach = side if pip == step - 1 else round(0.72 * side)
        diamond(panel, middle, reach, colour)
    return panel


def still_panel(renderer: TextRenderer, words: str, unit: float) -> pygame.Surface:
    """Return a word on how the game stands, as wide as the status, which leaves the field free."""
    width, height = round((COLUMN - 2 * MARGIN) * unit), round(44 * unit)
    panel = backing(width, height, unit)
    line = renderer.line(words.upper(), 26 * unit, GOLD, 6 * unit)
    if line.get_width() > width:
        line = renderer.fitted(words, 20 * unit, GOLD, width)
    panel.blit(line, ((width - line.get_width()) // 2, (height - line.get_height()) // 2 + round(unit)))
    return panel


def keys_panel(renderer: TextRenderer, rows: Rows, unit: float) -> pygame.Surface:
    """Return the help: keys and what they do, in two columns when there are many."""
    size, pitch, pad, gap = 23 * unit, round(27 * unit), round(28 * unit), round(18 * unit)
    columns = 2 if len(rows) > 9 else 1
    deep = max(-(-len(rows) // columns), 1)
    names = [renderer.line(name, size, GOLD) for name, _ in rows]
    effects = [renderer.line(effect, size, TEXT) for _, effect in rows]
    title = renderer.line("KEYS", 28 * unit, TEXT, 6 * unit)
    head = round(72 * unit)
    places: list[tuple[pygame.Surface, int, int]] = []
    left = right = pad
    for first in range(0, len(rows), deep):
        column = range(first, min(first + deep, len(rows)))
        middle = left + max(names[row].get_width() for row in column) + gap
        for row in column:
            top = head + (row - first) * pitch
            places += [(names[row], left, top), (effects[row], middle, top)]
        right = middle + max(effects[row].get_width() for row in column)
        left = right + 3 * gap
    width = max(right, pad + title.get_width()) + pad
    panel = backing(width, head + deep * pitch + round(20 * unit), unit, 226)
    panel.blit(title, (pad, round(24 * unit)))
    panel.fill((*GOLD, 110), (pad, round(56 * unit), width - 2 * pad, max(round(unit), 1)))
    for line, x, y in places:
        panel.blit(line, (x, y))
    return panel


def share(value: str) -> float | None:
    """Return the share, from 0 to 1, in a value like "97.3 %"; None in any other."""
    if not value.endswith("%"):
        return None
    try:
        return min(max(float(value[:-1]) / 100.0, 0.0), 1.0)
    except ValueError:
        return None
