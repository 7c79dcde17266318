"""The battle: regiments under orders, moved by a simulation, one fixed tick after another. No window."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import numpy as np
from jaxtyping import Float

from engine import soldiers
from engine.battle import casualties, execution, faults, placing, prefetch
from engine.battle.army import Army, Drill
from engine.battle.conduct import combat_of, shape_of
from engine.battle.digests import TargetDigest
from engine.battle.faults import FIELDS, Moved
from engine.battle.history import REWIND_TICKS, History
from engine.battle.placing import Context
from engine.battle.state import BattleState, OrderBook
from engine.formations import Formation, Placement
from engine.io import InputError, plugin_errors
from engine.orders import Command, Given, GiveOrders, Order, Pace, Schedule, moved, turned, with_formation
from engine.plugin import Ground, Simulation
from engine.scenarios import Regiment
from engine.soldiers import Flow, Soldiers

TICKS_PER_SECOND = 30  # at speed 1; the fastest soldier walks half a cell in a tick
Made = TypeVar("Made")


class Run(Protocol):
    """Does what may take long, and returns what came of it."""

    def __call__(self, job: Callable[[], Made]) -> Made: ...


def at_once(job: Callable[[], Made]) -> Made:
    """Do it here and now."""
    return job()


class Battle:
    """R regiments on one ground, in sides. Commands may come at any tick; without combat the mass never changes.

    `mass` (R, H, W) is the regiments' mass at the start, and `first` the order of each. `controllers` are by the names
    that regiments and commands use. `schedule` is executed tick by tick, except for regiments that were commanded: a
    command takes a regiment out of it. `log` is what was commanded; a replay keeps it. `ordered` is a digest of the
    targets of the first orders and of the schedule. `plan` makes the controller that takes over where another fails.
    With an `army` the regiments fight; the simulation has to have combat.
    Raises FormationError for an order that names no formation or finds no room, and PluginError where the simulation
    fails.

    `state` is all that changes from tick to tick. `measure` times a part of the tick, for a profiler;
    `step_soldiers` moves the soldiers of a regiment; `run` does what asks the simulation, and a tick or a command from
    which it raises changes nothing. A game may replace all three.
    """

    def __init__(
        self,
        simulation: Simulation,
        controllers: Mapping[str, Any],
        ground: Ground,
        formations: Mapping[str, Formation],
        regiments: Sequence[Regiment],
        first: Sequence[Order],
        mass: Float[np.ndarray, "R H W"],
        seed: int = 0,
        schedule: Schedule = (),
        log: Schedule = (),
        ordered: TargetDigest | None = None,
        plan: Callable[[], Any] | None = None,
        army: Army | None = None,
    ) -> None:
        self.measure: Callable[[str], AbstractContextManager[None]] = lambda part: nullcontext()
        self.step_soldiers: Callable[..., Soldiers] = soldiers.step
        self.run: Run = at_once
        self.log = list(log)
        self._context = Context(dict(formations), dict(controllers), schedule, seed, plan)
        self._prefetch = prefetch.Prefetch(simulation)
        self._history = History()
        state = self._initial_state(simulation, ground, tuple(regiments), tuple(first), mass, army)
        self.state = replace(state, ordered=ordered or TargetDigest())

    def _initial_state(
        self,
        simulation: Simulation,
        ground: Ground,
        regiments: tuple[Regiment, ...],
        first: tuple[Order, ...],
        mass: Float[np.ndarray, "R H W"],
        army: Army | None,
    ) -> BattleState:
        count = len(regiments)
        walks: Pace = "walk"
        state = BattleState(
            tick=0,
            ground=ground,
            simulation=simulation,
            simulation_state=None,
            mass=mass,
            soldiers=(),
            regiments=regiments,
            mustered=tuple(mass.sum(axis=(1, 2), dtype=np.float64).tolist()),
            book=OrderBook((), (), ()),
            army=army,
            paces=(walks,) * count if army else (),
            drills=tuple(Drill(shape_of(order)) for order in first) if army else (),
        )
        if army is None:
            state = self._begun(state)  # first, for it may hold the mass a little otherwise
        placements = tuple(
            placing.placement_of(state, regiment, order, self._context) for regiment, order in enumerate(first)
        )
        orders = tuple(
            replace(order, centre=placement.centre, angle=placement.angle)
            for order, placement in zip(first, placements, strict=True)
        )
        state = replace(state, book=OrderBook(orders, placements, ((),) * count))
        if army is not None:
            state = self._begun(state)
        spawned = tuple(
            soldiers.spawn(one, regiment.soldiers, self._context.seed, math.radians(placement.angle))
            for one, regiment, placement in zip(state.mass, regiments, placements, strict=True)
        )
        return replace(state, soldiers=spawned)

    def _begun(self, state: BattleState) -> BattleState:
        """Return the state as the simulation holds it at the start."""
        combat = combat_of(state, state.army, self._context.formations) if state.army else None
        begun = execution.reset(state.simulation, state.mass, state.ground, state.regiments, self._context, combat)
        with plugin_errors("the simulation at its start"):
            fields, report = faults.read_sound(state, begun, ("mass",))
        return replace(state, simulation_state=begun, mass=fields["mass"], combat=report, lost=casualties.lost(fields))

    @property
    def controllers(self) -> Mapping[str, Any]:
        """The controllers that may lead a regiment, by name."""
        return MappingProxyType(dict(self._context.controllers))

    @property
    def formations(self) -> Mapping[str, Formation]:
        """The formations that can be ordered, by name."""
        return MappingProxyType(dict(self._context.formations))

    @property
    def executed_log(self) -> Schedule:
        """The commands until now, without those of a future that was stepped back from."""
        return tuple(self.log[: self.state.executed])

    def preview(self, regiment: int, order: Order) -> Placement:
        """Return a regiment's placement under an order. Raises FormationError if there is none."""
        return self.previews(((regiment, order),))[0]

    def previews(self, given: Given) -> list[Placement]:
        """Return the placements of orders that would be given together. Raises FormationError if there is none."""
        return placing.placed(self.state, given, self._context)

    def unfitted(self, given: Given) -> list[Placement]:
        """Return the placements that orders would have on a field without closed cells, to show what is refused.

        Raises FormationError if there is none.
        """
        return placing.unfitted(self.state, given, self._context)

    def depth(self, regiment: int, order: Order) -> float:
        """Return how deep a regiment would stand in the order's formation, in cells; faster than a preview."""
        return placing.depth_of(self.state, regiment, order, self._context)

    # Commands.

    def execute(self, command: Command) -> None:
        """Execute a command, before the next tick. Raises FormationError, and changes nothing, where that fails.

        So does PluginError, where a controller cannot lead. Commands of a future that was stepped back from are
        dropped.
        """
        before = self.state
        applied = self.run(partial(self._applied, before, command))
        told = applied.remarks[len(before.remarks) :]
        applied = replace(applied, remarks=before.remarks, unread=(*before.unread, *told))
        self.state = execution.count(applied, command, self._context)
        self.log[before.executed :] = [(before.tick, command)]

    def _applied(self, before: BattleState, command: Command) -> BattleState:
        self._prefetch.settle()  # a command may ask the simulation, which does one thing at a time
        return execution.apply(before, command, self._context)

    def give(self, order: Order, regiment: int = 0) -> Placement:
        """Give one regiment an order and return its placement."""
        self.execute(GiveOrders(((regiment, order),)))
        return self.state.placements[regiment]

    def form(self, formation: str, regiment: int = 0) -> Placement:
        """Order another formation, at the same place and with the same front."""
        order, place = self.state.last_order(regiment)
        return self.give(with_formation(order, formation, place), regiment)

    def turn(self, degrees: float, regiment: int = 0) -> Placement:
        """Turn the order clockwise."""
        return self.give(turned(self.state.orders[regiment], degrees), regiment)

    def move(self, right: float, down: float, regiment: int = 0) -> Placement:
        """Move the order by so many cells."""
        return self.give(moved(self.state.orders[regiment], right, down), regiment)

    def add_formations(self, formations: Mapping[str, Formation]) -> None:
        """Add formations. Earlier ones stay, for later orders may name one whose file was removed."""
        self._context = replace(self._context, formations={**self._context.formations, **formations})

    def add_controller(self, name: str, controller: Any) -> None:
        """Add a controller, by the name that commands use."""
        self._context = replace(self._context, controllers={**self._context.controllers, name: controller})

    def warm_up(self, controller: Any, regiments: Sequence[int] = (0,)) -> None:
        """Play two ticks under another controller and drop them, so that all is compiled before it leads.

        The battle does not change, so that a thread may do this while it goes on.
        """
        state = self.state
        controllers = [self._context.controllers[one.controller] for one in state.regiments]
        for regiment in regiments:
            controllers[regiment] = controller
        sides = tuple(one.side for one in state.regiments)
        combat, conduct = None, None
        if state.army is not None:
            combat = combat_of(state, state.army, self._context.formations, since=state.simulation_state)
            conduct = combat.conduct
        seed = self._context.seed
        played = execution.begun(state.simulation, state.mass, state.ground, controllers, seed, sides, combat)
        for _ in range(2):
            played = prefetch.tick(state.simulation, played, state.targets(), conduct)
            state.simulation.read(played, faults.fields_of(state))

    # Time.

    def begin_ticks(self, beside: prefetch.Beside) -> None:
        """Have each tick begun by `beside` as soon as the one before is read, while the caller goes on."""
        self._prefetch.beside = beside

    def tick(self) -> None:
        """Move everything by one tick. `state.remarks` then says what the player should know of it.

        Where a controller fails, the plan takes over. Raises PluginError, and changes nothing, where that fails too.
        """
        self._history.keep(self.state)
        with self.measure("simulation"):
            moved = self.run(partial(self._moved, self.state, tuple(self.log)))
        state, fields = moved.state, moved.fields
        with self.measure("soldiers"):
            state = casualties.taken(state, moved, self._context.seed)
            stepped = tuple(self._stepped(state, regiment, fields) for regiment in range(len(state.regiments)))
        for name, controller in moved.controllers.items():
            self.add_controller(name, controller)
        earlier = state.executed - len(moved.commands)
        self.log[earlier:earlier] = [(state.tick, command) for command in moved.commands]
        after = replace(
            state, tick=state.tick + 1, simulation_state=moved.simulation_state, mass=fields["mass"], soldiers=stepped
        )
        self.state = replace(after, moved_by=state.moved_by | {after.moving_name})

    def _moved(self, before: BattleState, log: Schedule) -> Moved:
        state = execution.apply_due(before, log, self._context)
        try:
            return faults.moved(state, self._prefetch, self._context)
        except InputError as fault:
            return faults.moved_by_plan(state, self._prefetch, self._context, fault)

    def _stepped(self, state: BattleState, regiment: int, fields: Mapping[str, np.ndarray]) -> Soldiers:
        if not len(state.soldiers[regiment]):
            return state.soldiers[regiment]
        placement = state.placements[regiment]
        flow = Flow(*(fields[name][regiment] for name in FIELDS))
        front = math.radians(placement.angle) if state.combat is None else casualties.front_of(state.combat, regiment)
        return self.step_soldiers(state.soldiers[regiment], flow, front, placement, state.ground.open_cells)

    def step_back(self, ticks: int = 1) -> None:
        """Go so many ticks back, though not further than the last ten seconds.

        `tick` then leads to the same future again, until another command makes a new one.
        """
        self._history.keep(self.state)
        wanted = max(self.state.tick - min(ticks, REWIND_TICKS), 0)
        self.state = self._history.latest(wanted)
        while self.state.tick < wanted:
            self.tick()
