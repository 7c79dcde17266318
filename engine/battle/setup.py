"""The setup of a game: a scenario, formations, and the makers of its simulation and controllers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import units
from engine.battle import scatter
from engine.battle.army import Army
from engine.battle.battle import Battle
from engine.battle.digests import TargetDigest
from engine.battle.faults import FALLBACK
from engine.formations import (
    Formation,
    FormationError,
    Placement,
    check_mass,
    crowd,
    lookup,
    muster_order,
    part_of,
    place_order,
)
from engine.io import InputError, PluginError, plugin_errors
from engine.orders import GiveOrders, Order, Scatter, Schedule, SetController
from engine.plugin import Ground, Simulation, has_combat
from engine.scenarios import SIMULATION, Scenario, check_budget, check_reach, check_units
from engine.units import Unit


@dataclass(frozen=True)
class BattleSetup:
    """A game as requested. Nothing in it has imported or compiled anything yet."""

    simulation: Callable[[], Simulation]
    controllers: Mapping[str, Callable[[], Any]]  # by name, in the order of Tab
    formations: Mapping[str, Formation]
    scenario: Scenario
    log: Schedule = ()  # the player's commands, where this is a replay
    models: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)  # files that a replay of it carries along
    simulation_name: str = SIMULATION  # as it is installed
    units: Mapping[str, Unit] = field(default_factory=dict)  # by name, those of its regiments where there is combat

    @property
    def ground(self) -> Ground:
        """The scenario's ground."""
        return self.scenario.ground

    def check(self) -> None:
        """Raise InputError for a battle that cannot be built; compiles nothing.

        It is beyond the budget, an order names no formation, a regiment no unit, or the ground cannot hold the army.
        """
        check_units(self.scenario, self.units)
        check_reach(self.scenario, self.units)
        check_budget(self.scenario, self.log)
        check_mass(sum(regiment.mass for regiment in self.scenario.regiments), self.ground)
        self.initial_mass()
        self.targets  # noqa: B018, raises
        for tick, command in (*self.scenario.schedule, *self.log):
            if isinstance(command, Scatter):
                with _named(f"the charge at tick {tick}"):
                    scatter.begin(command, tick, self.ground)

    @cached_property
    def targets(self) -> tuple[TargetDigest, TargetDigest]:
        """Digests of the targets of the first orders and the schedule, and of these and the log. Raises FormationError.

        Many orders take seconds to place, so they are placed once. A logged order that finds no place counts as one
        that was not executed: a replay of other rules goes on.
        """
        regiments = self.scenario.regiments
        first = (self._placement(r, order).target for r, order in enumerate(self.scenario.orders))
        start = TargetDigest().of_more(first)
        for tick, number, order in _orders_in(self.scenario.schedule):
            with _named(f"'{regiments[number].name}' at tick {tick}"):
                start = start.of_more([self._placement(number, order).target])
        played = start
        for _, number, order in _orders_in(self.log):
            with suppress(FormationError):
                played = played.of_more([self._placement(number, order).target])
        return start, played

    def initial_mass(self) -> Float[np.ndarray, "R H W"]:
        """Return the mass at the start. Raises FormationError where regiments overlap, or one stands in a wall."""
        return self._start

    @cached_property
    def _start(self) -> Float[np.ndarray, "R H W"]:
        regiments = self.scenario.regiments
        if self.scenario.heaped:
            return np.stack([crowd(regiment.mass, self.ground) for regiment in regiments])
        targets: list[Float[np.ndarray, "H W"]] = []
        for regiment, order in zip(regiments, self.scenario.orders, strict=True):
            with _named(repr(regiment.name)):
                target = muster_order(order, self._formation(order), regiment.mass, self.ground).target
            for other, earlier in zip(regiments, targets, strict=False):
                if (target + earlier > self.ground.capacity).any():
                    raise FormationError(f"{other.name!r} and {regiment.name!r} muster on the same ground: move one")
            targets.append(target)
        if (np.sum(targets, axis=0) > self.ground.capacity).any():
            raise FormationError("too many regiments muster on the same ground: move some")
        return np.stack(targets)

    @cached_property
    def _parts(self) -> tuple[int, ...]:
        """The part of the ground that each regiment stands in, from the start to the end."""
        return tuple(part_of(mass, self.ground) for mass in self._start)

    def _placement(self, regiment: int, order: Order) -> Placement:
        mass, part = self.scenario.regiments[regiment].mass, self._parts[regiment]
        return place_order(order, self._formation(order), mass, self.ground, part)

    def _formation(self, order: Order) -> Formation:
        return lookup(self.formations, order.formation)

    def controller_names(self) -> list[str]:
        """Return the names of the controllers that are needed from the start, each once."""
        commands = (command for _, command in (*self.scenario.schedule, *self.log))
        later = [command.controller for command in commands if isinstance(command, SetController)]
        return list(dict.fromkeys([*(regiment.controller for regiment in self.scenario.regiments), *later]))

    def build(self) -> Battle:
        """Import, compile and set up everything, which takes seconds.

        Raises PluginError, which names it, where a simulation or a controller fails, and InputError where the
        simulation lacks the combat that the scenario asks for.
        """
        with plugin_errors("the simulation"):
            simulation = self.simulation()
        if self.scenario.combat and not has_combat(simulation):
            raise InputError(without_combat(self.simulation_name))
        controllers = {}
        for name in self.controller_names():
            with plugin_errors(self.controller_label(name)):
                controllers[name] = self.controllers[name]()
        mass = self.initial_mass()
        try:
            battle = Battle(
                simulation,
                controllers,
                self.ground,
                self.formations,
                self.scenario.regiments,
                self.scenario.orders,
                mass,
                self.scenario.seed,
                self.scenario.schedule,
                self.log,
                self.targets[0],
                self.controllers.get(FALLBACK),
                self.army(),
            )
        except PluginError:
            for name, controller in controllers.items():  # which of them is it?
                with plugin_errors(self.controller_label(name)):
                    simulation.reset(mass[:1], self.ground, [controller], self.scenario.seed, (0,))
            raise
        for name, controller in controllers.items():
            with plugin_errors(self.controller_label(name)):
                battle.warm_up(controller)
        return battle

    def army(self) -> Army | None:
        """Return what combat has to know of the regiments; None without combat."""
        if not self.scenario.combat:
            return None
        regiments = self.scenario.regiments
        return Army(
            self.scenario.cell_metres,
            tuple(units.lookup(self.units, one.unit) for one in regiments),
            tuple(one.mass / one.soldiers for one in regiments),
            self._parts,
        )

    def controller_label(self, name: str) -> str:
        """Return how error lines name a controller: as what makes it is labelled, or by its name."""
        return getattr(self.controllers[name], "label", name)


def without_combat(simulation: str) -> str:
    """Return the line for a simulation that lacks the combat which a scenario asks for."""
    return f"field 'combat' asks for combat, and the simulation {simulation!r} has none"


def _orders_in(schedule: Schedule) -> Iterator[tuple[int, int, Order]]:
    """Yield the tick, the regiment and the order of all orders in a schedule."""
    for tick, command in schedule:
        if isinstance(command, GiveOrders):
            for regiment, order in command.orders:
                yield tick, regiment, order


@contextmanager
def _named(whose: str) -> Iterator[None]:
    """Put before an error whose order it was."""
    try:
        yield
    except FormationError as error:
        raise FormationError(f"{whose}: {error}") from None
