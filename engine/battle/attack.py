"""An attack as it goes on: the regiment forms up towards its enemy, follows it, runs in at the end, and presses on.

Its order is placed anew every few ticks, a little ahead of where it is, so that it keeps its front on the march and in
the fight. It ends where the enemy breaks: the regiment stands and reforms. Whoever is ordered against an enemy that
already runs goes after it until that rallies, or is gone.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import distance_transform_edt

from engine import formations
from engine.battle.conduct import FORMED, RUN, traits_of
from engine.battle.engagement import Engagement, Phase
from engine.battle.lanes import lane
from engine.battle.placing import Context, check_number, placement_of
from engine.battle.progress import middle
from engine.battle.state import BattleState
from engine.formations import FormationError
from engine.orders import Order, Place
from engine.plugin import TRAITS

FORM_TICKS = 120  # in which a regiment forms up towards its enemy, at most
THIN = 0.05  # density from which on a cell counts as held
AIM_DEPTH = 10.0  # metres of the enemy, from its nearest soldier on, at whose middle the regiment goes
LEAD = 12.0  # metres that a target lies ahead on the march
PRESS = 6.0  # metres that it lies beyond the first enemies: the regiment goes through, and its wings no farther
CONTACT = 2.0  # metres between two fronts that fight
RUN_UP = 6.0  # metres of a charge beyond those in which impetus gathers
TOP_SPEED = 15.0  # metres a second
IN_FORM = 0.7  # share of its formation, towards the enemy, in which a regiment stands that has no need to form up
OFF_FRONT = 10.0  # degrees off its front, beyond which one that forms up does so anew
ASIDE = 60.0  # degrees off its front, beyond which one in contact fronts anew
GATHER = TRAITS.index("gather")


@dataclass(frozen=True)
class Sighted:
    """An enemy as a regiment sees it. Lengths are in cells."""

    gap: float  # between the two fronts
    place: Place  # of the regiment
    way: tuple[Place, ...]  # from there to the enemy's nearest part, or to the one that others leave to it
    front: float  # degrees clockwise from up, in which it is to look at the start of this way


def begun(state: BattleState, regiment: int, enemy: int, context: Context) -> BattleState:
    """Return the state in which a regiment attacks. Raises FormationError where that is none of its enemies.

    So it does where no way leads there, or none of the enemy is left.
    """
    assert state.combat is not None
    check_number(state, enemy)
    own, their = state.regiments[regiment], state.regiments[enemy]
    if own.side == their.side:
        raise FormationError(f"{own.name} cannot attack {their.name}: they are of one side")
    if state.combat.is_gone(enemy):
        raise FormationError(f"{their.name} is {state.combat.condition[enemy]}: there is nobody to attack")
    pursuit = not state.takes_orders(enemy)
    state = state.with_engagement(regiment, Engagement("attack", enemy, state.tick, state.tick, "form", pursuit))
    book = state.book.with_order(regiment, _plain(state.orders[regiment]), state.placements[regiment])
    begun = _formed_up(replace(state, book=book), regiment, context)
    if begun is None:
        raise FormationError(f"no way leads {own.name} to {their.name}")
    return begun


def advanced(state: BattleState, regiment: int, context: Context) -> BattleState:
    """Return the state in which a regiment's attack is placed anew, or goes on as it was where it finds no place."""
    engagement = state.engagements[regiment]
    placed = _placed(state, regiment, context)
    return state.with_engagement(regiment, replace(engagement, placed=state.tick)) if placed is None else placed


def ended(state: BattleState, context: Context) -> BattleState:
    """Return the state without the attacks that are over; those regiments reform where they stand."""
    assert state.combat is not None
    for regiment, one in tuple(state.engagements.items()):
        if one.kind == "attack" and state.takes_orders(regiment):
            runs = not state.takes_orders(one.other)
            if state.combat.is_gone(one.other) or (runs and not one.pursuit):
                state = reformed(state.with_engagement(regiment, None), regiment, context)
            elif one.pursuit and not runs:
                state = state.with_engagement(regiment, replace(one, pursuit=False))
    return state


def reformed(state: BattleState, regiment: int, context: Context) -> BattleState:
    """Return the state in which a regiment takes up its formation where it stands, with its front as it was."""
    order = _plain(with_middle(state, regiment, middle(state.mass[regiment]), state.placements[regiment].angle))
    try:
        placement = placement_of(state, regiment, order, context)
    except FormationError:  # it stands where nobody would be sent
        placement = formations.placement_on(state.mass[regiment], order.angle)
    return replace(state, book=state.book.with_order(regiment, order, placement, state.book.waiting[regiment]))


def _formed_up(state: BattleState, regiment: int, context: Context) -> BattleState | None:
    """Return the state in which a regiment forms up for an attack, or goes on at once if it has; None as `_placed`."""
    engagement = state.engagements[regiment]
    seen = sighted(state, regiment, engagement.other)
    if seen is None:
        return None
    order = with_middle(state, regiment, seen.place, seen.front)
    with suppress(FormationError):  # it need not form up where it has no room
        placement = placement_of(state, regiment, order, context)
        if formations.overlap(state.mass[regiment], placement.target) < IN_FORM:
            state = replace(state, book=state.book.with_placement(regiment, placement))
            return _placed(state, regiment, context)
    return _placed(state.with_engagement(regiment, replace(engagement, phase="march")), regiment, context)


