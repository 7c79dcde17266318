"""Distances to discs: those that a brush paints, and those that a charge strikes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from engine.orders import Disc


def windows_of_discs(
    discs: Sequence[Disc], grid: tuple[int, int], near: float = math.inf
) -> tuple[Int[np.ndarray, "N 2"], Int[np.ndarray, "N 2"]]:
    """Return the first column and row that may lie within `near` cells of each disc's rim, and those after the last."""
    around = np.array(discs, dtype=float).reshape(-1, 3)
    centres, reach, size = around[:, :2], around[:, 2:] + near, (grid[1], grid[0])
    return np.clip(centres - reach - 1, 0, size).astype(int), np.clip(centres + reach + 1, 0, size).astype(int)


def distance_to_discs(discs: Sequence[Disc], grid: tuple[int, int], near: float = math.inf) -> Float[np.ndarray, "H W"]:
    """Return each cell centre's distance in cells to the nearest disc's rim, negative inside; inf beyond `near`."""
    (height, width), distance = grid, np.full(grid, np.inf)
    y, x = np.arange(height)[:, None] + 0.5, np.arange(width) + 0.5
    for (disc_x, disc_y, radius), (left, top), (right, bottom) in zip(
        discs, *windows_of_discs(discs, grid, near), strict=True
    ):
        part = distance[top:bottom, left:right]
        np.minimum(part, np.hypot(x[left:right] - disc_x, y[top:bottom] - disc_y) - radius, out=part)
    return distance
