"""An order onto a friend's own place is shifted beside it: both would wait there for ever, neither of them whole."""

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
from engine.formations import FormationError, Placement
from engine.orders import Order, moved
from engine.plugin import Ground

STANDING = 0.5  # share of its order that a friend fills, from which on it stands there
CROWDED = 0.05  # of the smaller regiment's mass that may lie on a friend's place: fronts that touch share some cells
CLEAR = 0.005  # of the mass that may lie there after the shift
GAP = 1  # cells kept free between the two
HOMEWARD = 1e-3  # cells of shift that a cell nearer to where the regiment stands is worth, which decides between sides

Place = Callable[[Order, Ground], Placement]  # places the regiment's orders; raises FormationError


def beside_friends(
    state: BattleState, regiment: int, order: Order, place: Place, leaving: Set[int]
) -> tuple[Order, Placement]:
    """Return an order and its placement, shifted beside friends of the same side on whose places it would lie.

    Those `leaving` go elsewhere, and so do those who do not stand at their places yet or have orders that wait. The
    placement takes no room of a friend's; its `beside` is then true. Raises FormationError where there is no room.
    """
    placement = place(order, state.ground)
    friends = [other for other in _standing(state, regiment) if other not in leaving]
    if not any(_is_crowded(state, regiment, placement, other) for other in friends):
        return order, placement
    taken = np.sum([state.placements[other].target for other in friends], axis=0, dtype=np.float64)
    right, down = _shift(state, regiment, placement, taken > 0)
    beside = moved(order, right, down)
    left = np.maximum(np.broadcast_to(state.ground.capacity, state.ground.grid) - taken, 0.0)
    return beside, replace(place(beside, replace(state.ground, capacity=left)), beside=True)


def _standing(state: BattleState, regiment: int) -> list[int]:
    side = state.regiments[regiment].side
    return [
        other
        for other, one in enumerate(state.regiments)
        if other != regiment
        and one.side == side
        and not state.waiting_orders[other]
        and state.overlaps[other] >= STANDING
    ]


def _is_crowded(state: BattleState, regiment: int, placement: Placement, friend: int) -> bool:
    together = placement.target.astype(np.float64) + state.placements[friend].target
    least = min(state.mustered[regiment], state.mustered[friend])
    return bool(np.maximum(together - state.ground.capacity, 0).sum() > CROWDED * least)


def _shift(
    state: BattleState, regiment: int, placement: Placement, taken: Bool[np.ndarray, "H W"]
) -> tuple[float, float]:
    """Return the least shift, right and down in whole cells, after which a target lies on no friend's place.

    It lies on no more closed cells than before, where that can be.
    """
    rows, columns = np.flatnonzero(placement.target.any(axis=1)), np.flatnonzero(placement.target.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    target = placement.target[top : rows[-1] + 1, left : columns[-1] + 1].astype(np.float64)
    covered = _covered(target, binary_dilation(taken, iterations=GAP))
    free = covered <= CLEAR * state.mustered[regiment]
    if not state.ground.open_cells.all():
        closed = _covered(target, ~state.ground.open_cells)
        free_and_open = free & (closed <= closed[top, left] + CLEAR * state.mustered[regiment])
        free = free_and_open if free_and_open.any() else free
    if not free.any():
        raise FormationError("friends stand there, and there is no room beside them")
    down, right = (np.arange(length) - first for length, first in zip(free.shape, (top, left), strict=True))
    home_x, home_y = middle(state.mass[regiment])
    x, y = placement.centre
    homeward = np.hypot(right + x - home_x, down[:, None] + y - home_y)
    cost = np.where(free, np.hypot(right, down[:, None]) + HOMEWARD * homeward, math.inf)
    row, column = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return float(right[column]), float(down[row])


def _covered(target: Float[np.ndarray, "h w"], cells: Bool[np.ndarray, "H W"]) -> Float[np.ndarray, "rows columns"]:
    """Return the mass on some cells of a target whose upper left corner lies at each row and column in turn."""
    return fftconvolve(cells.astype(np.float64), target[::-1, ::-1], mode="valid")
