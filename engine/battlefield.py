"""The battlefield: regiments under orders, moved by a simulation, one fixed tick after another. No window."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import charges, formations, orders, troops
from engine.ahead import Ahead
from engine.charges import Onslaught
from engine.commands import Charge, Command, Form, Halt, Obey, commanded, sparing
from engine.formations import Formation, FormationError, Stand
from engine.history import REACH, History, Moment
from engine.orders import Order
from engine.plugin import Ground, Simulation
from engine.regiments import Regiment
from engine.stands import stand_on, take_stand
from engine.stopwatch import Stopwatch
from engine.troops import Flow, Troops

TICKS_PER_SECOND = 30  # at speed 1; the fastest man walks half a cell in a tick
FIELDS = ("mass", "flux_x", "flux_y")  # what the game reads in every tick
STANDS = 0.9  # overlap from which a regiment goes on to its next waypoint

Timed = tuple[tuple[int, Command], ...]  # commands, each with the tick before which it is carried out


class Battlefield:
    """R regiments on one ground, in sides. Commands may come at any tick; the mass never changes.

    `mass` (R, H, W) is where the regiments muster, and `first` the order of each. `leaders` are the controllers by the
    names that regiments know them by. `script` is carried out tick by tick, but for regiments that were commanded: a
    command takes a regiment out of it. `log` is what was commanded, and what a replay will be. Raises FormationError
    for an order that names no formation or finds no room.
    """

    def __init__(
        self,
        simulation: Simulation,
        leaders: Mapping[str, Any],
        ground: Ground,
        roster: Mapping[str, Formation],
        regiments: Sequence[Regiment],
        first: Sequence[Order],
        mass: Float[np.ndarray, "R H W"],
        seed: int = 0,
        script: Timed = (),
        log: Timed = (),
    ) -> None:
        self.ground = ground
        self.ticks = 0
        self.version = 0  # changes whenever an order does
        self.simulation = simulation
        self._ahead = Ahead(simulation)
        self.stopwatch = Stopwatch()  # a game puts its own here
        self.march: Callable[..., Troops] = troops.march  # a view that moves many men faster puts its own here
        self.regiments = tuple(regiments)
        self.leaders = dict(leaders)
        self.log = list(log)
        self._script = script
        self._carried_out = 0  # how many commands of the log
        self._commanded: frozenset[int] = frozenset()  # by the log, and so out of the script
        self._roster = dict(roster)
        self._seed = seed
        self._totals = mass.sum(axis=(1, 2), dtype=np.float64)
        self.stands = [self.preview(regiment, order) for regiment, order in enumerate(first)]
        self.orders = [_as_it_stands(order, stand) for order, stand in zip(first, self.stands, strict=True)]
        self.queued: list[tuple[Order, ...]] = [()] * len(self.regiments)
        self._onslaughts: tuple[Onslaught, ...] = ()
        self._scattered: dict[int, Float[np.ndarray, "H W"]] = {}
        self._state = self._reset(mass, self.regiments)
        self.mass = simulation.read(self._state, ("mass",))["mass"]
        self.troops: list[Troops] = [
            troops.muster(one, regiment.men, seed, self._front(r))
            for r, (one, regiment) in enumerate(zip(self.mass, self.regiments, strict=True))
        ]
        self._history = History()

    @property
    def told(self) -> Timed:
        """What was commanded until now, without what lies in a future that was stepped back from."""
        return tuple(self.log[: self._carried_out])

    @property
    def mass_start(self) -> float:
        """The mass that mustered, summed exactly."""
        return float(self._totals.sum())

    @property
    def mass_now(self) -> float:
        """The mass on the field, summed exactly."""
        return float(self.mass.sum(dtype=np.float64))

    @property
    def velocity(self) -> Float[np.ndarray, "R H W 2"]:
        """What the controllers commanded in the last tick, in cells per tick."""
        return self.simulation.read(self._state, ("velocity",))["velocity"]

    def planned(self) -> Float[np.ndarray, "R H W 2"] | None:
        """Return what commanders planned in the last tick, in cells per tick; None where the simulation cannot tell."""
        try:
            return self.simulation.read(self._state, ("planned",))["planned"]
        except (AttributeError, KeyError):
            return None

    def overlap(self, regiment: int = 0) -> float:
        """Return the share of the order that is filled. Raises FloatingPointError if the mass is not finite."""
        return formations.overlap(self.mass[regiment], self.stands[regiment].target)

    def preview(self, regiment: int, order: Order) -> Stand:
        """Return where a regiment would stand under an order. Raises FormationError if it cannot be done."""
        if regiment not in range(len(self.regiments)):
            raise FormationError(f"there is no regiment {regiment}: they are 0 to {len(self.regiments) - 1}")
        formation = formations.pick(self._roster, order.formation)
        return take_stand(order, formation, float(self._totals[regiment]), self.ground)

    def depth(self, regiment: int, order: Order) -> float:
        """Return how deep a regiment would stand in the order's formation, in cells; sooner found than a preview."""
        formation, mass = formations.pick(self._roster, order.formation), float(self._totals[regiment])
        return formations.sized(formation, mass, self.ground, math.radians(order.angle), order.frontage)[1]

    # Commands.

    def carry_out(self, command: Command) -> None:
        """Do what was commanded, before the next tick. Raises FormationError, and changes nothing, where it cannot.

        Whatever was commanded later on, before a step back, is forgotten.
        """
        self._obey(command)
        self.log[self._carried_out :] = [(self.ticks, command)]
        self._count(command)

    def give(self, order: Order, regiment: int = 0) -> Stand:
        """Order one regiment and return where it will stand."""
        self.carry_out(Form(((regiment, order),)))
        return self.stands[regiment]

    def form(self, formation: str, regiment: int = 0) -> Stand:
        """Order another formation, at the same place and with the same front."""
        return self.give(orders.another(self.orders[regiment], formation), regiment)

    def turn(self, degrees: float, regiment: int = 0) -> Stand:
        """Turn the order clockwise."""
        return self.give(orders.turned(self.orders[regiment], degrees), regiment)

    def move(self, right: float, down: float, regiment: int = 0) -> Stand:
        """Move the order by so many cells."""
        return self.give(orders.moved(self.orders[regiment], right, down), regiment)

    def enlist(self, roster: Mapping[str, Formation]) -> None:
        """Know these formations from now on, and those before: orders to come may still name one that went away."""
        self._roster |= roster

    def rehearse(self, controller: Any, regiments: Sequence[int] = (0,)) -> None:
        """Play two ticks under another controller for nothing, so that all is compiled before it leads.

        Changes nothing here, so that a thread may rehearse while the battle goes on.
        """
        leaders = [self.leaders[one.controller] for one in self.regiments]
        for regiment in regiments:
            leaders[regiment] = controller
        state = self.simulation.reset(self.mass, self.ground, leaders, self._seed, self._sides)
        for _ in range(2):
            state = self.simulation.tick(state, self._targets())
            self.simulation.read(state, FIELDS)

    # Time.

    def tick(self) -> None:
        """Move everything by one tick."""
        self._history.keep(self._moment())
        self._carry_out_due()
        with self.stopwatch.measure("simulation"):
            self._state = self._ahead.tick(self._state, self._targets())
            fields = self.simulation.read(self._state, FIELDS)
            self._ahead.begin(self._state, self._targets())
        if not np.isfinite(fields["mass"]).all():
            raise FloatingPointError("the mass is not finite: the controller's weights are of no use")
        self.mass = fields["mass"]
        with self.stopwatch.measure("troops"):
            for regiment, men in enumerate(self.troops):
                flow = Flow(*(fields[name][regiment] for name in FIELDS))
                self.troops[regiment] = self.march(
                    men, flow, self._front(regiment), self.stands[regiment], self.ground.open_cells
                )
        self.ticks += 1

    def step_back(self, ticks: int = 1) -> None:
        """Go so many ticks back, though not further than the last ten seconds.

        `tick` then leads to the same future again, until another command makes a new one.
        """
        self._history.keep(self._moment())
        wanted = max(self.ticks - min(ticks, REACH), 0)
        moment = self._history.latest(wanted)
        assert moment is not None
        self._return_to(moment)
        while self.ticks < wanted:
            self.tick()

    def _carry_out_due(self) -> None:
        """Carry out what is due before this tick: the log of a future that was stepped back from, script, waypoints."""
        while self._carried_out < len(self.log) and self.log[self._carried_out][0] <= self.ticks:
            command = self.log[self._carried_out][1]
            self._obey(command)
            self._count(command)
        for tick, command in self._script:
            if tick == self.ticks:
                self._obey(sparing(command, self._commanded))
        for regiment, queue in enumerate(self.queued):
            if queue and self.overlap(regiment) >= STANDS:
                self._line_up(regiment, queue[0], self.preview(regiment, queue[0]), queue[1:])
        if any(one.until <= self.ticks for one in self._onslaughts):
            self._onslaughts = tuple(one for one in self._onslaughts if one.until > self.ticks)
            if not self._onslaughts:
                self._scattered = {}

    def _count(self, command: Command) -> None:
        """Remember that a command of the log was carried out, and that its regiments have left the script."""
        self._carried_out += 1
        self._commanded |= commanded(command)

    def _obey(self, command: Command) -> None:
        match command:
            case Form(given, queued):
                stands = [self.preview(regiment, order) for regiment, order in given]
                for (regiment, order), stand in zip(given, stands, strict=True):
                    if queued:
                        self.queued[regiment] += (_as_it_stands(order, stand),)
                        self.version += 1
                    else:
                        self._line_up(regiment, order, stand)
            case Halt(regiments):
                for regiment in regiments:
                    self.preview(regiment, self.orders[regiment])
                for regiment in regiments:
                    order, stand = self.orders[regiment], stand_on(self.mass[regiment], self.stands[regiment].angle)
                    self._line_up(regiment, orders.another(order, order.formation), stand)
            case Charge():
                onslaughts = (*self._onslaughts, charges.begin(command, self.ticks, self.ground))
                self._scattered = self._scattered | charges.scattered(self.mass, onslaughts, self.ground)
                self._onslaughts = onslaughts
            case Obey(regiment, controller):
                self._follow(regiment, controller)

    def _line_up(self, regiment: int, order: Order, stand: Stand, queue: tuple[Order, ...] = ()) -> None:
        self.stands[regiment] = stand
        self.orders[regiment] = _as_it_stands(order, stand)
        self.queued[regiment] = queue
        self.version += 1

    def _follow(self, regiment: int, controller: str) -> None:
        """Let another controller lead a regiment from the next tick on. Mass and men stay as they are."""
        if controller not in self.leaders or regiment not in range(len(self.regiments)):
            raise FormationError(f"regiment {regiment} cannot obey '{controller}': nobody of that name has mustered")
        led = list(self.regiments)
        led[regiment] = replace(led[regiment], controller=controller)
        self.regiments = tuple(led)
        self._state = self._reset(self.mass, self.regiments)

    def _reset(self, mass: Float[np.ndarray, "R H W"], regiments: Sequence[Regiment]) -> Any:
        leaders = [self.leaders[regiment.controller] for regiment in regiments]
        return self.simulation.reset(mass, self.ground, leaders, self._seed, self._sides)

    @property
    def _sides(self) -> tuple[int, ...]:
        return tuple(regiment.side for regiment in self.regiments)

    def _targets(self) -> Float[np.ndarray, "R H W"]:
        return np.stack([self._scattered.get(r, stand.target) for r, stand in enumerate(self.stands)])

    def _front(self, regiment: int) -> float:
        return math.radians(self.stands[regiment].angle)

    def _moment(self) -> Moment:
        return Moment(
            self.ticks,
            self._state,
            self.mass,
            tuple(self.troops),
            self.regiments,
            tuple(self.orders),
            tuple(self.stands),
            tuple(self.queued),
            self._onslaughts,
            self._scattered,
            self._carried_out,
            self._commanded,
        )

    def _return_to(self, moment: Moment) -> None:
        self.ticks, self._state, self.mass, self.regiments = moment.ticks, moment.state, moment.mass, moment.regiments
        self.troops, self.orders, self.stands = list(moment.troops), list(moment.orders), list(moment.stands)
        self.queued, self._onslaughts = list(moment.queued), moment.onslaughts
        self._scattered = moment.scattered
        self._carried_out, self._commanded = moment.carried_out, moment.commanded
        self.version += 1


def _as_it_stands(order: Order, stand: Stand) -> Order:
    return replace(order, centre=stand.centre, angle=stand.angle)
