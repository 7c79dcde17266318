"""Damage: a part of an army is thrown about, and the total stays. NumPy; exact and on the lattice."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from engine.plugin import QUANTUM

WOUND = 0.15  # share of the mass that a wound throws about
THROWN = 20.0  # cells that it is thrown at most


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
