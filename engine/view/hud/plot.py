"""The live plot as a pygame surface: every regiment's overlap, and below it the drift of the total mass."""

from __future__ import annotations

import numpy as np
import pygame
from jaxtyping import Float

from engine.view.hud.backing import backing
from engine.view.hud.text import TextRenderer
from engine.view.palette import FAINT, GOLD, TEXT, Colour
from engine.view.scene import Plot

WIDTH, HEIGHT, DRIFT = 388, 148, 34  # pixels at the reference height: the panel, its curves, the strip of the drift
LEAST = 40  # pixels: the curves' height at least
HEAD, BETWEEN, FOOT = 32, 14, 24  # pixels above the curves, between them and the drift, and below
NAMES = 8  # curves that are named, at most
LINE = 15  # pixels from one name to the next


def plot_panel(
    renderer: TextRenderer, plot: Plot, teams: tuple[Colour, ...], room: float, unit: float
) -> pygame.Surface:
    """Return the curves over the ticks that are kept, on a panel no higher than `room` pixels if possible."""
    pad, head, between, foot, side = (round(length * unit) for length in (12, HEAD, BETWEEN, FOOT, 98))
    width, most, least, strip = (round(length * unit) for length in (WIDTH, HEIGHT, LEAST, DRIFT))
    height = max(min(most, round(room) - head - between - strip - foot), least)
    panel = backing(width, head + height + between + strip + foot, unit, 226)
    panel.blit(renderer.line("OVERLAP", 16 * unit, GOLD, 2 * unit), (pad, round(11 * unit)))
    area = pygame.Rect(pad + round(24 * unit), head, width - 2 * pad - round(24 * unit) - side, height)
    hair = max(round(unit), 1)
    for share in (0.0, 0.5, 1.0):
        y = area.bottom - round(share * area.height)
        panel.fill((*FAINT, 46), (area.left, y, area.width, hair))
        mark = renderer.line(f"{share:.0%}".rstrip("%"), 15 * unit, FAINT)
        panel.blit(mark, (area.left - mark.get_width() - round(5 * unit), y - mark.get_height() // 2))
    drift = pygame.Rect(area.left, area.bottom + between, area.width, strip)
    panel.fill((*FAINT, 46), (drift.left, drift.centery, drift.width, hair))
    label = renderer.line("drift of mass", 15 * unit, FAINT)
    panel.blit(label, (drift.right + round(6 * unit), drift.centery - label.get_height()))
    if len(plot.ticks) == 0:
        return panel
    thick = max(round(1.6 * unit), 1)
    lasts = []
    for regiment, share in enumerate(plot.overlap.T):
        team = teams[regiment % len(teams)]
        _curve(panel, area, plot.ticks, np.clip(share, 0.0, 1.0), team, thick)
        lasts.append((float(share[-1]), team, plot.names[regiment] if regiment < len(plot.names) else ""))
    _name_curves(renderer, panel, area, lasts, unit)
    furthest = float(np.abs(plot.drift).max())
    _curve(panel, drift, plot.ticks, 0.5 + 0.5 * plot.drift / (furthest or 1.0), TEXT, thick)
    value = renderer.line(f"{plot.drift[-1]:+.3g}", 16 * unit, TEXT)
    panel.blit(value, (drift.right + round(6 * unit), drift.centery))
    for tick, edge in ((plot.ticks[0], drift.left), (plot.ticks[-1], drift.right)):
        mark = renderer.line(f"{tick}" if edge == drift.left else f"tick {tick}", 15 * unit, FAINT)
        x = edge if edge == drift.left else edge - mark.get_width()
        panel.blit(mark, (x, drift.bottom + round(3 * unit)))
    return panel


def _curve(
    panel: pygame.Surface,
    area: pygame.Rect,
    ticks: np.ndarray,
    share: Float[np.ndarray, " N"],
    colour: Colour,
    thick: int,
) -> None:
    """Draw shares from 0 to 1 over the ticks, with smooth edges."""
    if len(ticks) < 2:
        return
    x = area.left + (ticks - ticks[0]) / max(ticks[-1] - ticks[0], 1) * area.width
    y = area.bottom - share * area.height
    for shift in range(thick):
        points = np.stack([x, y + shift - thick / 2], axis=1)
        pygame.draw.aalines(panel, (*colour, 255), False, points.tolist())


def _name_curves(
    renderer: TextRenderer,
    panel: pygame.Surface,
    area: pygame.Rect,
    lasts: list[tuple[float, Colour, str]],
    unit: float,
) -> None:
    """Write each curve's name beside its end, none over another; `lasts` are last value, colour and name."""
    pitch = round(LINE * unit)
    shown = sorted(lasts, key=lambda last: -last[0])[:NAMES]
    places = [area.bottom - last[0] * area.height - pitch / 2 for last in shown]
    for row in range(1, len(places)):
        places[row] = max(places[row], places[row - 1] + pitch)
    lowest = area.bottom - pitch / 2
    for row in range(len(places) - 1, -1, -1):  # pushed back up where they ran out at the bottom
        places[row] = min(places[row], lowest)
        lowest = places[row] - pitch
    for (_, team, name), top in zip(shown, places, strict=True):
        red, green, blue = (round(part + 0.3 * (light - part)) for part, light in zip(team, TEXT, strict=True))
        line = renderer.fitted(name or "—", 16 * unit, (red, green, blue), round(90 * unit))
        panel.blit(line, (area.right + round(6 * unit), round(top)))
