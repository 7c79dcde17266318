"""The density of the selected soldiers, whose outline views draw."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.fields import deposit
from engine.view.scene import DrawnSoldiers

DENSE = 0.3  # mass per cell from which on soldiers are a body; a straggler is none


def selection_outline(soldiers: DrawnSoldiers, grid: tuple[int, int]) -> Float[np.ndarray, "H W"] | None:
    """Return the smoothed density of the selected soldiers, 0 to 1 (DENSE and more); None where none is selected."""
    if soldiers.selected is None or not soldiers.selected.any():
        return None
    density = deposit(soldiers.position[soldiers.selected], grid) * soldiers.spacing**2
    for axis in (0, 1):
        padded = np.pad(density, [(1, 1) if axis == one else (0, 0) for one in (0, 1)])
        before, here, after = (np.take(padded, np.arange(grid[axis]) + shift, axis=axis) for shift in (0, 1, 2))
        density = 0.25 * before + 0.5 * here + 0.25 * after
    return np.minimum(density / DENSE, 1.0)
