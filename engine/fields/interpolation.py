"""Between points and fields: read fields at points, and count points into cells.

Cell (row i, column j) covers x in [j, j + 1) and y in [i, i + 1), so its value sits at (j + 0.5, i + 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

Position = Float[np.ndarray, "N 2"]  # x, y in cells
Field = Float[np.ndarray, "H W"]


@dataclass(frozen=True)
class Corners:
    """The four cells around each of N points: their flat indices, and the share of the point that each has."""

    index: Int[np.ndarray, "4 N"]
    weight: Float[np.ndarray, "4 N"]
    grid: tuple[int, int]

    def read(self, fields: Float[np.ndarray, "H W K"]) -> Float[np.ndarray, "N K"]:
        """Return K fields at the points; reading them together costs little more than reading one."""
        cells = fields.reshape(-1, fields.shape[-1])
        values = cells.take(self.index[0], axis=0)  # several times as fast as an index in brackets
        values *= self.weight[0][:, None]
        for corner in (1, 2, 3):
            values += cells.take(self.index[corner], axis=0) * self.weight[corner][:, None]
        return values

    def count(self) -> Field:
        """Return how many points lie in each cell, each shared bilinearly among the four nearest."""
        height, width = self.grid
        counts = np.bincount(self.index.ravel(), self.weight.ravel(), height * width)
        return counts.reshape(self.grid).astype(np.float32)


def corners(position: Position, grid: tuple[int, int]) -> Corners:
    """Return the cells around each position. Beyond the grid its edge values go on."""
    height, width = grid
    x = np.clip(position[:, 0] - 0.5, 0.0, width - 1.0)
    y = np.clip(position[:, 1] - 0.5, 0.0, height - 1.0)
    column = np.minimum(x.astype(np.int64), width - 2)
    row = np.minimum(y.astype(np.int64), height - 2)
    right, down = (x - column).astype(np.float32), (y - row).astype(np.float32)
    index, weight = np.empty((4, len(x)), np.int64), np.empty((4, len(x)), np.float32)
    np.multiply(row, width, out=index[0])
    index[0] += column
    for corner, further in ((1, 1), (2, width), (3, width + 1)):
        np.add(index[0], further, out=index[corner])
    np.multiply(right, down, out=weight[3])
    np.subtract(right, weight[3], out=weight[1])
    np.subtract(down, weight[3], out=weight[2])
    np.subtract(1.0 - right, weight[2], out=weight[0])
    return Corners(index, weight, grid)


def bilinear(field: Field, position: Position) -> Float[np.ndarray, " N"]:
    """Return the field at each position. Beyond the grid its edge values go on."""
    return corners(position, field.shape).read(field[..., None])[:, 0]


def deposit(position: Position, grid: tuple[int, int]) -> Field:
    """Return how many positions lie in each cell, each shared bilinearly among the four nearest."""
    return corners(position, grid).count()
