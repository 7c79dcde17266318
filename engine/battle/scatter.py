"""Scatter, which players call a charge: soldiers in a disc leave it for open ground around, until it is over.

They walk: a scatter gives the regiments that it hits another target for a while, and after it they obey again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from engine.formations import FormationError, fill
from engine.orders import Scatter
from engine.plugin import Ground

TICKS_PER_RADIUS = 3.0  # for each cell of the radius: at half a cell a tick all are out by then
LEAST_TICKS = 10  # that a scatter lasts


@dataclass(frozen=True)
class ActiveScatter:
    """A scatter under way, and the tick at which it is over."""

    command: Scatter
    until: int


def begin(command: Scatter, tick: int, ground: Ground) -> ActiveScatter:
    """Return the scatter under way from this tick on. Raises FormationError for an invalid disc."""
    if not (all(map(math.isfinite, command.place)) and 0 < command.radius < max(ground.grid)):
        raise FormationError(
            f"a charge needs a place and a radius above 0 and below the field's {max(ground.grid)} cells, "
            f"not {command.place} and {command.radius:g}"
        )
    return ActiveScatter(command, tick + LEAST_TICKS + math.ceil(TICKS_PER_RADIUS * command.radius))


def hit_cells(scatters: Sequence[ActiveScatter], grid: tuple[int, int]) -> Bool[np.ndarray, "H W"]:
    """Return the cells whose centres lie in a scatter's disc."""
    y, x = np.mgrid[: grid[0], : grid[1]] + 0.5
    cells = np.zeros(grid, bool)
    for one in scatters:
        (place_x, place_y), radius = one.command.place, one.command.radius
        cells |= np.hypot(x - place_x, y - place_y) < radius
    return cells


def scatter_targets(
    mass: Float[np.ndarray, "R H W"], scatters: Sequence[ActiveScatter], ground: Ground
) -> dict[int, Float[np.ndarray, "H W"]]:
    """Return the targets of the regiments that are hit: the mass as it is, but that in the discs on open cells nearby.

    Each target has its regiment's mass to the bit. Raises FormationError where there is no room around.
    """
    hit = hit_cells(scatters, ground.grid)
    room = np.where(ground.open_cells & ~hit, np.broadcast_to(ground.capacity, ground.grid), 0.0)
    room = np.maximum(room - np.where(hit, 0.0, mass.sum(axis=0, dtype=np.float64)), 0.0)
    y, x = np.mgrid[: ground.grid[0], : ground.grid[1]] + 0.5
    targets = {}
    for regiment, own in enumerate(mass):
        displaced = np.where(hit, own, 0).sum(dtype=np.float64)
        if displaced == 0:
            continue
        if displaced > room.sum():
            raise FormationError("a charge needs open ground around it, and there is too little")
        distance = np.full(ground.grid, np.inf)
        for one in scatters:
            (place_x, place_y), radius = one.command.place, one.command.radius
            np.minimum(distance, np.hypot(x - place_x, y - place_y) - radius, out=distance)
        added = fill(distance, float(displaced), room)
        room -= added
        targets[regiment] = np.where(hit, 0, own) + added
    return targets
