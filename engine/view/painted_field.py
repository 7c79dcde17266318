"""The picture of the whole field that either renderer paints once: how fine it is."""

from __future__ import annotations

MOST_PIXELS = 2048  # along a side


def painted_size(grid: tuple[int, int], finest: float) -> tuple[float, tuple[int, int]]:
    """Return the picture's pixels per cell, `finest` at most, and its width and height in pixels.

    `grid` is the field's height and width in cells.
    """
    rows, columns = grid
    fineness = min(finest, MOST_PIXELS / max(grid))
    return fineness, (max(round(columns * fineness), 1), max(round(rows * fineness), 1))
