"""Battles to train on, each on a ground of its own: of the kinds of the benchmark, or open. NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.plugin import Ground
from nca_controller.tasks.ground_kinds import KINDS
from nca_controller.tasks.grounds import formed, largest_part
from nca_controller.tasks.orders import NotebookOrders, Orders
from nca_controller.tasks.shapes import scribbled

KIND_LIST = list(KINDS.values())
OWN_GROUNDS = "grounds"  # the name of these starts
OPEN = 0.5  # share of battles on open ground, so that what is known of it is not forgotten
DRAWN = 0.4  # share of orders on open ground that are drawn by a pen, as a player may
FULLEST = 0.3  # share of its room that a battle's mass takes up at most
EDGE = 0.15  # shares of the field, nearest to its border that the middle of a formation is meant to be


class OwnGrounds(Orders):
    """Draws a ground for each battle, and starts and orders that lie in its largest part.

    What is drawn lies on the ground that was last drawn or entered.
    """

    def check_ground(self, ground: Ground | None) -> None:
        """Raise ValueError for a given ground: each battle has another."""
        if ground is not None:
            raise ValueError("the starts 'grounds' draw their own grounds: choose others, or leave the terrain out")

    def draw_ground(self) -> Float[np.ndarray, "H W"]:
        """Return the capacity of each cell of a new ground, 0 where it is closed; walls surround it."""
        grid = self.ground.grid
        drawn = Ground.plain(*grid)
        if self.rng.random() >= OPEN:
            drawn = KIND_LIST[self.rng.integers(len(KIND_LIST))].draw(grid, self.rng)
        capacity = np.where(drawn.open_cells, drawn.capacity, 0).astype(np.float32)
        self.enter(capacity)
        return capacity

    def enter(self, capacity: Float[np.ndarray, "H W"]) -> None:
        """Draw for this ground from now on."""
        ground = Ground(capacity > 0, np.where(capacity > 0, capacity, 1).astype(np.float32))
        self.ground = replace(ground, open_cells=largest_part(ground))

    def start(self) -> Float[np.ndarray, "H W"]:
        """Return a crowd or a formation of a random total, where the ground has room."""
        room = float(np.where(self.ground.open_cells, self.ground.capacity, 0).sum(dtype=np.float64))
        mass = min(self.rng.uniform(*self.masses), FULLEST * room)
        if self.rng.random() < 0.5:
            return formations.crowd(mass, self.ground, centre=self.place(), softness=self.rng.uniform(1, 5))
        return self.order(mass)

    def order(self, mass: float) -> Float[np.ndarray, "H W"]:
        """Return the target of a random formation of that total, at any angle, where the ground has room.

        On open ground, some are drawn by a pen.
        """
        if self.ground.open_cells.all() and self.rng.random() < DRAWN:
            return scribbled(mass, self.ground, self.rng)
        x, y = self.rng.uniform(EDGE, 1 - EDGE, 2)
        return formed(mass, self.ground, (x, y), self.rng)

    def place(self) -> tuple[float, float]:
        """Return a place (x, y) away from the border."""
        height, width = self.ground.grid
        x, y = self.rng.uniform(EDGE, 1 - EDGE, 2)
        return x * width, y * height


# By the name of a run's field.
STARTS: dict[str, type[Orders]] = {"orders": Orders, "quarters": NotebookOrders, OWN_GROUNDS: OwnGrounds}
