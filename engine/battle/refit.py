"""Targets that follow the losses: a place for as many as stand, with the front where it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.battle.placing import Context, depth_of, placement_of
from engine.battle.state import BattleState
from engine.formations import FormationError, Placement, direction
from engine.orders import Order
from engine.plugin import QUANTUM

SHARE = 0.02  # of its target that a regiment has lost, from which on that is fitted to it again
BROAD = 2.0  # frontage over depth from which on losses thin the ranks, and not the front


def overfull(state: BattleState) -> list[int]:
    """Return the regiments whose targets have become too large, those first that have lost the largest share."""
    excess = [(mass - state.standing(regiment)) / mass for regiment, mass in enumerate(state.book.masses)]
    large = [(-share, regiment) for regiment, share in enumerate(excess) if share > SHARE]
    return [regiment for _, regiment in sorted(large) if state.takes_orders(regiment)]


def refitted(state: BattleState, regiment: int, context: Context) -> BattleState:
    """Return the state in which a regiment's order is placed for as many as it still has."""
    placement = state.placements[regiment]
    if regiment in state.book.as_they_stood:
        found = thinned(placement, state.standing(regiment))
    else:
        try:
            found = placement_of(state, regiment, _closed_up(state, regiment, context), context)
        except FormationError:
            found = thinned(placement, state.standing(regiment))
    return replace(state, book=state.book.with_placement(regiment, replace(found, beside=placement.beside)))


def _closed_up(state: BattleState, regiment: int, context: Context) -> Order:
    """Return the order whose first rank is where that of the regiment's placement is, at its reduced strength."""
    order, placement = state.orders[regiment], state.placements[regiment]
    if order.path or order.area:
        return order
    broad = placement.frontage >= BROAD * placement.depth
    order = replace(order, frontage=placement.frontage) if broad else order
    ahead = (placement.depth - depth_of(state, regiment, order, context)) / 2
    right, down = direction(placement.angle)
    x, y = placement.centre
    return replace(order, centre=(x + right * ahead, y + down * ahead), angle=placement.angle)


def thinned(placement: Placement, mass: float) -> Placement:
    """Return a placement with as much less everywhere that it has that mass, on the lattice."""
    whole = np.rint(placement.target.astype(np.float64) / QUANTUM)
    left = np.floor(whole * (mass / (whole.sum() * QUANTUM) * (1 - 2.0**-40)))
    short = mass / QUANTUM - left.sum()  # a quantum for some cells each, at most
    room = np.flatnonzero(left < whole)[: int(short)]
    left.ravel()[room] += 1
    return replace(placement, target=(left * QUANTUM).astype(np.float32), boxes=())
