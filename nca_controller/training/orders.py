"""Battles to train on: where the mass stands, and what is ordered. NumPy; masses are exact and on the lattice."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.plugin import QUANTUM, Ground
from nca_controller.training.config import Config
from nca_controller.training.noise import quarter_pool

WOUND = 0.15  # share of the mass that a wound throws about
THROWN = 20.0  # cells that it is thrown at most


NOTEBOOK_FORMATIONS = ("line", "square", "wedge")


class Orders:
    """Draws starts and orders for one field. Every draw advances its generator."""

    def __init__(self, config: Config, rng: np.random.Generator) -> None:
        self.rng = rng
        self.ground = Ground(np.ones((config.grid, config.grid), dtype=bool))
        self.formations = list(formations.load().values())
        self.masses = (config.least_mass, config.greatest_mass)
        self.turn = config.turn

    def starts(self, count: int) -> Float[np.ndarray, "count H W"]:
        """Return where the mass of so many battles stands at first."""
        return np.stack([self.start() for _ in range(count)])

    def start(self) -> Float[np.ndarray, "H W"]:
        """Return a crowd or a formation of a random mass, anywhere on the field."""
        mass = self.rng.uniform(*self.masses)
        if self.rng.random() < 0.5:
            return formations.blob(mass, self.ground, centre=self.place(), softness=self.rng.uniform(1, 5))
        return self.order(mass)

    def order(self, mass: float) -> Float[np.ndarray, "H W"]:
        """Return the target of a random formation of that mass, anywhere and turned anyhow."""
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
        return wound(mass, self.rng)


class NotebookOrders(Orders):
    """The seed's: a pool in quarters, and its three formations in the middle of the field."""

    def __init__(self, config: Config, rng: np.random.Generator) -> None:
        super().__init__(config, rng)
        self.formations = [formations.load()[name] for name in NOTEBOOK_FORMATIONS]

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


def orders_for(config: Config, rng: np.random.Generator) -> Orders:
    """Return the source of battles that a run asks for."""
    return {"orders": Orders, "quarters": NotebookOrders}[config.starts](config, rng)


def wound(mass: Float[np.ndarray, "H W"], rng: np.random.Generator) -> Float[np.ndarray, "H W"]:
    """Return the mass after a wound: that around a random place of the army lies strewn about it; the total stays.

    Those nearest to the place are thrown, WOUND of the mass in all, to random cells at most THROWN away from it, or as
    near as there is room; a cell takes at most half of what it has room for.
    """
    hit = np.argwhere(mass > min(0.5, mass.max() / 2))
    distance = np.hypot(*(np.indices(mass.shape) - hit[rng.integers(len(hit))][:, None, None]))
    thrown = math.floor(WOUND * mass.sum(dtype=np.float64) / QUANTUM) * QUANTUM
    hurt = poured(thrown, mass, distance)
    room = np.where(hurt > 0, 0, np.floor((1 - mass) / 2 / QUANTUM) * QUANTUM)
    landed = poured(thrown, room, np.where(distance <= THROWN, rng.random(mass.shape), distance + 1))
    return (mass - hurt + landed).astype(np.float32)


def poured(amount: float, into: Float[np.ndarray, "H W"], turn: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
    """Return what each cell gets of an amount if each in its turn takes all that goes into it."""
    order = np.argsort(turn, axis=None)
    deep = into.astype(np.float64).ravel()[order]
    filled = np.empty_like(deep)
    filled[order] = np.clip(amount - (np.cumsum(deep) - deep), 0, deep)
    return filled.reshape(into.shape)
