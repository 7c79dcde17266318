"""The camera: which part of the field shows, and where in the picture. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

REFERENCE_HEIGHT = 720  # the picture's height in pixels at which margins and letters have the sizes given in the code
MARGIN = 14  # pixels at the reference height
COLUMN = 228  # pixels at the reference height, kept for the status beside the field where there is room
CLOSEST = 40.0  # pixels per cell at the reference height when the camera is as close as it goes


@dataclass(frozen=True)
class Camera:
    """A scaling and a shift from cells to pixels; pixels count from the picture's top left corner."""

    size: tuple[int, int]  # the picture's width and height in pixels
    scale: float  # pixels per cell
    origin: tuple[float, float]  # the pixel where the field's top left corner lies

    def pixels(self, cells: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Return the pixels, x and y, of points of the field, x and y in cells."""
        return np.asarray(cells) * self.scale + np.asarray(self.origin)

    def cells(self, pixels: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Return the points of the field, x and y in cells, under pixels."""
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


def within(camera: Camera, grid: tuple[int, int]) -> Camera:
    """Return the nearest camera that is neither too close nor too far and does not lose the field.

    From farthest away the field fills its frame. The closer the camera is, the more of the frame may stay empty, up to
    half: so each part of the field can come close to the middle, and out from under the status.
    """
    home = whole_field(grid, camera.size)
    scale = min(max(camera.scale, home.scale), closest(grid, camera.size))
    rows, columns = grid
    empty = (1.0 - home.scale / scale) / 2
    x, y = (
        min(
            max(origin, first + length * (home.scale * (1.0 - empty) - scale)),
            first + length * home.scale * empty,
        )
        for origin, first, length in zip(camera.origin, home.origin, (columns, rows), strict=True)
    )
    return Camera(camera.size, scale, (x, y))


def closest(grid: tuple[int, int], size: tuple[int, int]) -> float:
    """Return how many pixels a cell has when the camera is as close as it goes."""
    return max(CLOSEST * letter_scale(size), whole_field(grid, size).scale)


def panned(camera: Camera, grid: tuple[int, int], right: float, down: float) -> Camera:
    """Return the camera after the field was dragged by so many pixels."""
    x, y = camera.origin
    return within(Camera(camera.size, camera.scale, (x + right, y + down)), grid)


def zoomed(camera: Camera, grid: tuple[int, int], factor: float, pixel: tuple[float, float]) -> Camera:
    """Return the camera `factor` times as close, with the same cell under the pixel where the field's edges allow."""
    scale = min(max(camera.scale * factor, whole_field(grid, camera.size).scale), closest(grid, camera.size))
    x, y = (at - (at - origin) * scale / camera.scale for at, origin in zip(pixel, camera.origin, strict=True))
    return within(Camera(camera.size, scale, (x, y)), grid)


def looking_at(grid: tuple[int, int], size: tuple[int, int], centre: tuple[float, float], scale: float) -> Camera:
    """Return the camera with a point of the field, x and y in cells, in the middle of where the field is seen."""
    middle = centre_of_sight(grid, size)
    x, y = (at - cell * scale for at, cell in zip(middle, centre, strict=True))
    return within(Camera(size, scale, (x, y)), grid)


def centre_of_sight(grid: tuple[int, int], size: tuple[int, int]) -> tuple[float, float]:
    """Return the pixel in the middle of where the field is seen, beside the status."""
    home = whole_field(grid, size)
    return home.origin[0] + grid[1] * home.scale / 2, home.origin[1] + grid[0] * home.scale / 2


def resized(camera: Camera, grid: tuple[int, int], size: tuple[int, int]) -> Camera:
    """Return the camera for a picture of another size, as close to the same place as before."""
    if size == camera.size:
        return camera
    x, y = camera.cells(np.array(centre_of_sight(grid, camera.size)))
    closeness = camera.scale / whole_field(grid, camera.size).scale
    return looking_at(grid, size, (x, y), closeness * whole_field(grid, size).scale)
