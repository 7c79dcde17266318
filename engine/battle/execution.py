"""What commands do to a battle: each is a function from one state to the next."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.battle import attack, lasting, relief, scatter
from engine.battle.conduct import combat_of
from engine.battle.obedience import freed, obeyed, one_by_one
from engine.battle.placing import (
    Context,
    check_number,
    named,
    placement_of,
    placement_of_mass,
    with_orders,
)
from engine.battle.progress import Progress, follow
from engine.battle.state import BattleState
from engine.formations import FormationError
from engine.io import InputError, PluginError, plugin_errors
from engine.orders import (
    Attack,
    Command,
    Given,
    GiveOrders,
    Halt,
    Order,
    Relieve,
    Scatter,
    Schedule,
    SetController,
    SetPace,
    regiments_of,
    with_formation,
    without_regiments,
)
from engine.plugin import Combat, Ground, Simulation
from engine.scenarios import Regiment

NEXT_WAYPOINT_OVERLAP = 0.9  # from here on a regiment takes up its next waiting order


def apply(state: BattleState, command: Command, context: Context) -> BattleState:
    """Return the state after a command. Raises FormationError, one line, where it cannot be executed.

    Those who are broken or dissolved do not obey; the others do, and that is remarked.
    """
    command, deaf = obeyed(state, command)
    for one in one_by_one(command):
        state = _applied(state if state.combat is None else freed(state, one), one, context)
    return remarked(state, deaf) if deaf else state


def _applied(state: BattleState, command: Command, context: Context) -> BattleState:
    match command:
        case GiveOrders(given, queued):
            return _with_waiting(state, given, context) if queued else with_orders(state, given, context)
        case Halt(regiments):
            return _halted(state, regiments)
        case Scatter():
            scatters = (*state.scatters, scatter.begin(command, state.tick, state.ground))
            hit = scatter.scatter_targets(state.mass, scatters, state.ground)
            return replace(state, scatters=scatters, scatter_targets=MappingProxyType({**state.scatter_targets, **hit}))
        case SetController(regiment, controller):
            return _with_controller(state, regiment, controller, context)
        case Attack(regiments, enemy):
            return attack.begun(state, regiments[0], enemy, context)
        case Relieve(regiments, friend):
            return relief.begun(state, regiments[0], friend, context)
        case SetPace(regiments, pace):
            paces = tuple(pace if r in regiments else before for r, before in enumerate(state.paces))
            return replace(state, paces=paces)


def _with_waiting(state: BattleState, given: Given, context: Context) -> BattleState:
    """Return the state in which orders wait for those before them."""
    book, at_centre = state.book, state.ground.open_cells.all()
    for regiment, order in given:
        with named(state, regiment, given):
            placement = placement_of(state, regiment, order, context)
        place = placement.centre if at_centre else formations.standing_place(placement.target)
        book = book.with_waiting(regiment, order, placement, place)
    return replace(state, book=book)


def _halted(state: BattleState, regiments: tuple[int, ...]) -> BattleState:
    """Return the state in which regiments stay as they are, in no formation."""
    book = state.book
    for regiment in regiments:
        check_number(state, regiment)
    for regiment in regiments:
        order = state.orders[regiment]
        placement = formations.placement_on(state.mass[regiment], state.placements[regiment].angle)
        centre = formations.foothold(placement.centre, placement.target, state.ground)
        placement = replace(placement, centre=centre)
        book = book.with_order(regiment, with_formation(order, order.formation), placement, as_it_stood=True)
    return replace(state, book=book)


def apply_due(state: BattleState, log: Schedule, context: Context) -> BattleState:
    """Return the state after everything that is due before its tick.

    First come logged commands of a future that was stepped back from, then the schedule, then waiting orders whose
    turn has come; scatters that are over end. What cannot be executed changes nothing, and is remarked.
    """
    state = replace(state, remarks=state.unread, unread=()) if state.remarks or state.unread else state
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
    return state if state.combat is None else lasting.advanced(state, context)


def _applied_if_possible(state: BattleState, command: Command, context: Context) -> BattleState:
    try:
        return apply(state, command, context)
    except InputError as error:
        return remarked(state, error if isinstance(error, PluginError) else str(error))


def _next_waiting(state: BattleState, context: Context) -> BattleState:
    """Return the state in which waiting orders are taken up: where the one before is filled, or gets no further."""
    followed: dict[int, Progress] = {}
    for regiment, waiting in enumerate(state.waiting_orders):
        if not waiting or regiment in state.engagements or not state.takes_orders(regiment):
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
        state = with_orders(state, ((regiment, first.order),), context)
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
        with suppress(FormationError):  # an order that finds no room was not executed
            ordered = ordered.of_more([_known_target(state, command, one, context) for one in command.orders])
    commanded = state.commanded | regiments_of(command)
    return replace(state, executed=state.executed + 1, commanded=commanded, ordered=ordered)


def _known_target(
    state: BattleState, command: GiveOrders, given: tuple[int, Order], context: Context
) -> Float[np.ndarray, "H W"]:
    """Return the target of an order as it is known beforehand: without friends, and with all who mustered."""
    regiment, order = given
    check_number(state, regiment)
    placement = state.placements[regiment]
    # One that waits is in no book yet, and one that was given in combat may be for fewer.
    if command.queued or placement.beside or state.combat is not None:
        placement = placement_of_mass(state, regiment, order, state.mustered[regiment], context)
    return placement.target


def reset(
    simulation: Simulation,
    mass: Float[np.ndarray, "R H W"],
    ground: Ground,
    regiments: tuple[Regiment, ...],
    context: Context,
    combat: Combat | None = None,
) -> Any:
    """Return the simulation's own state with this mass, in which every regiment obeys its controller.

    `combat` is of a battle with combat. Raises PluginError where that fails.
    """
    controllers = [context.controllers[regiment.controller] for regiment in regiments]
    sides = tuple(regiment.side for regiment in regiments)
    with plugin_errors(f"the simulation under {names_of_controllers(regiments)}", PluginError):
        return begun(simulation, mass, ground, controllers, context.seed, sides, combat)


def begun(
    simulation: Simulation,
    mass: Float[np.ndarray, "R H W"],
    ground: Ground,
    controllers: list[Any],
    seed: int,
    sides: tuple[int, ...],
    combat: Combat | None,
) -> Any:
    """Return a simulation's state at its start; one without combat is not asked for any."""
    if combat is None:
        return simulation.reset(mass, ground, controllers, seed, sides)
    fighting: Any = simulation  # has_combat is true of it
    return fighting.reset(mass, ground, controllers, seed, sides, combat=combat)


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
    combat = None
    if state.army is not None:
        combat = combat_of(state, state.army, context.formations, since=state.simulation_state)
    simulation_state = reset(state.simulation, state.mass, state.ground, regiments, context, combat)
    return replace(state, regiments=regiments, simulation_state=simulation_state)
