"""A simulation with another that stands by: what fails in the one goes on in the other, from the last good field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.io import InputError, reason
from engine.plugin import Combat, Conduct, Ground, Simulation, has_combat

Prefers = Callable[..., bool]  # whether the first simulation is worth it, asked with both and what `reset` is given


@dataclass(frozen=True)
class Start:
    """What a battle was reset with, its mass apart."""

    ground: Ground
    controllers: tuple[Any, ...]
    seed: int
    sides: tuple[int, ...] | None
    combat: Combat | None = None

    def begun(self, simulation: Simulation, mass: Float[np.ndarray, "R H W"]) -> Any:
        """Return a simulation's state that starts so, with this mass."""
        given = (mass, self.ground, self.controllers, self.seed, self.sides)
        if self.combat is None:
            return simulation.reset(*given)
        fighting: Any = simulation  # has_combat is true of it
        return fighting.reset(*given, combat=self.combat)


@dataclass(frozen=True)
class Orders:
    """What a tick is given."""

    targets: Float[np.ndarray, "R H W"]
    conduct: Conduct | None = None  # in a battle with combat

    def obeyed(self, simulation: Simulation, state: Any) -> Any:
        """Return what a simulation makes of a state."""
        if self.conduct is None:
            return simulation.tick(state, self.targets)
        fighting: Any = simulation  # has_combat is true of it
        return fighting.tick(state, self.targets, self.conduct)


@dataclass
class Running:
    """A state of one of the two simulations, and what it takes to make it in the other."""

    simulation: Simulation
    state: Any
    start: Start
    of_first: bool = False  # whether it is the first simulation's, which another may take over from
    mass: Float[np.ndarray, "R H W"] | None = None  # where it has been read
    before: tuple[Running, Orders] | None = None  # the state that led to it, and what was ordered


@dataclass
class Standby:
    """Implements `engine.plugin.Simulation` by two others, the second of which takes over where the first fails.

    A first one that cannot be made or fails in a tick is given up for good, and what it has moved goes on in the
    second; a battle that it refuses is the second's alone. Each is told in `remarks`, a line once. What fails in both
    is the battle's or a controller's fault. With `prefers`, which is asked at the first reset, the first may be passed
    over, in silence; so it is in a battle with combat if only the second has that. Losses of the one cannot go on in
    the other: with combat, a first one that fails in a tick is not taken over from.
    """

    first_name: str
    make_first: Callable[[], Simulation]
    second_name: str
    make_second: Callable[[], Simulation]
    prefers: Prefers | None = None
    _first: Simulation | None = field(default=None, init=False)
    _fault: Exception = field(default_factory=Exception, init=False)  # for which the first was given up
    _lines: list[str] = field(default_factory=list, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        try:
            self._first = self.make_first()
        except InputError as error:
            if self.prefers is None:
                self._note(error)

    @cached_property
    def second(self) -> Simulation:
        """The simulation that stands by, made when it is first needed."""
        return self.make_second()

    @property
    def _used(self) -> Simulation:
        return self.second if self._first is None else self._first

    @property
    def backend(self) -> str:
        return self._used.backend

    @property
    def device(self) -> str:
        return self._used.device

    def used_by(self, state: Running) -> Simulation:
        """Return the simulation that a state is of."""
        return state.simulation

    def name_of(self, state: Running) -> str:
        """Return the name of the simulation that a state is of."""
        return self.first_name if state.of_first else self.second_name

    def remarks(self) -> tuple[str, ...]:
        """Return, once, the lines that the player should read since the last call."""
        lines, self._lines = tuple(self._lines), []
        return lines

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Any],
        seed: int,
        sides: Sequence[int] | None = None,
        combat: Combat | None = None,
    ) -> Running:
        """Return the state at the start, of the first simulation where that can have it."""
        if combat is not None:
            if self._first is not None and not has_combat(self._first):
                self._first = None
            if isinstance(combat.since, Running):
                combat = replace(combat, since=combat.since.state)
        start = Start(ground, tuple(controllers), seed, None if sides is None else tuple(sides), combat)
        if self._first is not None and self.prefers is not None:
            given, self.prefers = self.prefers, None
            if not given(self._first, self.second, mass, ground, controllers, seed, sides):
                self._first = None
        if self._first is not None:
            try:
                state = start.begun(self._first, mass)
                return Running(self._first, state, start, True, mass)
            except Exception as error:  # a driver can fail in any way
                taken = self._begun(mass, start, error)
                self._note(error)
                return taken
        return Running(self.second, start.begun(self.second, mass), start, False, mass)

    def tick(self, state: Running, targets: Float[np.ndarray, "R H W"], conduct: Conduct | None = None) -> Running:
        """Return the state one tick later. Raises what the second raises, where it fails too."""
        if state.of_first and self._first is None:
            self._take_over(state, self._fault)
        orders = Orders(targets, conduct)
        made = Running(state.simulation, None, state.start, state.of_first, None, (state, orders))
        try:
            made.state = orders.obeyed(state.simulation, state.state)
        except Exception as error:
            if not made.of_first:
                raise
            self._take_over(made, error)
        return made

    def read(self, state: Running, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields of a state."""
        try:
            found = state.simulation.read(state.state, fields)
        except (KeyError, AttributeError):  # a field that it does not have
            raise
        except Exception as error:
            if not state.of_first:
                raise
            self._take_over(state, error)
            found = self.second.read(state.state, fields)
        if "mass" in found:
            state.mass, state.before = found["mass"], None
        return found

    def _take_over(self, state: Running, error: Exception) -> None:
        """Make a state that failed one of the second simulation, from the last mass that was read before it."""
        later: list[Orders] = []
        known = state
        while known.mass is None and known.before is not None:
            known, orders = known.before
            later.append(orders)
        if known.mass is None or state.start.combat is not None:
            raise error
        taken = self._begun(known.mass, state.start, error)
        for orders in reversed(later):
            taken.state = orders.obeyed(self.second, taken.state)
        taken.mass = self.second.read(taken.state, ("mass",))["mass"]
        state.simulation, state.state, state.of_first = self.second, taken.state, False
        state.mass, state.before = taken.mass, None
        self._give_up(error)

    def _begun(self, mass: Float[np.ndarray, "R H W"], start: Start, error: Exception) -> Running:
        try:
            state = start.begun(self.second, mass)
        except Exception:
            raise error from None
        return Running(self.second, state, start, False, mass)

    def _give_up(self, error: Exception) -> None:
        if self._first is not None:
            self._first, self._fault = None, error
            self._note(error)

    def _note(self, error: Exception) -> None:
        why = str(error) if isinstance(error, InputError) else f"simulation {self.first_name!r}: {reason(error)}"
        if why not in self._told:
            self._told.add(why)
            self._lines.append(f"{why}: {self.second_name} moves the mass instead, and fields may differ by a hair")
