"""What panels are made of: an empty panel as a pygame surface, and small shapes on it. Lengths are in pixels."""

from __future__ import annotations

import pygame

from engine.view.palette import GOLD, PANEL


def backing(width: int, height: int, unit: float, cover: int = 190) -> pygame.Surface:
    """Return an empty panel: dark, translucent, with a gold edge on top. `unit` is as in engine.view.hud.words."""
    panel = pygame.Surface((width, height), pygame.SRCALPHA)
    panel.fill((*PANEL, cover))
    panel.fill((*GOLD, 220), (0, 0, width, max(round(2 * unit), 1)))
    return panel


def diamond(panel: pygame.Surface, middle: tuple[int, int], reach: int, colour: tuple[int, int, int, int]) -> None:
    """Draw a small diamond, `reach` pixels from its middle to its corners."""
    x, y = middle
    pygame.draw.polygon(panel, colour, [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)])
