"""A battle at one tick, as values that never change, so that it can be kept and rewound."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from engine import formations
from engine.battle.army import Army, Drill
from engine.battle.digests import TargetDigest
from engine.battle.engagement import Engagement
from engine.battle.ledger import CombatReport, mass_of
from engine.battle.progress import Progress
from engine.battle.scatter import ActiveScatter
from engine.formations import Placement
from engine.io import InputError, PluginError, plugin_errors
from engine.orders import Order, Pace, Place
from engine.plugin import Ground, Simulation
from engine.scenarios import Regiment
from engine.soldiers import NONE_FALLEN, Fallen, Soldiers

_versions = count(1)


@dataclass(frozen=True)
class WaitingOrder:
    """An order that waits for those before it, and where the regiment will stand under it."""

    order: Order
    place: Place  # as the order is fitted to the ground


@dataclass(frozen=True)
class Aside:
    """An order as it was meant, before it was shifted beside a friend, and the tick of that."""

    order: Order
    since: int


@dataclass(frozen=True, eq=False)
class OrderBook:
    """The order of every regiment, its placement, the orders that wait, and who was shifted beside a friend."""

    orders: tuple[Order, ...]
    placements: tuple[Placement, ...]
    waiting: tuple[tuple[WaitingOrder, ...], ...]
    aside: Mapping[int, Aside] = field(default_factory=lambda: MappingProxyType({}))  # by regiment
    as_they_stood: frozenset[int] = frozenset()  # regiments that halted, in no formation
    gone: frozenset[int] = frozenset()  # regiments of which nobody is left
    version: int = field(init=False, default_factory=lambda: next(_versions), compare=False)  # no two books share one

    def with_order(
        self,
        regiment: int,
        order: Order,
        placement: Placement,
        waiting: tuple[WaitingOrder, ...] = (),
        aside: Aside | None = None,
        as_it_stood: bool = False,
    ) -> OrderBook:
        """Return the book in which one regiment has another order, and others that wait after it."""
        others_stood = self.as_they_stood - {regiment}
        others = {other: one for other, one in self.aside.items() if other != regiment}
        return OrderBook(
            _replaced(self.orders, regiment, replace(order, centre=placement.centre, angle=placement.angle)),
            _replaced(self.placements, regiment, placement),
            _replaced(self.waiting, regiment, waiting),
            MappingProxyType(others if aside is None else {**others, regiment: aside}),
            others_stood | {regiment} if as_it_stood else others_stood,
            self.gone,
        )

    def with_waiting(self, regiment: int, order: Order, placement: Placement, place: Place) -> OrderBook:
        """Return the book in which one more order of a regiment waits for those before it, with its `place`."""
        placed = WaitingOrder(replace(order, centre=placement.centre, angle=placement.angle), place)
        return replace(self, waiting=_replaced(self.waiting, regiment, (*self.waiting[regiment], placed)))

    def with_only_waiting(self, regiment: int, waiting: tuple[WaitingOrder, ...]) -> OrderBook:
        """Return the book in which these orders of a regiment, and no others, wait for the one that it has."""
        return replace(self, waiting=_replaced(self.waiting, regiment, waiting))

    def with_placement(self, regiment: int, placement: Placement) -> OrderBook:
        """Return the book in which the order of a regiment is placed anew; all else stays."""
        order = replace(self.orders[regiment], centre=placement.centre, angle=placement.angle)
        return replace(
            self,
            orders=_replaced(self.orders, regiment, order),
            placements=_replaced(self.placements, regiment, placement),
        )

    def without(self, regiment: int) -> OrderBook:
        """Return the book in which no order of a regiment counts any more, for nobody of it is left."""
        return replace(self.with_only_waiting(regiment, ()), gone=self.gone | {regiment})

    @cached_property
    def masses(self) -> tuple[float, ...]:
        """The mass of each regiment's target."""
        return tuple(float(placement.target.sum(dtype=np.float64)) for placement in self.placements)

    @cached_property
    def target(self) -> Float[np.ndarray, "H W"]:
        """The density that all regiments together are ordered to make."""
        left = [one.target for regiment, one in enumerate(self.placements) if regiment not in self.gone]
        return np.sum(left, axis=0) if left else np.zeros_like(self.placements[0].target)

    @cached_property
    def target_outline(self) -> Float[np.ndarray, "H W"]:
        """The target, at most 1: where regiments are ordered onto each other it is one shape."""
        return np.minimum(self.target, 1.0)


