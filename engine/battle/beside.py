"""An order onto a friend's own place is shifted beside it: both would wait there for ever, neither of them whole.

A friend's place is where its order puts it, whether it has arrived or not: whoever is ordered there first has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Set
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import binary_dilation
from scipy.signal import fftconvolve

from engine.battle.progress import middle
from engine.battle.state import BattleState
from engine.formations import FormationError, Placement, distances_by_way
from engine.orders import Order, moved
from engine.plugin import Ground

CROWDED = 0.05  # of the smaller regiment's mass that may lie on a friend's place: fronts that touch share some cells
CLEAR = 0.005  # of the mass that may lie there after the shift
GAP = 1  # cells kept free between the two
ON_BAD_GROUND = 30.0  # cells of shift that it is worth not to lie on closed cells or enemies with all of the mass
CLOSED_IN = 1e4  # cells that a place counts as away to which no way leads
HOMEWARD = 1e-3  # cells of shift that a cell nearer to where the regiment stands is worth, which decides between sides

Place = Callable[[Order, Ground], Placement]  # places the regiment's orders; raises FormationError


def beside_friends(
    state: BattleState, regiment: int, order: Order, place: Place, leaving: Set[int]
) -> tuple[Order, Placement]:
    """Return an order and its placement, shifted beside friends of the same side on whose places it would lie.

    Those `leaving` go elsewhere, and so do those with orders that wait. The placement takes no room of a friend's; its
    `beside` is then true. Raises FormationError where there is no room.
    """
    placement = place(order, state.ground)
    friends = [other for other in _friends(state, regiment) if other not in leaving]
    if not _is_crowded(state, regiment, placement, friends):
        return order, placement
    taken = np.sum([state.placements[other].target for other in friends], axis=0, dtype=np.float64)
    right, down = _shift(state, regiment, placement, np.asarray(taken > 0))
    beside = moved(order, right, down)
    left = np.maximum(np.broadcast_to(state.ground.capacity, state.ground.grid) - taken, 0.0)
    return beside, replace(place(beside, replace(state.ground, capacity=left)), beside=True)


def _friends(state: BattleState, regiment: int) -> list[int]:
    side = state.regiments[regiment].side
    return [
        other
        for other, one in enumerate(state.regiments)
        if other != regiment and one.side == side and not state.waiting_orders[other] and state.takes_orders(other)
    ]


def _is_crowded(state: BattleState, regiment: int, placement: Placement, friends: list[int]) -> bool:
    window = _window(placement)
    target = placement.target[window].astype(np.float64)
    capacity = np.broadcast_to(state.ground.capacity, state.ground.grid)[window]
    for friend in friends:
        beyond = np.maximum(target + state.placements[friend].target[window] - capacity, 0).sum()
        if beyond > CROWDED * min(state.standing(regiment), state.standing(friend)):
            return True
    return False


def _window(placement: Placement) -> tuple[slice, slice]:
    """Return the rows and columns between which a target lies."""
    rows, columns = np.flatnonzero(placement.target.any(axis=1)), np.flatnonzero(placement.target.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _shift(
    state: BattleState, regiment: int, placement: Placement, taken: Bool[np.ndarray, "H W"]
) -> tuple[float, float]:
    """Return the least shift by way, right and down in whole cells, after which a target lies on no friend's place.

    To lie on closed cells or on enemies costs as much as a longer shift.
    """
    window = _window(placement)
    top, left = (one.start for one in window)
    target = placement.target[window].astype(np.float64)
    mass = state.standing(regiment)
    free = _covered(target, binary_dilation(taken, iterations=GAP)) <= CLEAR * mass
    if not free.any():
        raise FormationError("friends stand there, and there is no room beside them")
    down, right = (np.arange(length) - first for length, first in zip(free.shape, (top, left), strict=True))
    x, y = placement.centre
    cost = _way_aside(state.ground, taken, x + right, y + down, np.hypot(right, down[:, None]))
    enemies = [other for other, one in enumerate(state.regiments) if one.side != state.regiments[regiment].side]
    for bad in (~state.ground.open_cells, np.asarray((state.mass[enemies] > 0).any(axis=0))):
        if bad.any():
            cost = cost + ON_BAD_GROUND * _covered(target, bad) / mass
    home_x, home_y = middle(state.mass[regiment])
    cost = cost + HOMEWARD * np.hypot(right + x - home_x, down[:, None] + y - home_y)
    row, column = np.unravel_index(int(np.argmin(np.where(free, cost, math.inf))), cost.shape)
    return float(right[column]), float(down[row])


def _way_aside(
    ground: Ground,
    taken: Bool[np.ndarray, "H W"],
    columns: Float[np.ndarray, " columns"],
    rows: Float[np.ndarray, " rows"],
    straight: Float[np.ndarray, "rows columns"],
) -> Float[np.ndarray, "rows columns"]:
    """Return how far places are from where they were, in cells, by way: round the walls that begin at the friends'."""
    if ground.open_cells.all():
        return straight
    (height, width), by_way = ground.grid, distances_by_way(taken, ground)
    across = np.clip(columns.astype(int), 0, width - 1)
    below = np.clip(rows.astype(int), 0, height - 1)
    return np.maximum(straight, np.minimum(by_way[below[:, None], across], CLOSED_IN))


def _covered(target: Float[np.ndarray, "h w"], cells: Bool[np.ndarray, "H W"]) -> Float[np.ndarray, "rows columns"]:
    """Return the mass on some cells of a target whose upper left corner lies at each row and column in turn."""
    return fftconvolve(cells.astype(np.float64), target[::-1, ::-1], mode="valid")
