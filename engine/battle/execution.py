"""What commands do to a battle: each is a function from one state to the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.battle import scatter
from engine.battle.beside import beside_friends
from engine.battle.progress import Progress, follow
from engine.battle.state import Aside, BattleState
from engine.formations import Formation, FormationError, Placement
from engine.io import InputError, PluginError, plugin_errors
from engine.orders import (
    Command,
    Given,
    GiveOrders,
    Halt,
    Order,
    Scatter,
    Schedule,
    SetController,
    regiments_of,
    with_formation,
    without_regiments,
)
from engine.plugin import Ground, Simulation
from engine.scenarios import Regiment

NEXT_WAYPOINT_OVERLAP = 0.9  # from here on a regiment takes up its next waiting order
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


def apply(state: BattleState, command: Command, context: Context) -> BattleState:
    """Return the state after a command. Raises FormationError, one line, where it cannot be executed."""
    match command:
        case GiveOrders(given, queued):
            if not queued:
                return _with_orders(state, given, context)
            book, at_centre = state.book, state.ground.open_cells.all()
            for regiment, order in given:
                with _named(state, regiment, given):
                    placement = placement_of(state, regiment, order, context)
                place = placement.centre if at_centre else formations.standing_place(placement.target)
                book = book.with_waiting(regiment, order, placement, place)
            return replace(state, book=book)
        case Halt(regiments):
            book = state.book
            for regiment in regiments:
                _check_number(state, regiment)
            for regiment in regiments:
                order = state.orders[regiment]
                placement = formations.placement_on(state.mass[regiment], state.placements[regiment].angle)
                centre = formations.foothold(placement.centre, placement.target, state.ground)
                placement = replace(placement, centre=centre)
                book = book.with_order(regiment, with_formation(order, order.formation), placement)
            return replace(state, book=book)
        case Scatter():
            scatters = (*state.scatters, scatter.begin(command, state.tick, state.ground))
            hit = scatter.scatter_targets(state.mass, scatters, state.ground)
            return replace(state, scatters=scatters, scatter_targets=MappingProxyType({**state.scatter_targets, **hit}))
        case SetController(regiment, controller):
            return _with_controller(state, regiment, controller, context)


def apply_due(state: BattleState, log: Schedule, context: Context) -> BattleState:
    """Return the state after everything that is due before its tick.

    First come logged commands of a future that was stepped back from, then the schedule, then waiting orders whose
    turn has come; scatters that are over end. What cannot be executed changes nothing, and is remarked.
    """
    state = replace(state, remarks=()) if state.remarks else state
    while state.executed < len(log) and log[state.executed][0] <= state.tick:
        command = log[state.executed][1]
        state = count(_applied_if_possible(state, command, context), command, context)
    due = [one for one in context.schedule if one[0] == state.tick]
    later = tuple(one for one in context.schedule if one[0] > state.tick)
    for number, (_, command) in enumerate(due, 1):  # each knows what comes after it
        ahead = replace(context, schedule=(*due[number:], *later))
        state = _applied_if_possible(state, without_regiments(command, state.commanded), ahead)
    state = _next_waiting(state, replace(context, schedule=later))
    if any(one.until <= state.tick for one in state.scatters):
        left = tuple(one for one in state.scatters if one.until > state.tick)
        state = replace(state, scatters=left, scatter_targets=state.scatter_targets if left else MappingProxyType({}))
    return state


def _applied_if_possible(state: BattleState, command: Command, context: Context) -> BattleState:
    try:
        return apply(state, command, context)
    except InputError as error:
        return remarked(state, error if isinstance(error, PluginError) else str(error))


def _next_waiting(state: BattleState, context: Context) -> BattleState:
    """Return the state in which waiting orders are taken up: where the one before is filled, or gets no further."""
    followed: dict[int, Progress] = {}
    for regiment, waiting in enumerate(state.waiting_orders):
        if not waiting:
            continue
        overlap, placement = state.overlaps[regiment], state.placements[regiment]
        filled = overlap >= NEXT_WAYPOINT_OVERLAP
        if not filled:
            before = None if regiment in state.scatter_targets else state.progress.get(regiment)
            followed[regiment] = follow(before, placement, state.mass[regiment], overlap, state.tick)
        if filled or followed[regiment].stalled(state.tick):
            if not filled:
                name = state.regiments[regiment].name
                state = remarked(state, f"{name} gets no nearer to its place, and takes up its next order")
            state = _with_next_order(state, regiment, context)
    return replace(state, progress=MappingProxyType(followed)) if followed or state.progress else state


def _with_next_order(state: BattleState, regiment: int, context: Context) -> BattleState:
    """Return the state in which a regiment has taken up the first of its waiting orders, or dropped it as void."""
    first, *others = state.book.waiting[regiment]
    try:
        state = _with_orders(state, ((regiment, first.order),), context)
    except FormationError as error:
        state = remarked(state, str(error))
    return replace(state, book=state.book.with_only_waiting(regiment, tuple(others)))


def remarked(state: BattleState, remark: str | PluginError) -> BattleState:
    """Return the state with one more thing that the player should know."""
    return replace(state, remarks=(*state.remarks, remark))


def count(state: BattleState, command: Command, context: Context) -> BattleState:
    """Return the state that counts a command of the log as executed, with its regiments out of the schedule."""
    ordered = state.ordered
    if isinstance(command, GiveOrders):
        # One that waits is in no book yet, and a replay knows no friends beforehand.
        known = {} if command.queued else {r: one for r, one in enumerate(state.placements) if not one.beside}
        with suppress(FormationError):  # an order that finds no room was not executed
            ordered = ordered.of_more(
                [
                    (known.get(regiment) or placement_of(state, regiment, order, context)).target
                    for regiment, order in command.orders
                ]
            )
    commanded = state.commanded | regiments_of(command)
    return replace(state, executed=state.executed + 1, commanded=commanded, ordered=ordered)


def placed(state: BattleState, given: Given, context: Context) -> list[Placement]:
    """Return the placements of orders that are given together. Raises FormationError as executing them does."""
    placements = _with_orders(state, given, context).placements
    return [placements[regiment] for regiment, _ in given]


def _with_orders(state: BattleState, given: Given, context: Context) -> BattleState:
    """Return the state under orders that are given together, beside friends whose places are there.

    They are placed in turn, so that two who swap places are in nobody's way, and two who go to one place are. Raises
    FormationError, which of several regiments names the one whose order cannot be.
    """
    soon = _ordered_soon(state, context)
    state = _with_places_left(state, given, soon, context)
    for number, (regiment, order) in enumerate(given, 1):
        leaving = soon.union(other for other, _ in given[number:])
        with _named(state, regiment, given):
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
        with _named(state, regiment, given):
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
def _named(state: BattleState, regiment: int, given: Given) -> Iterator[None]:
    """Let a FormationError name the regiment whose order cannot be, where several are given together."""
    try:
        yield
    except FormationError as error:
        if len(given) == 1 or regiment not in range(len(state.regiments)):
            raise
        raise FormationError(f"{state.regiments[regiment].name}: {error}") from None


def _ordered_soon(state: BattleState, context: Context) -> frozenset[int]:
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
    _check_number(state, regiment)
    formation = formations.lookup(context.formations, order.formation)
    part = formations.part_of(state.mass[regiment], state.ground)
    return formations.place_order(order, formation, state.mustered[regiment], state.ground, part)


def _check_number(state: BattleState, regiment: int) -> None:
    """Raise FormationError if there is no regiment of that number."""
    if regiment not in range(len(state.regiments)):
        raise FormationError(f"there is no regiment {regiment}: they are 0 to {len(state.regiments) - 1}")


def depth_of(state: BattleState, regiment: int, order: Order, context: Context) -> float:
    """Return how deep a regiment would stand in the order's formation, in cells; faster than its placement."""
    formation = formations.lookup(context.formations, order.formation)
    angle = math.radians(order.angle)
    return formations.dimensions(formation, state.mustered[regiment], state.ground, angle, order.frontage)[1]


