"""What commands do to a battle: each is a function from one state to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.battle import scatter
from engine.battle.state import BattleState
from engine.formations import Formation, FormationError, Placement
from engine.orders import (
    Command,
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


@dataclass(frozen=True)
class Context:
    """What no tick changes: formations and controllers by name, the schedule, the seed."""

    formations: Mapping[str, Formation]
    controllers: Mapping[str, Any]
    schedule: Schedule
    seed: int


def apply(state: BattleState, command: Command, context: Context) -> BattleState:
    """Return the state after a command. Raises FormationError, one line, where it cannot be executed."""
    match command:
        case GiveOrders(given, queued):
            placements = [placement_of(state, regiment, order, context) for regiment, order in given]
            book = state.book
            for (regiment, order), placement in zip(given, placements, strict=True):
                change = book.with_waiting if queued else book.with_order
                book = change(regiment, order, placement)
            return replace(state, book=book)
        case Halt(regiments):
            book = state.book
            for regiment in regiments:
                placement_of(state, regiment, state.orders[regiment], context)  # raises where the order has become void
            for regiment in regiments:
                order = state.orders[regiment]
                placement = formations.placement_on(state.mass[regiment], state.placements[regiment].angle)
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
    turn has come; scatters that are over end.
    """
    while state.executed < len(log) and log[state.executed][0] <= state.tick:
        command = log[state.executed][1]
        state = count(apply(state, command, context), command, context)
    for tick, command in context.schedule:
        if tick == state.tick:
            state = apply(state, without_regiments(command, state.commanded), context)
    for regiment, waiting in enumerate(state.waiting_orders):
        if waiting and state.overlaps[regiment] >= NEXT_WAYPOINT_OVERLAP:
            placement = placement_of(state, regiment, waiting[0], context)
            state = replace(state, book=state.book.with_order(regiment, waiting[0], placement, waiting[1:]))
    if any(one.until <= state.tick for one in state.scatters):
        left = tuple(one for one in state.scatters if one.until > state.tick)
        state = replace(state, scatters=left, scatter_targets=state.scatter_targets if left else MappingProxyType({}))
    return state


def count(state: BattleState, command: Command, context: Context) -> BattleState:
    """Return the state that counts a command of the log as executed, with its regiments out of the schedule."""
    ordered = state.ordered
    if isinstance(command, GiveOrders):
        placed = {} if command.queued else dict(enumerate(state.placements))  # one that waits is in no book yet
        ordered = ordered.of_more(
            (placed.get(regiment) or placement_of(state, regiment, order, context)).target
            for regiment, order in command.orders
        )
    commanded = state.commanded | regiments_of(command)
    return replace(state, executed=state.executed + 1, commanded=commanded, ordered=ordered)


def placement_of(state: BattleState, regiment: int, order: Order, context: Context) -> Placement:
    """Return a regiment's placement under an order. Raises FormationError, one line, where there is none."""
    if regiment not in range(len(state.regiments)):
        raise FormationError(f"there is no regiment {regiment}: they are 0 to {len(state.regiments) - 1}")
    formation = formations.lookup(context.formations, order.formation)
    return formations.place_order(order, formation, state.mustered[regiment], state.ground)


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
    """Return the simulation's own state with this mass, in which every regiment obeys its controller."""
    controllers = [context.controllers[regiment.controller] for regiment in regiments]
    sides = tuple(regiment.side for regiment in regiments)
    return simulation.reset(mass, ground, controllers, context.seed, sides)


def _with_controller(state: BattleState, regiment: int, controller: str, context: Context) -> BattleState:
    """Return the state in which another controller leads a regiment. Mass and soldiers stay as they are."""
    if controller not in context.controllers or regiment not in range(len(state.regiments)):
        raise FormationError(f"regiment {regiment} cannot obey {controller!r}: nobody of that name has mustered")
    regiments = tuple(
        replace(one, controller=controller) if number == regiment else one for number, one in enumerate(state.regiments)
    )
    simulation_state = reset(state.simulation, state.mass, state.ground, regiments, context)
    return replace(state, regiments=regiments, simulation_state=simulation_state)
