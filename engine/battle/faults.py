"""What a battle does where a controller or the simulation fails: the last good field stays, and the plan takes over.

The change of controllers is a command like any other, so that a replay has it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.battle import execution
from engine.battle.conduct import conduct_of
from engine.battle.ledger import COMBAT_FIELDS, CombatReport, report
from engine.battle.placing import Context
from engine.battle.prefetch import Prefetch
from engine.battle.state import BattleState
from engine.io import InputError, PluginError, plugin_errors
from engine.orders import SetController
from engine.plugin import Simulation

FALLBACK = "plan"  # the controller that takes over
FIELDS = ("mass", "flux_x", "flux_y")  # what the game reads in every tick
MOST_DRIFT = 0.01  # of a regiment's mass that a simulation may lose or make before it counts as broken

Fields = dict[str, np.ndarray]


@dataclass(frozen=True)
class Moved:
    """What came of a tick's simulation: the state that it began from, and what it led to."""

    state: BattleState
    simulation_state: Any
    fields: Fields
    combat: CombatReport | None = None  # in a battle with combat
    commands: tuple[SetController, ...] = ()  # the change of controllers, where one had failed
    controllers: dict[str, Any] = field(default_factory=dict)  # those that were made for it


def moved(state: BattleState, prefetch: Prefetch, context: Context) -> Moved:
    """Return what a tick of the simulation makes of a state. Raises PluginError where it fails."""
    with plugin_errors(f"the simulation under {execution.names_of_controllers(state.regiments)}", PluginError):
        targets = state.targets()
        conduct = conduct_of(state, state.army, context.formations) if state.army else None
        simulation_state = prefetch.tick(state.simulation_state, targets, conduct)
        fields, combat = read_sound(state, simulation_state, FIELDS)
    prefetch.begin(simulation_state, targets, conduct)
    return Moved(state, simulation_state, fields, combat)


def moved_by_plan(state: BattleState, prefetch: Prefetch, context: Context, fault: InputError) -> Moved:
    """Return what a tick makes of a state after a fault, with the plan in the place of the controller at fault.

    Each controller is tried as the one, before all together. Raises the fault where the plan cannot help either.
    """
    controllers: dict[str, Any] = {}
    if FALLBACK not in context.controllers and context.plan is not None:
        try:
            with plugin_errors(FALLBACK):
                controllers[FALLBACK] = context.plan()
        except InputError:  # the fault before it is the one to tell of
            raise fault from fault.__cause__
        context = replace(context, controllers={**context.controllers, **controllers})
    if FALLBACK in context.controllers:
        for regiments in suspects(state):
            commands = tuple(SetController(regiment, FALLBACK) for regiment in regiments)
            led = state
            try:
                for command in commands:
                    led = execution.count(execution.apply(led, command, context), command, context)
                found = moved(led, prefetch, context)
            except InputError:
                continue
            names = ", ".join(state.regiments[regiment].name for regiment in regiments)
            told = PluginError(f"{fault}: the {FALLBACK} takes over {names}")
            told.__cause__ = fault.__cause__ or fault
            return replace(found, state=execution.remarked(led, told), commands=commands, controllers=controllers)
    raise fault


def suspects(state: BattleState) -> Iterator[tuple[int, ...]]:
    """Yield regiments whose controller may be at fault, one controller after another, and then all regiments."""
    led: dict[str, list[int]] = {}
    for regiment, one in enumerate(state.regiments):
        led.setdefault(one.controller, []).append(regiment)
    if len(led) > 1:
        yield from (tuple(regiments) for name, regiments in led.items() if name != FALLBACK)
    yield tuple(range(len(state.regiments)))


def fields_of(state: BattleState, names: tuple[str, ...] = FIELDS) -> tuple[str, ...]:
    """Return the names of the fields that the game reads: of a battle with combat more than these."""
    return names if state.army is None else (*names, *COMBAT_FIELDS)


def read_sound(state: BattleState, simulation_state: Any, names: tuple[str, ...]) -> tuple[Fields, CombatReport | None]:
    """Return those fields of a simulation's state, and with combat the report of who stands, fell and fled.

    Raises ValueError for what is none, and what reading raises.
    """
    every = fields_of(state, names)
    fields = sound_fields(state.simulation, simulation_state, every, state.mustered, state.ground.grid)
    return fields, None if state.army is None else report(fields, state.mustered)


def sound_fields(
    simulation: Simulation, state: Any, names: tuple[str, ...], mustered: tuple[float, ...], grid: tuple[int, int]
) -> Fields:
    """Return the named fields of a simulation's state. Raises ValueError for what is none, and what reading raises.

    What combat takes is judged by `ledger.report`, to the bit; without it a regiment keeps its mass within MOST_DRIFT.
    """
    count, (height, width) = len(mustered), grid
    shapes = {
        "mass": (count, height, width),
        "flux_x": (count, height, width + 1),
        "flux_y": (count, height + 1, width),
    }
    read = simulation.read(state, names)
    fields = {name: np.asarray(read[name]) for name in names}
    for name, array in fields.items():
        if name not in shapes:
            continue
        if array.shape != shapes[name] or array.dtype.kind != "f":
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}, and not floats of {shapes[name]}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} is not finite")
    mass = fields["mass"]
    if (mass < 0).any():
        raise ValueError("mass is below 0")
    if COMBAT_FIELDS[0] in names:
        return fields
    now, before = mass.sum(axis=(1, 2), dtype=np.float64), np.array(mustered)
    if (np.abs(now - before) > MOST_DRIFT * before).any():
        raise ValueError(f"the regiments' mass is {now.tolist()}, and was {before.tolist()}")
    return fields
