"""Where the minimap lies in the picture, and which cell lies under one of its pixels. No pygame."""

from __future__ import annotations

import math

from engine.view.camera import COLUMN, MARGIN, Camera, letter_scale
from engine.view.events import Pixel

LENGTH = COLUMN - 2 * MARGIN  # pixels along its longer side, at the reference height
MOST_OF_PICTURE = 0.34  # share of the picture's width and height that it takes at most


def minimap_camera(size: tuple[int, int], grid: tuple[int, int]) -> Camera:
    """Return the camera under which the minimap shows the field, in the picture's lower left corner.

    `size` is the picture's width and height in pixels, `grid` the field's height and width in cells.
    """
    width, height = size
    rows, columns = grid
    unit = letter_scale(size)
    margin = round(MARGIN * unit)
    scale = min(
        min(LENGTH * unit, MOST_OF_PICTURE * width) / columns, min(LENGTH * unit, MOST_OF_PICTURE * height) / rows
    )
    return Camera(size, scale, (margin, height - margin - math.ceil(rows * scale)))


def minimap_cell(pixel: Pixel, size: tuple[int, int], grid: tuple[int, int]) -> tuple[float, float] | None:
    """Return the point of the field (x, y in cells) under a pixel of the minimap, None for a pixel beside it."""
    camera = minimap_camera(size, grid)
    rows, columns = grid
    x, y = ((pixel[axis] - camera.origin[axis]) / camera.scale for axis in (0, 1))
    return (x, y) if 0 <= x < columns and 0 <= y < rows else None
