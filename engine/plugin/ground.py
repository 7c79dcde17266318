"""The ground on which soldiers stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

QUANTUM = 2.0**-20  # every mass and capacity that crosses the border is a multiple of this, so that totals are exact
TICK = 0.5  # units of time: velocities of orders and networks are in cells per unit, at most 1


@dataclass(frozen=True)
class Ground:
    """Where soldiers can stand: which cells are open, how much mass each may hold, and what the border is."""

    open_cells: Bool[np.ndarray, "H W"]
    capacity: float | Float[np.ndarray, "H W"] = 1.0
    boundary: Literal["wall", "torus"] = "wall"

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width in cells."""
        height, width = self.open_cells.shape
        return height, width

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the field, x and y in cells."""
        height, width = self.grid
        return width / 2, height / 2

    @classmethod
    def plain(cls, height: int, width: int) -> Ground:
        """Return open ground of that size in cells, with a capacity of 1."""
        return cls(np.ones((height, width), dtype=bool))
