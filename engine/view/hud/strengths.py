"""The panels at the top of the field: how the sides fare, and below it what has just become of regiments."""

from __future__ import annotations

import pygame

from engine.view.combat import News, Strength
from engine.view.hud.backing import backing
from engine.view.hud.text import TextRenderer
from engine.view.palette import FAINT, PANEL, TEXT, Colour

WIDTH = 440  # pixels at the reference height
FELL: Colour = (74, 30, 26)  # the part of a bar for those who fell
FLED: Colour = (112, 108, 98)  # and for those who fled


def strengths_panel(renderer: TextRenderer, sides: tuple[Strength, ...], width: float, unit: float) -> pygame.Surface:
    """Return a column for each side: who stands, a bar of all that mustered, and below it who fell, fled and broke."""
    pad, gap = round(12 * unit), round(24 * unit)
    panel = backing(round(width), round(62 * unit), unit)
    room = (round(width) - 2 * pad - gap * (len(sides) - 1)) // len(sides)
    for number, side in enumerate(sides):
        left = pad + number * (room + gap)
        standing = renderer.line(f"{side.standing:,}", 24 * unit, TEXT)
        name = renderer.fitted(side.side, 20 * unit, side.colour, room - standing.get_width() - 8 * unit)
        middle = round(17 * unit)
        panel.blit(name, (left, middle - name.get_height() // 2))
        panel.blit(standing, (left + room - standing.get_width(), middle - standing.get_height() // 2))
        top, thick = round(29 * unit), max(round(7 * unit), 3)
        ends = _ends(side, room)
        for begin, end, colour in zip((0, *ends), (*ends, room), (side.colour, FLED, FELL), strict=True):
            panel.fill((*colour, 255), (left + begin, top, end - begin, thick))
        lost = renderer.fitted(words(side), 16 * unit, FAINT, room)
        panel.blit(lost, (left, round(41 * unit)))
    return panel


def _ends(side: Strength, room: int) -> tuple[int, int]:
    """Return where in a bar of `room` pixels those who stand end, and those who fled."""
    mustered = max(side.standing + side.fallen + side.fled, 1)
    return room * side.standing // mustered, room * (side.standing + side.fled) // mustered


def words(side: Strength) -> str:
    """Return what is said of a side's losses."""
    count = "all" if side.broken == side.regiments else f"{side.broken} of {side.regiments}"
    return " · ".join((f"{side.fallen:,} fallen", f"{side.fled:,} fled", *([f"{count} broken"] if side.broken else [])))


def news_panel(
    renderer: TextRenderer, news: tuple[News, ...], teams: tuple[Colour, ...], width: float, unit: float
) -> pygame.Surface:
    """Return a line for each piece of news, beside a mark in its regiment's colour; no wider than `width` pixels."""
    pad, pitch, chip = round(12 * unit), round(23 * unit), max(round(4 * unit), 2)
    lines = [renderer.fitted(one.text, 19 * unit, TEXT, width - 3 * pad) for one in news]
    panel = pygame.Surface((max(line.get_width() for line in lines) + 3 * pad, pitch * len(lines)), pygame.SRCALPHA)
    panel.fill((*PANEL, 170))
    for row, (one, line) in enumerate(zip(news, lines, strict=True)):
        team = teams[one.team % len(teams)]
        panel.fill((*team, 255), (0, row * pitch + round(2 * unit), chip, pitch - 2 * round(2 * unit)))
        panel.blit(line, (pad, row * pitch + (pitch - line.get_height()) // 2))
    return panel