def reset(
    simulation: Simulation,
    mass: Float[np.ndarray, "R H W"],
    ground: Ground,
    regiments: tuple[Regiment, ...],
    context: Context,
) -> Any:
    """Return the simulation's own state with this mass, in which every regiment obeys its controller.

    Raises PluginError where that fails.
    """
    controllers = [context.controllers[regiment.controller] for regiment in regiments]
    sides = tuple(regiment.side for regiment in regiments)
    with plugin_errors(f"the simulation under {names_of_controllers(regiments)}", PluginError):
        return simulation.reset(mass, ground, controllers, context.seed, sides)


def names_of_controllers(regiments: tuple[Regiment, ...]) -> str:
    """Return the names of the controllers that lead, each once, for error lines."""
    return ", ".join(dict.fromkeys(repr(regiment.controller) for regiment in regiments))


def _with_controller(state: BattleState, regiment: int, controller: str, context: Context) -> BattleState:
    """Return the state in which another controller leads a regiment. Mass and soldiers stay as they are."""
    if controller not in context.controllers or regiment not in range(len(state.regiments)):
        raise FormationError(f"regiment {regiment} cannot obey {controller!r}: nobody of that name has mustered")
    regiments = tuple(
        replace(one, controller=controller) if number == regiment else one for number, one in enumerate(state.regiments)
    )
    simulation_state = reset(state.simulation, state.mass, state.ground, regiments, context)
    return replace(state, regiments=regiments, simulation_state=simulation_state)
