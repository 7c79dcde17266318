"""A relief as it goes on: a regiment comes up behind a friend that fights, and the two change places.

Whoever relieves marches to the friend's back. From there it goes on to the friend's place, with the friend's front,
while the friend lets it through and goes back behind it. It then takes over the friend's attack.
"""

from __future__ import annotations

from dataclasses import replace

from engine import formations
from engine.battle import attack
from engine.battle.conduct import FORMED
from engine.battle.engagement import Engagement
from engine.battle.placing import Context, check_number, depth_of, placement_of
from engine.battle.progress import middle
from engine.battle.state import BattleState
from engine.formations import FormationError
from engine.orders import Place

CLOSE_UP = 6.0  # metres from the friend's back at which the two begin to change places
ROOM = 2.0  # metres between the two afterwards
PAST = 0.8  # share of the way past each other after which they have changed places
LONGEST = 450  # ticks after which they have in any case: fifteen seconds at speed 1


def begun(state: BattleState, regiment: int, friend: int, context: Context) -> BattleState:
    """Return the state in which a regiment goes to relieve a friend. Raises FormationError where it is none."""
    check_number(state, friend)
    own, their = state.regiments[regiment], state.regiments[friend]
    if regiment == friend or own.side != their.side:
        whom = "itself" if regiment == friend else f"{their.name}, an enemy"
        raise FormationError(f"{own.name} cannot relieve {whom}")
    order = replace(state.orders[regiment], path=(), area=())
    state = replace(state, book=state.book.with_order(regiment, order, state.placements[regiment]))
    engagement = Engagement("relieve", friend, state.tick, state.tick, "march")
    return advanced(state.with_engagement(regiment, engagement), regiment, context)


def advanced(state: BattleState, regiment: int, context: Context) -> BattleState:
    """Return the state in which a regiment goes on with its relief: nearer, past its friend, or into its attack."""
    one = replace(state.engagements[regiment], placed=state.tick)
    state, friend = state.with_engagement(regiment, one), one.other
    if one.phase == "change" and (_is_past(state, regiment, friend, context) or state.tick - one.since > LONGEST):
        return _taken_over(state, regiment, context)
    if not state.standing(friend):
        return _taken_over(state, regiment, context)
    if one.phase == "change":
        return state
    if attack.gap(state.mass[regiment], state.mass[friend]) > _cells(state, CLOSE_UP):
        return _ordered(state, regiment, _behind(state, friend, regiment, context), friend, context)
    theirs = state.engagements.get(friend)
    enemy = theirs.other if theirs is not None and theirs.kind == "attack" else None
    back = _behind(state, friend, regiment, context)
    changing = replace(one, phase="change", since=state.tick, next=enemy)
    state = state.with_engagement(regiment, changing)
    state = _ordered(state, regiment, middle(state.mass[friend]), friend, context)
    if not state.takes_orders(friend):
        return state
    withdraws = Engagement("withdraw", regiment, state.tick, state.tick, "change")
    order = replace(state.orders[friend], path=(), area=())
    state = replace(state, book=state.book.with_order(friend, order, state.placements[friend]))
    return _ordered(state.with_engagement(friend, withdraws), friend, back, friend, context)


def withdrawn(state: BattleState, regiment: int) -> BattleState:
    """Return the state in which a regiment that goes back is at ease again, if it is there by now."""
    one = state.engagements[regiment]
    there = formations.overlap(state.mass[regiment], state.placements[regiment].target) >= FORMED
    if there or state.tick - one.since > LONGEST:
        return state.with_engagement(regiment, None)
    return state.with_engagement(regiment, replace(one, placed=state.tick))


def _taken_over(state: BattleState, regiment: int, context: Context) -> BattleState:
    """Return the state in which a regiment has its friend's place, and goes on with the friend's attack."""
    enemy = state.engagements[regiment].next
    state = state.with_engagement(regiment, None)
    if enemy is None or state.combat is None or state.combat.is_gone(enemy):
        return state
    try:
        return attack.begun(state, regiment, enemy, context)
    except FormationError:
        return state


def _ordered(state: BattleState, regiment: int, place: Place, friend: int, context: Context) -> BattleState:
    """Return the state in which a regiment is to be at a place, with a friend's front, if it can be."""
    order = attack.with_middle(state, regiment, place, state.placements[friend].angle)
    try:
        placement = placement_of(state, regiment, order, context)
    except FormationError:
        return state
    return replace(state, book=state.book.with_placement(regiment, placement))


def _behind(state: BattleState, friend: int, regiment: int, context: Context) -> Place:
    """Return the place behind a friend's in which there is room for both, one after the other."""
    x, y = middle(state.mass[friend])
    right, down = formations.direction(state.placements[friend].angle)
    away = _depths(state, regiment, friend, context) + _cells(state, ROOM)
    return x - right * away, y - down * away


def _is_past(state: BattleState, regiment: int, friend: int, context: Context) -> bool:
    """Return whether a regiment has passed through a friend to the front."""
    (x, y), (their_x, their_y) = middle(state.mass[regiment]), middle(state.mass[friend])
    right, down = formations.direction(state.placements[regiment].angle)
    past = (x - their_x) * right + (y - their_y) * down
    return past >= PAST * _depths(state, regiment, friend, context)


def _depths(state: BattleState, one: int, other: int, context: Context) -> float:
    """Return half of the depths of two regiments together, in cells."""
    return sum(depth_of(state, regiment, state.orders[regiment], context) for regiment in (one, other)) / 2


def _cells(state: BattleState, metres: float) -> float:
    assert state.army is not None
    return state.army.cells(metres)
