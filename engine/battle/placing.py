"""Where regiments stand under their orders: the placements of orders that are given together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from engine import formations
from engine.battle.beside import beside_friends
from engine.battle.ledger import GONE
from engine.battle.state import Aside, BattleState
from engine.formations import Formation, FormationError, Placement
from engine.orders import Given, GiveOrders, Order, Schedule, regiments_of
from engine.plugin import Ground

SOON = 90  # ticks in which a friend has to be ordered elsewhere to be in nobody's way: three seconds at speed 1


@dataclass(frozen=True)
class Context:
    """What no tick changes: formations and controllers by name, the schedule, the seed.

    `plan` makes the controller that takes over where another fails, if there is any.
    """

    formations: Mapping[str, Formation]
    controllers: Mapping[str, Any]
    schedule: Schedule
    seed: int
    plan: Callable[[], Any] | None = None


def placed(state: BattleState, given: Given, context: Context) -> list[Placement]:
    """Return the placements of orders that are given together. Raises FormationError as executing them does."""
    placements = with_orders(state, given, context).placements
    return [placements[regiment] for regiment, _ in given]


def with_orders(state: BattleState, given: Given, context: Context) -> BattleState:
    """Return the state under orders that are given together, beside friends whose places are there.

    They are placed in turn, so that two who swap places are in nobody's way, and two who go to one place are. Raises
    FormationError, which of several regiments names the one whose order cannot be.
    """
    soon = ordered_soon(state, context)
    state = _with_places_left(state, given, soon, context)
    for number, (regiment, order) in enumerate(given, 1):
        leaving = soon.union(other for other, _ in given[number:])
        with named(state, regiment, given):
            found, placement = beside_friends(
                state, regiment, order, partial(_placed_on, state, regiment, context), leaving
            )
        aside = Aside(order, state.tick) if placement.beside else None
        state = replace(state, book=state.book.with_order(regiment, found, placement, aside=aside))
        soon -= {regiment}
    return state


def _with_places_left(state: BattleState, given: Given, soon: frozenset[int], context: Context) -> BattleState:
    """Return the state in which whoever was just shifted beside a friend has the place that was meant, if it is left.

    So two swap places by two commands, one soon after the other, as by one.
    """
    ordered = {regiment for regiment, _ in given}
    lately = {
        regiment: aside
        for regiment, aside in state.book.aside.items()
        if regiment not in ordered and state.tick - aside.since <= SOON
    }
    if not lately:
        return state
    then = state  # as it will be, if nobody has to make room
    for regiment, order in given:
        with named(state, regiment, given):
            placement = placement_of(state, regiment, order, context)
        then = replace(then, book=then.book.with_order(regiment, order, placement))
    for regiment, aside in lately.items():
        place = partial(_placed_on, state, regiment, context)
        with suppress(FormationError):  # it stays beside
            order, placement = beside_friends(then, regiment, aside.order, place, soon - ordered)
            if not placement.beside:
                waiting = state.book.waiting[regiment]
                then = replace(then, book=then.book.with_order(regiment, order, placement, waiting))
                state = replace(state, book=state.book.with_order(regiment, order, placement, waiting))
    return state


@contextmanager
def named(state: BattleState, regiment: int, given: Given) -> Iterator[None]:
    """Let a FormationError name the regiment whose order cannot be, where several are given together."""
    try:
        yield
    except FormationError as error:
        if len(given) == 1 or regiment not in range(len(state.regiments)):
            raise
        raise FormationError(f"{state.regiments[regiment].name}: {error}") from None


def ordered_soon(state: BattleState, context: Context) -> frozenset[int]:
    """Return the regiments that the schedule orders elsewhere soon."""
    commands = (command for tick, command in context.schedule if state.tick <= tick <= state.tick + SOON)
    ordered = (regiments_of(command) for command in commands if isinstance(command, GiveOrders))
    return frozenset[int]().union(*ordered) - state.commanded


def unfitted(state: BattleState, given: Given, context: Context) -> list[Placement]:
    """Return the placements of orders as they would be if all of the field were open. Raises FormationError."""
    open_field = replace(state, ground=Ground.plain(*state.ground.grid))
    return [placement_of(open_field, regiment, order, context) for regiment, order in given]


def _placed_on(state: BattleState, regiment: int, context: Context, order: Order, ground: Ground) -> Placement:
    return placement_of(replace(state, ground=ground), regiment, order, context)


def placement_of(state: BattleState, regiment: int, order: Order, context: Context) -> Placement:
    """Return a regiment's placement under an order. Raises FormationError, one line, where there is none."""
    check_number(state, regiment)
    mass = state.standing(regiment)
    if mass == 0:
        raise FormationError(f"{state.regiments[regiment].name} is {GONE} and takes no orders")
    return placement_of_mass(state, regiment, order, mass, context)


def placement_of_mass(state: BattleState, regiment: int, order: Order, mass: float, context: Context) -> Placement:
    """Return the placement that a regiment of that mass would have under an order. Raises FormationError."""
    formation = formations.lookup(context.formations, order.formation)
    part = state.army.parts[regiment] if state.army else formations.part_of(state.mass[regiment], state.ground)
    return formations.place_order(order, formation, mass, state.ground, part)


def check_number(state: BattleState, regiment: int) -> None:
    """Raise FormationError if there is no regiment of that number."""
    if regiment not in range(len(state.regiments)):
        raise FormationError(f"there is no regiment {regiment}: they are 0 to {len(state.regiments) - 1}")


def depth_of(state: BattleState, regiment: int, order: Order, context: Context) -> float:
    """Return how deep a regiment would stand in the order's formation, in cells; faster than its placement."""
    formation = formations.lookup(context.formations, order.formation)
    angle = math.radians(order.angle)
    mass = state.standing(regiment) or state.mustered[regiment]
    return formations.dimensions(formation, mass, state.ground, angle, order.frontage)[1]
