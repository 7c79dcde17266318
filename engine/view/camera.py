"""Which part of the field is seen, and where on the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

REFERENCE_HEIGHT = 720  # the height in pixels for which margins and letters are sized
MARGIN = 14
COLUMN = 228  # kept for the status beside the field, where there is room


@dataclass(frozen=True)
class Camera:
    """A scaling and a shift from cells to pixels; pixels count from the picture's top left corner."""

    size: tuple[int, int]  # the picture's width and height in pixels
    scale: float  # pixels per cell
    origin: tuple[float, float]  # the pixel where the field's top left corner lies

    def pixels(self, cells: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Return where points of the field (x, y in cells) lie in the picture."""
        return np.asarray(cells) * self.scale + np.asarray(self.origin)

    def cells(self, pixels: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Return which points of the field lie under pixels."""
        return (np.asarray(pixels) - np.asarray(self.origin)) / self.scale

    @property
    def clip(self) -> tuple[float, float, float, float]:
        """Return (a, b, c, d) such that x * a + c and y * b + d are OpenGL's clip coordinates of a cell."""
        width, height = self.size
        left, top = self.origin
        return 2 * self.scale / width, -2 * self.scale / height, 2 * left / width - 1, 1 - 2 * top / height


def letter_scale(size: tuple[int, int]) -> float:
    """Return how much larger letters and margins are than at the reference height."""
    width, height = size
    return max(min(height / REFERENCE_HEIGHT, width / (1.25 * REFERENCE_HEIGHT)), 0.7)


def whole_field(grid: tuple[int, int], size: tuple[int, int]) -> Camera:
    """Return the camera that shows the whole field, as large as it goes, beside the status where there is room.

    `grid` is the field's height and width in cells, `size` the picture's width and height in pixels.
    """
    rows, columns = grid
    width, height = size
    margin = min(MARGIN * letter_scale(size), width / 8, height / 8)
    scale = min((width - 2 * margin) / columns, (height - 2 * margin) / rows)
    spare = width - columns * scale
    left = min(max(spare / 2, COLUMN * letter_scale(size)), spare - margin)
    return Camera(size, scale, (round(left), round((height - rows * scale) / 2)))
