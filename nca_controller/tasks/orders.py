"""Battles to train on: masses at first and targets. NumPy; all are exact and on the lattice."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.plugin import Ground
from nca_controller.tasks.damage import wound
from nca_controller.tasks.starts import quarter_pool

NOTEBOOK_FORMATIONS = ("line", "square", "wedge")


class Orders:
    """Draws starts and orders for one field. Every draw advances its generator.

    Whoever brings starts of their own derives from this and changes what is to be others.
    """

    def __init__(
        self,
        side: int,
        masses: tuple[float, float],
        turn: float,
        rng: np.random.Generator,
        ground: Ground | None = None,
    ) -> None:
        """Take the field's side in cells, the least and the greatest mass, and the greatest turn in degrees."""
        self.check_ground(ground)
        self.rng = rng
        self.ground = ground or Ground.plain(side, side)
        self.formations = self.load_formations()
        self.masses = masses
        self.turn = turn

    def check_ground(self, ground: Ground | None) -> None:
        """Raise ValueError for a ground that these orders cannot be given on; any will do here."""

    def load_formations(self) -> list[formations.Formation]:
        """Return the formations that are ordered."""
        return list(formations.load().values())

    def starts(self, count: int) -> Float[np.ndarray, "count H W"]:
        """Return the masses at the start of `count` battles."""
        return np.stack([self.start() for _ in range(count)])

    def start(self) -> Float[np.ndarray, "H W"]:
        """Return a crowd or a formation of a random total, anywhere on the field."""
        mass = self.rng.uniform(*self.masses)
        if self.rng.random() < 0.5:
            return formations.crowd(mass, self.ground, centre=self.place(), softness=self.rng.uniform(1, 5))
        return self.order(mass)

    def order(self, mass: float) -> Float[np.ndarray, "H W"]:
        """Return the target of a random formation of that total, anywhere and at any angle up to `turn`."""
        formation = self.formations[self.rng.integers(len(self.formations))]
        angle = self.rng.uniform(-self.turn, self.turn)
        return formations.form_up(formation, mass, self.ground, centre=self.place(), angle=angle).target

    def place(self) -> tuple[float, float]:
        """Return a place (x, y) in the middle half of the field."""
        height, width = self.ground.grid
        x, y = self.rng.uniform(0.25, 0.75, 2)
        return x * width, y * height

    def wound(self, mass: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
        """Return the mass with a part of it thrown about."""
        return wound(mass, self.rng, np.where(self.ground.open_cells, self.ground.capacity, 0.0))


class NotebookOrders(Orders):
    """The seed's: a pool in quarters, and its three formations in the middle of the field."""

    def check_ground(self, ground: Ground | None) -> None:
        """Raise ValueError for any ground but an open one: the seed's disorder knows no walls."""
        if ground is not None and not (ground.open_cells.all() and np.all(np.asarray(ground.capacity) == 1)):
            raise ValueError("the starts 'quarters' know open ground alone: choose others, or leave the terrain out")

    def load_formations(self) -> list[formations.Formation]:
        """Return the seed's three."""
        known = formations.load()
        return [known[name] for name in NOTEBOOK_FORMATIONS]

    def starts(self, count: int) -> Float[np.ndarray, "count H W"]:
        """Return Gaussian blobs, lightly and heavily noisy formations and clean ones, a quarter each."""
        mass, middle = self.masses[0], self.place()
        clean = {
            kind.name: formations.form_up(kind, mass, self.ground, centre=middle).target for kind in self.formations
        }
        return quarter_pool(clean, mass, count, self.rng)

    def place(self) -> tuple[float, float]:
        """Return the middle of the field."""
        height, width = self.ground.grid
        return width / 2, height / 2
