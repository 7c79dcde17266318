"""The benchmark: 64 transitions between all formations, anywhere and at any angle, drawn from a fixed seed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float

from engine.formations import Formation, form_up, load
from engine.plugin import Ground

SEED = 2026
GRIDS = ((128, 192), (128, 128))  # height, width in cells
MASSES = (400.0, 700.0, 1000.0)
FARTHEST = 40.0  # cells from the middle of the source to that of the target, at most


@dataclass(frozen=True)
class Transition:
    """One order: the mass at first, and the target. Both have the same total, to the bit."""

    source: str
    target: str
    mass: Float[np.ndarray, "H W"]
    wanted: Float[np.ndarray, "H W"]

    @property
    def name(self) -> str:
        return f"{self.source} to {self.target}"


def benchmark(seed: int = SEED) -> list[Transition]:
    """Return the transitions: every formation to every other and to itself, once each."""
    rng = np.random.default_rng(seed)
    pairs = product(enumerate(load().values()), repeat=2)
    return [
        draw(rng, source, target, GRIDS[(row + column) % 2], MASSES[(row + column) % 3])
        for (row, source), (column, target) in pairs
    ]


def draw(
    rng: np.random.Generator, source: Formation, target: Formation, grid: tuple[int, int], mass: float
) -> Transition:
    """Return a transition with random turns of both ends and a random shift of at most FARTHEST cells."""
    height, width = grid
    ground = Ground(np.ones(grid, dtype=bool))
    shift, towards = FARTHEST * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
    x, y = shift / 2 * math.cos(towards), shift / 2 * math.sin(towards)
    turns = rng.uniform(0, 360, 2)
    start = form_up(source, mass, ground, centre=(width / 2 - x, height / 2 - y), angle=turns[0])
    end = form_up(target, mass, ground, centre=(width / 2 + x, height / 2 + y), angle=turns[1])
    return Transition(source.name, target.name, start.target, end.target)
