"""The cards of the selected regiments, and the small panels of profiler, legend, tutorial and film."""

from __future__ import annotations

import numpy as np
import pygame

from engine.view.camera import COLUMN, MARGIN
from engine.view.colour_scales import RANGES, SCALES
from engine.view.hud.backing import backing
from engine.view.hud.text import TextRenderer
from engine.view.palette import FAINT, GOLD, PANEL, PLANNED, RECORDING, TEXT, VELOCITY, Colour
from engine.view.scene import Arrows, Card, FieldOverlay, Rows

WIDTH = COLUMN - 2 * MARGIN  # pixels at the reference height
TALL, SHORT = 68, 27  # pixels of a card with its remarks, and without


def cards_panel(
    renderer: TextRenderer, cards: tuple[Card, ...], teams: tuple[Colour, ...], room: float, unit: float
) -> pygame.Surface | None:
    """Return one card a regiment, at most `room` pixels high in all: many lose their remarks, or are left out."""
    tall, pitch, fit = card_rows(len(cards), room, unit)
    if fit < 1:
        return None
    left_out = len(cards) - fit
    width, pad, chip = round(WIDTH * unit), round(12 * unit), max(round(4 * unit), 2)
    panel = pygame.Surface((width, pitch * (fit + (left_out > 0))), pygame.SRCALPHA)
    panel.fill((*PANEL, 190))
    for row, card in enumerate(cards[:fit]):
        top = row * pitch
        team = teams[card.team % len(teams)]
        gap = round(2 * unit)
        panel.fill((*team, 255), (0, top + gap, chip, pitch - 2 * gap))
        share = renderer.line(f"{100 * card.overlap:.1f} %", 18 * unit, TEXT)
        name = renderer.fitted(card.name, 20 * unit, TEXT, width - 2 * pad - share.get_width() - 6 * unit)
        middle = top + round(14 * unit)
        panel.blit(name, (pad, middle - name.get_height() // 2))
        panel.blit(share, (width - pad - share.get_width(), middle - share.get_height() // 2))
        for number, remark in enumerate(card.remarks[:2] if tall else ()):
            line = renderer.fitted(remark, 17 * unit, FAINT, width - 2 * pad)
            panel.blit(line, (pad, top + round((25 + 17 * number) * unit)))
        thick = max(round(2 * unit), 1)
        bar = (pad, top + pitch - round(2 * unit) - thick, width - 2 * pad, thick)
        panel.fill((*FAINT, 60), bar)
        panel.fill((*team, 255), (bar[0], bar[1], round(bar[2] * min(max(card.overlap, 0.0), 1.0)), thick))
    if left_out:
        more = renderer.line(f"and {left_out} more", 17 * unit, FAINT)
        panel.blit(more, (pad, fit * pitch + (pitch - more.get_height()) // 2))
    return panel


def card_rows(count: int, room: float, unit: float) -> tuple[bool, int, int]:
    """Return whether cards have their remarks, how high each is in pixels, and how many of `count` are shown."""
    tall = count * TALL * unit <= room
    pitch = round((TALL if tall else SHORT) * unit)
    fit = min(count, int(room // pitch))
    return tall, pitch, fit - 1 if 1 < fit < count else fit  # the last line says how many are not shown


def profile_panel(renderer: TextRenderer, rows: Rows, unit: float) -> pygame.Surface:
    """Return the profiler: a row for each part of a frame with name, bar and milliseconds; the last row is the sum."""
    width, pad, pitch, head = (round(length * unit) for length in (WIDTH, 12, 22, 34))
    panel = backing(width, head + pitch * len(rows) + round(8 * unit), unit)
    panel.blit(renderer.line("MILLISECONDS", 16 * unit, GOLD, 2 * unit), (pad, round(11 * unit)))
    times = [_number(value) for _, value in rows]
    longest = max(times[-1] if times else 0.0, 1e-9)
    for row, ((name, value), took) in enumerate(zip(rows, times, strict=True)):
        top = head + row * pitch
        last = row == len(rows) - 1
        left = renderer.line(name, 18 * unit, TEXT if last else FAINT)
        right = renderer.line(value, 18 * unit, TEXT)
        panel.blit(left, (pad, top))
        panel.blit(right, (width - pad - right.get_width(), top))
        if last:
            panel.fill((*FAINT, 90), (pad, top - round(4 * unit), width - 2 * pad, max(round(unit), 1)))
            continue
        begin, end = round(92 * unit), width - pad - round(42 * unit)
        middle, thick = top + left.get_height() // 2, max(round(5 * unit), 2)
        panel.fill((*FAINT, 40), (begin, middle - thick // 2, end - begin, thick))
        panel.fill((*GOLD, 235), (begin, middle - thick // 2, round((end - begin) * min(took / longest, 1.0)), thick))
    return panel


def legend_panel(renderer: TextRenderer, overlays: tuple[FieldOverlay | Arrows, ...], unit: float) -> pygame.Surface:
    """Return the legend of the colours and arrows over the field."""
    width, pad, pitch = (round(length * unit) for length in (WIDTH, 12, 42))
    panel = backing(width, pitch * len(overlays) + round(8 * unit), unit)
    for row, overlay in enumerate(overlays):
        top = row * pitch + round(8 * unit)
        title = renderer.line(overlay.kind, 18 * unit, TEXT)
        panel.blit(title, (pad, top))
        if isinstance(overlay, FieldOverlay):
            low, high = RANGES[overlay.kind]
            ends = {"error": ("too few", "too many")}.get(overlay.kind, (f"{low:g}", f"{high:g} a cell"))
            bar = pygame.Rect(pad, top + round(19 * unit), width - 2 * pad, round(6 * unit))
            scale = np.repeat(SCALES[overlay.kind][:, None, :3], 2, axis=1)
            panel.blit(pygame.transform.smoothscale(pygame.surfarray.make_surface(scale), bar.size), bar)
            for end, text in enumerate(ends):
                line = renderer.line(text, 15 * unit, FAINT)
                x = bar.left if end == 0 else bar.right - line.get_width()
                panel.blit(line, (x, bar.bottom + round(2 * unit)))
            continue
        colour = VELOCITY if overlay.kind == "velocity" else PLANNED
        meaning = {"velocity": "what is commanded", "plan": "what was planned"}[overlay.kind]
        meaning = meaning if overlay.known else "this simulation cannot tell"
        panel.blit(renderer.line(meaning, 15 * unit, FAINT), (pad, top + round(19 * unit)))
        tip, middle = width - pad, top + round(10 * unit)
        thick, barb = max(round(2 * unit), 1), round(5 * unit)
        pygame.draw.line(panel, colour, (tip - round(26 * unit), middle), (tip, middle), thick)
        for side in (-1, 1):
            pygame.draw.line(panel, colour, (tip - barb, middle + side * barb), (tip, middle), thick)
    return panel


def tutorial_panel(renderer: TextRenderer, lines: tuple[str, ...], room: float, unit: float) -> pygame.Surface:
    """Return a lesson, its first line highlighted; no wider than `room` pixels."""
    pad, pitch = round(20 * unit), round(27 * unit)
    inside = min(620 * unit, room - 2 * pad)
    written = [
        line
        for row, text in enumerate(lines)
        for line in renderer.wrapped(text, 22 * unit, GOLD if row == 0 else TEXT, inside)
    ]
    width = max(line.get_width() for line in written) + 2 * pad
    panel = backing(width, pitch * len(written) + round(22 * unit), unit, 215)
    for row, line in enumerate(written):
        panel.blit(line, ((width - line.get_width()) // 2, round(12 * unit) + row * pitch))
    return panel


def recording_panel(renderer: TextRenderer, text: str, unit: float) -> pygame.Surface:
    """Return a red dot and a text beside it: how long the film is by now, or that it is being saved."""
    line = renderer.line(text, 19 * unit, TEXT)
    reach, pad = round(6 * unit), round(10 * unit)
    panel = pygame.Surface((line.get_width() + 3 * pad + 2 * reach, line.get_height() + pad), pygame.SRCALPHA)
    panel.fill((*PANEL, 190))
    pygame.draw.circle(panel, RECORDING, (pad + reach, panel.get_height() // 2), reach)
    panel.blit(line, (2 * pad + 2 * reach, pad // 2))
    return panel


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
