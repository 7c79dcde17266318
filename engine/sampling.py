"""Between men and fields: read a field where men stand, and count men into cells.

Cell (row i, column j) covers x in [j, j + 1) and y in [i, i + 1), so its value sits at (j + 0.5, i + 0.5).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import Float, Int

from engine.waves import cosines, curvature

Position = Float[np.ndarray, "N 2"]  # x, y in cells
Field = Float[np.ndarray, "H W"]


def bilinear(field: Field, position: Position, origin: tuple[float, float] = (0.5, 0.5)) -> Float[np.ndarray, " N"]:
    """Return the field at each position; `origin` is where (x, y) its entry [0, 0] sits. Outside, the edge goes on."""
    corners, weights = _corners(position, field.shape, origin)
    return (field.ravel()[corners] * weights).sum(axis=0)


def deposit(position: Position, grid: tuple[int, int]) -> Float[np.ndarray, "H W"]:
    """Return how many men stand in each cell, each man shared bilinearly among the four nearest."""
    corners, weights = _corners(position, grid, (0.5, 0.5))
    return np.bincount(corners.ravel(), weights.ravel(), grid[0] * grid[1]).reshape(grid)


def _corners(
    position: Position, shape: tuple[int, ...], origin: tuple[float, float]
) -> tuple[Int[np.ndarray, "4 N"], Float[np.ndarray, "4 N"]]:
    """Return flat index and weight of the four entries around each position."""
    height, width = shape
    x = np.clip(position[:, 0] - origin[0], 0.0, width - 1.0)
    y = np.clip(position[:, 1] - origin[1], 0.0, height - 1.0)
    column = np.minimum(x.astype(np.int64), width - 2)
    row = np.minimum(y.astype(np.int64), height - 2)
    right, down = x - column, y - row
    first = row * width + column
    corners = np.stack([first, first + 1, first + width, first + width + 1])
    left, up = 1.0 - right, 1.0 - down
    return corners, np.stack([up * left, up * right, down * left, down * right])


def push(excess: Field, smoothing: float) -> tuple[Float[np.ndarray, "H W+1"], Float[np.ndarray, "H+1 W"]]:
    """Return the smallest flux over faces whose divergence is the smoothed excess: it carries off what is too much.

    Solves laplace(potential) = excess with no flux through the border, by a cosine transform (Dacorogna, Moser 1990).
    `smoothing` is the standard deviation, in cells, of the Gaussian that the excess is blurred with beforehand.
    """
    rows, columns = cosines(excess.shape[0]), cosines(excess.shape[1])
    spectrum = rows @ excess @ columns.T * _inverse_laplacian(excess.shape, smoothing)
    potential = rows.T @ spectrum @ columns
    flux_x = np.diff(potential, axis=1)
    flux_y = np.diff(potential, axis=0)
    return np.pad(flux_x, ((0, 0), (1, 1))), np.pad(flux_y, ((1, 1), (0, 0)))


@cache
def _inverse_laplacian(grid: tuple[int, int], smoothing: float) -> Field:
    """Return the factor on each wave that blurs and then undoes the five-point Laplacian."""
    laplacian = curvature(*grid).copy()
    laplacian[0, 0] = 1.0
    inverse = np.exp(0.5 * smoothing**2 * laplacian) / laplacian
    inverse[0, 0] = 0.0  # the mean cannot be pushed anywhere
    return inverse.astype(np.float32)