def _placed(state: BattleState, regiment: int, context: Context) -> BattleState | None:
    """Return the state with an attack's order as the enemy now stands; None where no way or no place is."""
    engagement = state.engagements[regiment]
    seen = sighted(state, regiment, engagement.other)
    if seen is None:
        return None
    phase = _phase(state, regiment, engagement, seen, context)
    state = state.with_engagement(regiment, replace(engagement, phase=phase, placed=state.tick))
    if phase == "form" and _turn(seen.front, state.placements[regiment].angle) <= OFF_FRONT:
        return state  # where it was ordered to
    at, angle = (seen.place, seen.front) if phase == "form" else _place(state, regiment, phase, seen)
    order = with_middle(state, regiment, at, angle)
    try:
        placement = placement_of(state, regiment, order, context)
    except FormationError:
        return None
    return replace(state, book=state.book.with_placement(regiment, placement))


def _phase(state: BattleState, regiment: int, engagement: Engagement, seen: Sighted, context: Context) -> Phase:
    """Return whether a regiment forms up now, marches or charges."""
    distance = charging_distance(state, regiment, context)
    if engagement.pursuit or seen.gap <= (2 * distance if engagement.charging else distance):
        return "charge"
    if engagement.phase != "form":
        return "march"
    formed = formations.overlap(state.mass[regiment], state.placements[regiment].target) >= FORMED
    return "march" if formed or state.tick - engagement.since >= FORM_TICKS else "form"


def charging_distance(state: BattleState, regiment: int, context: Context) -> float:
    """Return the gap in cells at which a regiment begins to run: impetus takes its time to gather."""
    assert state.army is not None
    traits = traits_of(state, regiment, context.formations)
    return state.army.cells(RUN_UP + float(traits[RUN] * traits[GATHER]) * TOP_SPEED)


def _place(state: BattleState, regiment: int, phase: Phase, seen: Sighted) -> tuple[Place, float]:
    """Return where the middle of a regiment is to be in an attack, and the angle of its order."""
    assert state.army is not None
    cells = state.army.cells
    front = state.placements[regiment].angle
    mixed = math.dist(seen.way[0], seen.way[-1]) <= cells(CONTACT)
    if mixed or (seen.gap <= cells(CONTACT) and _turn(front, _angle(seen.way[0], seen.way[-1])) <= ASIDE):
        right, down = formations.direction(front)
        ahead = seen.gap + cells(PRESS)
        return (seen.place[0] + ahead * right, seen.place[1] + ahead * down), front
    place, angle = _along(seen.way, seen.gap + cells(PRESS) if phase == "charge" else min(cells(LEAD), seen.gap))
    return place, seen.front if len(seen.way) == 2 else angle


def sighted(state: BattleState, regiment: int, enemy: int) -> Sighted | None:
    """Return how a regiment sees an enemy; None where no way leads there."""
    assert state.army is not None
    own, theirs = state.mass[regiment], state.mass[enemy]
    x, y = middle(own)
    rows, columns = np.nonzero(held(theirs))
    distance = np.hypot(columns + 0.5 - x, rows + 0.5 - y)
    near = distance <= distance.min() + state.army.cells(AIM_DEPTH)
    weight = theirs[rows[near], columns[near]].astype(np.float64)
    x_aim, y_aim = (float(np.average(line[near] + 0.5, weights=weight)) for line in (columns, rows))
    aim, front, apart = (x_aim, y_aim), None, gap(own, theirs)
    if apart > state.army.cells(CONTACT):  # up to there those who attack it keep beside each other
        found = lane(state, regiment, enemy, aim, np.stack([columns, rows], axis=1) + 0.5)
        aim, front = (aim, None) if found is None else found
    way = formations.fastest_way(state.ground, (x, y), aim)
    if not len(way):
        return None
    straight = len(way) == 2
    return Sighted(
        apart,
        (x, y),
        tuple((float(at_x), float(at_y)) for at_x, at_y in way),
        _angle((0.0, 0.0), front) if straight and front is not None else _angle(way[0], way[1]),
    )


def held(mass: Float[np.ndarray, "H W"]) -> Bool[np.ndarray, "H W"]:
    """Return the cells that a regiment holds: those with more than a few soldiers, where there are any."""
    dense = mass > THIN
    return dense if dense.any() else mass > 0


def gap(one: Float[np.ndarray, "H W"], other: Float[np.ndarray, "H W"]) -> float:
    """Return how far two regiments are apart, in cells; 0 where they touch."""
    return max(float(distance_transform_edt(~held(other))[held(one)].min()) - 1.0, 0.0)


def _along(way: tuple[Place, ...], length: float) -> tuple[Place, float]:
    """Return the place so far along a way, or beyond its end, and the angle in which it goes there."""
    for number, (start, end) in enumerate(pairwise(way), 2):
        step = math.dist(start, end)
        if step > 0 and (length <= step or number == len(way)):
            share = length / step
            place = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
            return place, _angle(start, end)
        length -= step
    return way[-1], _angle(way[0], way[-1])


def with_middle(state: BattleState, regiment: int, place: Place, angle: float) -> Order:
    """Return a regiment's order with the middle of its mass, which for a wedge is not the order's, at a place."""
    placement = state.placements[regiment]
    (x, y), (right, down) = middle(placement.target), formations.direction(placement.angle)
    ahead = (placement.centre[0] - x) * right + (placement.centre[1] - y) * down
    right, down = formations.direction(angle)
    return replace(state.orders[regiment], centre=(place[0] + right * ahead, place[1] + down * ahead), angle=angle)


def _plain(order: Order) -> Order:
    """Return an order without what was drawn by hand."""
    return replace(order, path=(), area=())


def _angle(start: Place, end: Place) -> float:
    """Return the direction from one place to another, in degrees clockwise from up."""
    return math.degrees(math.atan2(end[0] - start[0], start[1] - end[1]))


def _turn(one: float, other: float) -> float:
    """Return the angle between two directions, in degrees."""
    return abs(math.remainder(one - other, 360.0))
