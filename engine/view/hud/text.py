"""Lines of text as pygame surfaces, each rendered once."""

from __future__ import annotations

from bisect import bisect_left

import pygame

from engine.view.palette import Colour

KEPT = 400  # lines
LONGEST = 500  # letters of a line, so that drawing what a broken file says never takes seconds
FINER = 4  # letters are drawn this many times larger and then reduced: hinting would set small ones unevenly
LARGE = 80  # pixels: letters this high are drawn only twice as large


class TextRenderer:
    """Renders lines of text and keeps the latest of them."""

    def __init__(self) -> None:
        pygame.font.init()
        self._fonts: dict[int, pygame.font.Font] = {}
        self._lines: dict[tuple[str, int, Colour, int], pygame.Surface] = {}

    def line(self, text: str, size: float, colour: Colour, tracking: float = 0) -> pygame.Surface:
        """Return a line of text, `size` pixels high, with `tracking` more pixels after each letter."""
        shown = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST])
        key = (shown, round(size), colour, round(tracking))
        line = self._lines.pop(key, None)
        if line is None:
            line = self._rendered(*key)
            while len(self._lines) >= KEPT:
                del self._lines[next(iter(self._lines))]
        self._lines[key] = line  # the last in the dictionary is the latest used
        return line

    def _rendered(self, text: str, size: int, colour: Colour, tracking: int) -> pygame.Surface:
        finer = FINER if size < LARGE else 2
        font = self._fonts.get(size) or self._fonts.setdefault(size, pygame.font.Font(None, finer * size))
        pieces = [font.render(piece, True, colour) for piece in (text if tracking else [text])]
        gap = finer * tracking
        width = sum(piece.get_width() + gap for piece in pieces) - gap
        line = pygame.Surface((max(width, 1), font.get_height()), pygame.SRCALPHA)
        line.fill((*colour, 0))  # so that reducing mixes no other colour into the edges
        left = 0
        for piece in pieces:
            line.blit(piece, (left, 0), special_flags=pygame.BLEND_RGBA_MAX)
            left += piece.get_width() + gap
        return pygame.transform.smoothscale(line, (-(-line.get_width() // finer), -(-line.get_height() // finer)))

    def fitted(self, text: str, size: float, colour: Colour, width: float) -> pygame.Surface:
        """Return a line no wider than `width` pixels, cut short with an ellipsis where needed."""
        text = text[:LONGEST]
        line = self.line(text, size, colour)
        if line.get_width() <= width:
            return line

        def too_wide(letters: int) -> bool:
            return self.line(text[:letters].rstrip() + "…", size, colour).get_width() > width

        letters = bisect_left(range(len(text)), True, key=too_wide)
        return self.line(text[: max(letters - 1, 0)].rstrip() + "…", size, colour)

    def wrapped(self, text: str, size: float, colour: Colour, width: float) -> list[pygame.Surface]:
        """Return a text as lines no wider than `width` pixels, broken between words."""
        lines: list[str] = []
        for word in text[:LONGEST].split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.line(longer, size, colour).get_width() <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return [self.fitted(line, size, colour, width) for line in lines]
