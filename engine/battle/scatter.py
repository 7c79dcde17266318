"""Scatter, which players call a charge: soldiers in a disc leave it for open ground around, until it is over.

They walk: a scatter gives the regiments that it hits another target for a while, and after it they obey again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import label

from engine.formations import FormationError, distance_to_discs, distances_by_way, fill
from engine.orders import Scatter
from engine.plugin import Ground

TICKS_PER_RADIUS = 3.0  # for each cell of the radius: at half a cell a tick all are out by then
LEAST_TICKS = 10  # that a scatter lasts
FIRST_REACH = 8.0  # cells of way that are looked at first around a disc, and a square's side as large as the mass


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

    Nearby is by way: nobody is sent across a wall. Each target has its regiment's mass to the bit. Raises
    FormationError where there is no room around.
    """
    hit = hit_cells(scatters, ground.grid)
    room = np.where(ground.open_cells & ~hit, np.broadcast_to(ground.capacity, ground.grid), 0.0)
    room = np.maximum(room - np.where(hit, 0.0, mass.sum(axis=0, dtype=np.float64)), 0.0)
    straight = distance_to_discs([(*one.command.place, one.command.radius) for one in scatters], ground.grid)
    pieces = _pieces(hit, ground)
    targets = {}
    for regiment, own in enumerate(mass):
        if not own[hit].any():
            continue
        target = np.where(hit, 0, own)
        for piece in pieces:
            displaced = float(np.where(piece, own, 0).sum(dtype=np.float64))
            if displaced > 0:
                added = _filled_nearby(piece, straight, displaced, room, ground)
                room -= added
                target = target + added
        targets[regiment] = target
    return targets


def _pieces(hit: Bool[np.ndarray, "H W"], ground: Ground) -> list[Bool[np.ndarray, "H W"]]:
    """Return the parts of the cells that are hit which walls keep asunder: on open ground all of them are one."""
    if ground.open_cells.all():
        return [hit]
    pieces, count = label(hit & ground.open_cells)
    return [pieces == number for number in range(1, count + 1)]


def _filled_nearby(
    piece: Bool[np.ndarray, "H W"],
    straight: Float[np.ndarray, "H W"],
    mass: float,
    room: Float[np.ndarray, "H W"],
    ground: Ground,
) -> Float[np.ndarray, "H W"]:
    """Return so much mass on the room that is nearest to a piece of the discs, by way. Raises FormationError."""
    if ground.open_cells.all():
        nearby, reach = straight, math.inf
    else:
        reach = FIRST_REACH + math.sqrt(mass)
        nearby = np.maximum(straight, distances_by_way(piece, ground, reach))
    while room[np.isfinite(nearby)].sum() < mass:
        if math.isinf(reach):
            raise FormationError("a charge needs open ground around it, and there is too little")
        reach = math.inf if reach > sum(ground.grid) else 2 * reach
        nearby = np.maximum(straight, distances_by_way(piece, ground, reach))
    known = np.isfinite(nearby)
    return fill(np.where(known, nearby, nearby[known].max()), mass, np.where(known, room, 0.0))
