"""The battlefield: regiments under orders, moved by a simulation, one fixed tick after another. No window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import formations, troops
from engine.formations import Formation, Stand
from engine.orders import Order
from engine.plugin import Ground, Simulation
from engine.stopwatch import Stopwatch
from engine.troops import Flow, Troops

TICKS_PER_SECOND = 30  # at speed 1; the fastest man walks half a cell in a tick
FIELDS = ("mass", "flux_x", "flux_y")  # what the game reads in every tick


class Battlefield:
    """R regiments on one ground. Orders may change at any tick; the mass never does.

    `mass` (R, H, W) is where the regiments muster, `controllers` and `orders` one per regiment, `men` how many soldiers
    are drawn for each. Raises FormationError for an order that names no formation or finds no room.
    """

    def __init__(
        self,
        simulation: Simulation,
        controllers: Sequence[Any],
        ground: Ground,
        roster: Mapping[str, Formation],
        orders: Sequence[Order],
        mass: Float[np.ndarray, "R H W"],
        men: int,
        seed: int = 0,
    ) -> None:
        self.ground = ground
        self.ticks = 0
        self.orders = list(orders)
        self.version = 0  # changes whenever an order does
        self.simulation = simulation
        self.stopwatch = Stopwatch()  # a game puts its own here
        self._controllers = list(controllers)
        self._roster = dict(roster)
        self._seed = seed
        self._totals = mass.sum(axis=(1, 2), dtype=np.float64)
        self.stands = [self._form_up(regiment, order) for regiment, order in enumerate(orders)]
        self._state = simulation.reset(mass, ground, self._controllers, seed)
        self.mass = simulation.read(self._state, ("mass",))["mass"]
        self.troops: list[Troops] = [troops.muster(one, men, seed, self._front(r)) for r, one in enumerate(self.mass)]

    @property
    def mass_start(self) -> float:
        """The mass that mustered, summed exactly."""
        return float(self._totals.sum())

    @property
    def mass_now(self) -> float:
        """The mass on the field, summed exactly."""
        return float(self.mass.sum(dtype=np.float64))

    def overlap(self, regiment: int = 0) -> float:
        """Return the share of the order that is filled. Raises FloatingPointError if the mass is not finite."""
        return formations.overlap(self.mass[regiment], self.stands[regiment].target)

    def give(self, order: Order, regiment: int = 0) -> Stand:
        """Order a regiment into formation and return where it will stand, once pushed inside the field."""
        stand = self._form_up(regiment, order)
        self.stands[regiment] = stand
        self.orders[regiment] = replace(order, centre=stand.centre, angle=stand.angle)
        self.version += 1
        return stand

    def form(self, formation: str, regiment: int = 0) -> Stand:
        """Order another formation, at the same place and with the same front."""
        return self.give(replace(self.orders[regiment], formation=formation), regiment)

    def turn(self, degrees: float, regiment: int = 0) -> Stand:
        """Turn the order clockwise."""
        order = self.orders[regiment]
        return self.give(replace(order, angle=order.angle + degrees), regiment)

    def move(self, right: float, down: float, regiment: int = 0) -> Stand:
        """Move the order by so many cells."""
        order = self.orders[regiment]
        x, y = order.centre
        return self.give(replace(order, centre=(x + right, y + down)), regiment)

    def obey(self, controller: Any, regiment: int = 0) -> None:
        """Let another controller lead a regiment from the next tick on. Mass and men stay as they are."""
        self._controllers[regiment] = controller
        self._state = self.simulation.reset(self.mass, self.ground, self._controllers, self._seed)

    def rehearse(self, controller: Any, regiment: int = 0) -> None:
        """Play two ticks under another controller for nothing, so that all is compiled before it leads.

        Changes nothing here, so that a thread may rehearse while the battle goes on.
        """
        controllers = list(self._controllers)
        controllers[regiment] = controller
        state = self.simulation.reset(self.mass, self.ground, controllers, self._seed)
        for _ in range(2):
            state = self.simulation.tick(state, self._targets())
            self.simulation.read(state, FIELDS)

    def tick(self) -> None:
        """Move everything by one tick."""
        with self.stopwatch.measure("simulation"):
            self._state = self.simulation.tick(self._state, self._targets())
            fields = self.simulation.read(self._state, FIELDS)
        if not np.isfinite(fields["mass"]).all():
            raise FloatingPointError("the mass is not finite: the controller's weights are of no use")
        self.mass = fields["mass"]
        with self.stopwatch.measure("troops"):
            for regiment, men in enumerate(self.troops):
                flow = Flow(*(fields[name][regiment] for name in FIELDS))
                self.troops[regiment] = troops.march(men, flow, self._front(regiment))
        self.ticks += 1

    def planned(self) -> Float[np.ndarray, "R H W 2"] | None:
        """Return what commanders planned in the last tick, in cells per tick; None where the simulation cannot tell."""
        try:
            return self.simulation.read(self._state, ("planned",))["planned"]
        except (AttributeError, KeyError):
            return None

    def _targets(self) -> Float[np.ndarray, "R H W"]:
        return np.stack([stand.target for stand in self.stands])

    def _form_up(self, regiment: int, order: Order) -> Stand:
        formation = formations.pick(self._roster, order.formation)
        mass = float(self._totals[regiment])
        return formations.form_up(formation, mass, self.ground, centre=order.centre, angle=order.angle)

    def _front(self, regiment: int) -> float:
        return math.radians(self.stands[regiment].angle)