@dataclass(frozen=True, eq=False)
class BattleState:
    """A battle at one tick: everything that the next tick depends on. Derived values are computed once."""

    tick: int
    ground: Ground
    simulation: Simulation
    simulation_state: Any  # opaque: the simulation's own
    mass: Float[np.ndarray, "R H W"]
    soldiers: tuple[Soldiers, ...]  # of each regiment
    regiments: tuple[Regiment, ...]
    mustered: tuple[float, ...]  # the mass of each regiment at the start, summed exactly
    book: OrderBook
    scatters: tuple[ActiveScatter, ...] = ()
    # Targets of the regiments that scatters have hit, by regiment.
    scatter_targets: Mapping[int, Float[np.ndarray, "H W"]] = field(default_factory=lambda: MappingProxyType({}))
    executed: int = 0  # number of commands of the log
    commanded: frozenset[int] = frozenset()  # regiments that have left the schedule
    ordered: TargetDigest = field(default_factory=TargetDigest)  # of all orders' targets, those of the log until now
    progress: Mapping[int, Progress] = field(default_factory=lambda: MappingProxyType({}))  # where orders wait
    moved_by: frozenset[str] = frozenset()  # names of the simulations that moved the mass until now
    remarks: tuple[str | PluginError, ...] = ()  # what the player should know of the last tick
    unread: tuple[str | PluginError, ...] = ()  # likewise, of commands since then
    # What follows is of a battle with combat.
    army: Army | None = None  # None: there is no combat
    combat: CombatReport | None = None
    lost: Mapping[str, Int[np.ndarray, "R H W"]] = field(default_factory=lambda: MappingProxyType({}))  # see `LOST`
    fallen: Fallen = NONE_FALLEN
    paces: tuple[Pace, ...] = ()  # of each regiment, as it is ordered
    drills: tuple[Drill, ...] = ()  # of each regiment
    engagements: Mapping[int, Engagement] = field(default_factory=lambda: MappingProxyType({}))  # by regiment

    @property
    def moving(self) -> Simulation:
        """The simulation that this state is of: of one that has another stand by, whichever plays."""
        used_by = getattr(self.simulation, "used_by", None)
        found: Simulation = self.simulation if used_by is None else used_by(self.simulation_state)
        return found

    @property
    def moving_name(self) -> str:
        """That simulation's name, where it has any, or else an empty one."""
        name_of = getattr(self.simulation, "name_of", None)
        return str(getattr(self.simulation, "name", "") if name_of is None else name_of(self.simulation_state))

    @property
    def orders(self) -> tuple[Order, ...]:
        """The order of each regiment."""
        return self.book.orders

    @property
    def placements(self) -> tuple[Placement, ...]:
        """The placement of each regiment."""
        return self.book.placements

    @property
    def waiting_orders(self) -> tuple[tuple[Order, ...], ...]:
        """The orders of each regiment that wait for those before them."""
        return tuple(tuple(one.order for one in waiting) for waiting in self.book.waiting)

    def last_order(self, regiment: int, queued: bool = False) -> tuple[Order, Place]:
        """Return the order that a new one starts from, and the place where another formation would stand.

        With `queued` it is the last that waits, if any does. The place is the order's centre, or for a line or paint
        round what cannot be reached a place on it.
        """
        order, waiting = self.orders[regiment], self.book.waiting[regiment] if queued else ()
        if waiting:
            order = waiting[-1].order
        if not (order.path or order.area):
            return order, order.centre
        if waiting:
            return order, waiting[-1].place
        return order, formations.foothold(order.centre, self.placements[regiment].target, self.ground)

    @property
    def mass_start(self) -> float:
        """The mass at the start, summed exactly."""
        return sum(self.mustered)

    @cached_property
    def mass_now(self) -> float:
        """The mass on the field, summed exactly."""
        return float(self.mass.sum(dtype=np.float64))

    @property
    def drift(self) -> float:
        """The mass on the field less that at the start, summed exactly; with combat who fell and fled counts too."""
        lost = sum((*self.combat.fallen, *self.combat.fled)) if self.combat else 0
        return self.mass_now + mass_of(lost) - self.mass_start

    def standing(self, regiment: int) -> float:
        """Return the mass of a regiment that is on the field, exactly."""
        return mass_of(self.combat.standing[regiment]) if self.combat else self.mustered[regiment]

    def with_engagement(self, regiment: int, engagement: Engagement | None) -> BattleState:
        """Return the state in which a regiment has another engagement, or none."""
        others = {other: one for other, one in self.engagements.items() if other != regiment}
        return replace(self, engagements=MappingProxyType({**others, **({regiment: engagement} if engagement else {})}))

    def takes_orders(self, regiment: int) -> bool:
        """Return whether a regiment obeys: with combat it may be broken or dissolved."""
        return self.combat is None or self.combat.takes_orders(regiment)

    @cached_property
    def overlaps(self) -> tuple[float, ...]:
        """The share of its order that each regiment fills. Raises FloatingPointError where the mass is not finite."""
        return tuple(
            formations.overlap(mass, placement.target)
            for mass, placement in zip(self.mass, self.placements, strict=True)
        )

    @cached_property
    def velocity(self) -> Float[np.ndarray, "R H W 2"] | None:
        """The velocity that controllers commanded in the last tick, in cells per tick; None where that fails."""
        return self._arrows("velocity")

    @cached_property
    def planned(self) -> Float[np.ndarray, "R H W 2"] | None:
        """The velocity that commanders planned in the last tick, in cells per tick; None where there is none."""
        return self._arrows("planned")

    def _arrows(self, name: str) -> Float[np.ndarray, "R H W 2"] | None:
        with suppress(InputError), plugin_errors("the arrows"):  # the battle can do without them
            found = np.asarray(self.simulation.read(self.simulation_state, (name,))[name])
            return found if found.shape == (*self.mass.shape, 2) and np.isfinite(found).all() else None
        return None

    def targets(self) -> Float[np.ndarray, "R H W"]:
        """Return where each regiment's mass is to go: its placement's target, or away from a scatter for a while."""
        return np.stack([self.scatter_targets.get(r, one.target) for r, one in enumerate(self.placements)])


def _replaced(values: tuple[Any, ...], index: int, value: Any) -> tuple[Any, ...]:
    return (*values[:index], value, *values[index + 1 :])
