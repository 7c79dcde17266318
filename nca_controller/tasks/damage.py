"""Damage: part of an army's mass is thrown about, and the total stays. NumPy; exact and on the lattice."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from engine.plugin import QUANTUM

WOUND = 0.15  # share of the mass that a wound throws about
THROWN = 20.0  # cells, the farthest that it is thrown


def wound(
    mass: Float[np.ndarray, "H W"], rng: np.random.Generator, capacity: float | Float[np.ndarray, "H W"] = 1.0
) -> Float[np.ndarray, "H W"]:
    """Return the mass after a wound: what stood around a random place of the army lies about it; the total stays.

    The cells nearest to the place lose WOUND of the mass in all, to random cells at most THROWN away from it, or as
    near as there is room; a cell takes at most half of what it has room for. `capacity` is 0 where a cell is closed.
    """
    occupied = np.argwhere(mass > min(0.5, mass.max() / 2))
    distance = np.hypot(*(np.indices(mass.shape) - occupied[rng.integers(len(occupied))][:, None, None]))
    thrown = math.floor(WOUND * mass.sum(dtype=np.float64) / QUANTUM) * QUANTUM
    lost = poured(thrown, mass, distance)
    room = np.where(lost > 0, 0, np.floor((capacity - mass) / 2 / QUANTUM) * QUANTUM)
    landed = poured(thrown, room, np.where(distance <= THROWN, rng.random(mass.shape), distance + 1))
    return (mass - lost + landed).astype(np.float32)


def poured(amount: float, room: Float[np.ndarray, "H W"], rank: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
    """Return each cell's part of an amount: in ascending order of rank each takes all that it has room for."""
    order = np.argsort(rank, axis=None)
    rooms = room.astype(np.float64).ravel()[order]
    filled = np.empty_like(rooms)
    filled[order] = np.clip(amount - (np.cumsum(rooms) - rooms), 0, rooms)
    return filled.reshape(room.shape)
