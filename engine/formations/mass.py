"""Exact masses: an army's mass on the lattice, and targets that hold just that much."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float

from engine.formations.formation import FormationError
from engine.plugin import QUANTUM, Ground

FULLEST = 0.9  # share of the ground's capacity that an army may take: beyond it no soldier can move
NEAR = 2.0  # cells outside the edge that are searched first


def check_mass(mass: float, ground: Ground) -> float:
    """Return the mass rounded down to the lattice. Raises FormationError if the ground cannot hold it."""
    most = float(np.where(ground.open_cells, ground.capacity, 0.0).sum()) * FULLEST
    if not QUANTUM <= mass <= most:
        height, width = ground.grid
        raise FormationError(f"a mass of {mass:g} needs a larger grid: {width}x{height} holds 0 to {most:g}")
    return math.floor(mass / QUANTUM) * QUANTUM


def fill(
    distance: Float[np.ndarray, "H W"], mass: float, room: Float[np.ndarray, "H W"] | Bool[np.ndarray, "H W"]
) -> Float[np.ndarray, "H W"]:
    """Return a target of exactly that mass: `room` times the coverage of the shape, whose edge moves until it fits.

    `distance` is signed, in cells, negative inside, and inf where nobody may stand. `mass` and `room` are on the
    lattice, and so is the target. Raises FormationError where the cells at a finite distance cannot hold the mass.
    """
    far, space = distance.astype(np.float64).ravel(), np.asarray(room, dtype=np.float64).ravel()
    finite = np.isfinite(far)
    most = space[finite].sum()
    if most < mass:
        raise FormationError(f"there is too little room there: for a mass of {most:g}, and not of {mass:g}")
    within_reach = int(finite.sum())
    # Only cells within the edge matter: start from a narrow reach, and widen it until they suffice.
    reach = NEAR
    cells = np.flatnonzero(far < reach)
    while len(cells) < within_reach and (space[cells] * np.clip(reach - far[cells], 0, 1)).sum() <= mass:
        reach *= 2
        cells = np.flatnonzero(far < reach)
    far, space = far[cells], space[cells]
    low, high = float(far.min()) - 1, reach - 0.5
    for _ in range(48):
        middle = (low + high) / 2
        if (space * np.clip(middle - far + 0.5, 0, 1)).sum() > mass:
            high = middle
        else:
            low = middle
    filled = np.floor(space * np.clip(low - far + 0.5, 0, 1) / QUANTUM) * QUANTUM
    # What rounding left over goes to the deepest cells that have room.
    inside = np.argsort(far, kind="stable")
    left = (space - filled)[inside]
    filled[inside] += np.clip(mass - filled.sum() - (np.cumsum(left) - left), 0, left)
    target = np.zeros(distance.size, dtype=np.float32)
    target[cells] = filled
    return target.reshape(distance.shape)


def overlap(mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> float:
    """Return the share of the target that is filled, sum(min(mass, target)) / sum(target), summed in float64.

    Raises FloatingPointError where the mass is not finite: a minimum would hide it.
    """
    if not np.isfinite(mass).all():
        raise FloatingPointError("the mass is not finite")
    return float(np.minimum(mass, target).sum(dtype=np.float64) / target.sum(dtype=np.float64))
