"""The camera as the player moves it: it pans, zooms to the cursor, and jumps. No pygame."""

from __future__ import annotations

import math

import numpy as np

from engine.view import Camera, Pixel, centre_of_sight, looking_at, panned, resized, whole_field, zoomed

NOTCH = 1.2  # times closer with each step of the wheel
PACE = 0.9  # widths of the picture that held keys pan in a second
JUMP_SHOWS = 2.5  # a jump shows at most so many times the length of what it jumps to
DIRECTIONS = {"left": (1, 0), "right": (-1, 0), "up": (0, 1), "down": (0, -1)}  # where the field moves: right, down


class CameraControl:
    """Holds the camera on a field. Sizes are width and height in pixels, grids height and width in cells."""

    def __init__(self, grid: tuple[int, int], size: tuple[int, int]) -> None:
        self._grid = grid
        self._going: set[str] = set()
        self.camera: Camera = whole_field(grid, size)

    def pan(self, direction: str, going: bool) -> None:
        """Begin or end panning in a direction of DIRECTIONS."""
        (self._going.add if going else self._going.discard)(direction)

    def advance(self, size: tuple[int, int], seconds: float) -> None:
        """Pan for so many seconds if keys are held, and adapt to the picture's size."""
        self.camera = resized(self.camera, self._grid, size)
        right, down = (sum(DIRECTIONS[one][axis] for one in self._going) for axis in (0, 1))
        length = math.hypot(right, down)
        if length:
            step = PACE * seconds * size[0] / length
            self.drag(step * right, step * down)

    def drag(self, right: float, down: float) -> None:
        """Move the field under the camera by so many pixels."""
        self.camera = panned(self.camera, self._grid, right, down)

    def zoom(self, pixel: Pixel, steps: float) -> None:
        """Zoom in on what is under a pixel, or out where `steps` is negative."""
        self.camera = zoomed(self.camera, self._grid, NOTCH**steps, pixel)

    def jump(self, place: tuple[float, float], length: float | None = None) -> None:
        """Look at a place, x and y in cells; with a `length` in cells, close enough to see something that long well."""
        size = self.camera.size
        scale = self.camera.scale
        if length is not None:
            scale = max(scale, min(size) / (JUMP_SHOWS * max(length, 1.0)))
        self.camera = looking_at(self._grid, size, place, scale)

    def frame(self, x: float, y: float, width: float) -> None:
        """Look at a place, with `width` cells across the picture."""
        size = self.camera.size
        self.camera = looking_at(self._grid, size, (x, y), size[0] / width)

    def whole(self) -> None:
        """Show the whole field."""
        self.camera = whole_field(self._grid, self.camera.size)

    @property
    def middle(self) -> tuple[float, float]:
        """The point of the field in the middle of the picture, x and y in cells."""
        x, y = self.camera.cells(np.array(centre_of_sight(self._grid, self.camera.size)))
        return float(x), float(y)
