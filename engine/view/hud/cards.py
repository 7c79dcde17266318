"""The cards of the selected regiments, and the small panels of profiler, legend, tutorial and film."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import pygame

from engine.view.camera import COLUMN, MARGIN
from engine.view.colour_scales import RANGES, SCALES
from engine.view.combat import Button
from engine.view.hud.backing import backing
from engine.view.hud.text import TextRenderer
from engine.view.palette import FAINT, GOLD, PANEL, PLANNED, RECORDING, TEXT, VELOCITY, Colour
from engine.view.scene import Arrows, Card, FieldOverlay, Rows

WIDTH = COLUMN - 2 * MARGIN  # pixels at the reference height
NAME = 27  # pixels of a card's first line; its remarks and bars come below it
REMARK, LAST = 17, 7  # pixels of each remark, and of the room below the last one
BARS = 25  # pixels of the bars of morale and fatigue
BUTTONS = 25  # pixels of the row of buttons
CONDITIONS: dict[str, Colour] = {"wavering": GOLD, "broken": RECORDING, "dissolved": RECORDING}  # of what is amiss


@dataclass(frozen=True)
class CardRows:
    """How cards are laid out: what each has beside its first line, its height in pixels, and how many are shown."""

    remarks: int
    bars: bool
    pitch: int
    fit: int


def card_rows(cards: tuple[Card, ...], room: float, unit: float) -> CardRows:
    """Return the tallest layout in which all cards fit into `room` pixels, or the least, of which some are left out."""
    combat = any(card.fight for card in cards)
    for remarks, bars in ((2, True), (1, True), (1, False), (0, False)) if combat else ((2, False), (0, False)):
        high = NAME + REMARK * remarks + (BARS if bars else LAST if remarks else 0)
        rows = CardRows(remarks, bars, round(high * unit), len(cards))
        if len(cards) * rows.pitch <= room:
            return rows
    fit = min(len(cards), int(room // rows.pitch))
    # The last line says how many are not shown.
    return replace(rows, fit=fit - 1 if 1 < fit < len(cards) else fit)


def cards_panel(
    renderer: TextRenderer, cards: tuple[Card, ...], teams: tuple[Colour, ...], room: float, unit: float
) -> pygame.Surface | None:
    """Return one card a regiment, at most `room` pixels high in all: many lose their remarks, or are left out."""
    rows = card_rows(cards, room, unit)
    if rows.fit < 1:
        return None
    left_out = len(cards) - rows.fit
    panel = pygame.Surface((round(WIDTH * unit), rows.pitch * (rows.fit + (left_out > 0))), pygame.SRCALPHA)
    panel.fill((*PANEL, 190))
    for row, card in enumerate(cards[: rows.fit]):
        _card(panel, renderer, card, teams[card.team % len(teams)], row * rows.pitch, rows, unit)
    if left_out:
        more = renderer.line(f"and {left_out} more", 17 * unit, FAINT)
        middle = rows.fit * rows.pitch + rows.pitch // 2
        panel.blit(more, (round(12 * unit), middle - more.get_height() // 2))
    return panel


def _card(
    panel: pygame.Surface, renderer: TextRenderer, card: Card, team: Colour, top: int, rows: CardRows, unit: float
) -> None:
    """Draw a card, from row `top` of the panel on."""
    width, pad, gap, fight = panel.get_width(), round(12 * unit), round(2 * unit), card.fight
    panel.fill((*team, 255), (0, top + gap, max(round(4 * unit), 2), rows.pitch - 2 * gap))
    told = f"{fight.standing:,} / {fight.mustered:,}" if fight else f"{100 * card.overlap:.1f} %"
    share = renderer.line(told, 18 * unit, TEXT)
    amiss = CONDITIONS.get(fight.condition) if fight else None
    name = renderer.fitted(card.name, 20 * unit, amiss or TEXT, width - 2 * pad - share.get_width() - 6 * unit)
    middle = top + round(14 * unit)
    panel.blit(name, (pad, middle - name.get_height() // 2))
    panel.blit(share, (width - pad - share.get_width(), middle - share.get_height() // 2))
    for number, remark in enumerate(card.remarks[: rows.remarks]):
        line = renderer.fitted(remark, 17 * unit, (amiss if number == 0 else None) or FAINT, width - 2 * pad)
        panel.blit(line, (pad, top + round((NAME - 2 + REMARK * number) * unit)))
    if fight and rows.bars:
        below = top + rows.pitch - round(BARS * unit)
        half = (width - 3 * pad) // 2
        for left, word, value, colour in (
            (pad, "morale", fight.morale, amiss or team),
            (2 * pad + half, "fatigue", fight.fatigue, FAINT),
        ):
            panel.blit(renderer.line(f"{word} {100 * value:.0f} %", 15 * unit, FAINT), (left, below))
            _bar(panel, (left, below + round(15 * unit), half, max(round(3 * unit), 2)), value, colour)
        return
    thick = max(round(2 * unit), 1)
    bar = (pad, top + rows.pitch - round(2 * unit) - thick, width - 2 * pad, thick)
    _bar(panel, bar, fight.morale if fight else card.overlap, amiss or team)


def _bar(panel: pygame.Surface, bar: tuple[int, int, int, int], share: float, colour: Colour) -> None:
    """Draw a bar, left, top, width and height, that is filled to a share of its width."""
    left, top, width, thick = bar
    panel.fill((*FAINT, 60), bar)
    panel.fill((*colour, 255), (left, top, round(width * min(max(share, 0.0), 1.0)), thick))


def buttons_panel(
    renderer: TextRenderer, buttons: tuple[Button, ...], unit: float
) -> tuple[pygame.Surface, tuple[int, ...]]:
    """Return a row of buttons, and the pixel at which each ends: as wide as its word takes, and all that is left."""
    words = [renderer.line(one.order, 17 * unit, GOLD if one.on else TEXT) for one in buttons]
    panel = backing(round(WIDTH * unit), round(BUTTONS * unit), unit)
    spare = (panel.get_width() - sum(word.get_width() for word in words)) / (2 * len(words))
    ends = tuple(round(end) for end in accumulate(word.get_width() + 2 * spare for word in words))
    for begin, end, word, one in zip((0, *ends), ends, words, buttons, strict=False):
        if one.on:
            panel.fill((*GOLD, 60), (begin, 0, end - begin, panel.get_height()))
        if begin:
            panel.fill((*FAINT, 90), (begin, round(5 * unit), 1, panel.get_height() - round(9 * unit)))
        top = (panel.get_height() - word.get_height()) // 2 + round(unit)
        panel.blit(word, ((begin + end - word.get_width()) // 2, top))
    return panel, ends


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
