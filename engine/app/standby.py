"""A simulation with another that stands by: what fails in the one goes on in the other, from the last good field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.io import InputError, reason
from engine.plugin import Ground, Simulation

Prefers = Callable[..., bool]  # whether the first simulation is worth it, asked with both and what `reset` is given


@dataclass(frozen=True)
class Start:
    """What a battle was reset with, its mass apart."""

    ground: Ground
    controllers: tuple[Any, ...]
    seed: int
    sides: tuple[int, ...] | None


@dataclass
class Running:
    """A state of one of the two simulations, and what it takes to make it in the other."""

    simulation: Simulation
    state: Any
    start: Start
    of_first: bool = False  # whether it is the first simulation's, which another may take over from
    mass: Float[np.ndarray, "R H W"] | None = None  # where it has been read
    before: tuple[Running, Float[np.ndarray, "R H W"]] | None = None  # the state and the targets that led to it


@dataclass
class Standby:
    """Implements `engine.plugin.Simulation` by two others, the second of which takes over where the first fails.

    A first one that cannot be made or fails in a tick is given up for good, and what it has moved goes on in the
    second; a battle that it refuses is the second's alone. Each is told in `remarks`, a line once. What fails in both
    is the battle's or a controller's fault. With `prefers`, which is asked at the first reset, the first may be passed
    over, in silence.
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
    ) -> Running:
        """Return the state at the start, of the first simulation where that can have it."""
        start = Start(ground, tuple(controllers), seed, None if sides is None else tuple(sides))
        if self._first is not None and self.prefers is not None:
            given, self.prefers = self.prefers, None
            if not given(self._first, self.second, mass, ground, controllers, seed, sides):
                self._first = None
        if self._first is not None:
            try:
                state = self._first.reset(mass, ground, controllers, seed, sides)
                return Running(self._first, state, start, True, mass)
            except Exception as error:  # a driver can fail in any way
                taken = self._begun(mass, start, error)
                self._note(error)
                return taken
        return Running(self.second, self.second.reset(mass, ground, controllers, seed, sides), start, False, mass)

    def tick(self, state: Running, targets: Float[np.ndarray, "R H W"]) -> Running:
        """Return the state one tick later. Raises what the second raises, where it fails too."""
        if state.of_first and self._first is None:
            self._take_over(state, self._fault)
        made = Running(state.simulation, None, state.start, state.of_first, None, (state, targets))
        try:
            made.state = state.simulation.tick(state.state, targets)
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
        later: list[Float[np.ndarray, "R H W"]] = []
        known = state
        while known.mass is None and known.before is not None:
            known, targets = known.before
            later.append(targets)
        if known.mass is None:
            raise error
        taken = self._begun(known.mass, state.start, error)
        for targets in reversed(later):
            taken.state = self.second.tick(taken.state, targets)
        taken.mass = self.second.read(taken.state, ("mass",))["mass"]
        state.simulation, state.state, state.of_first = self.second, taken.state, False
        state.mass, state.before = taken.mass, None
        self._give_up(error)

    def _begun(self, mass: Float[np.ndarray, "R H W"], start: Start, error: Exception) -> Running:
        try:
            state = self.second.reset(mass, start.ground, start.controllers, start.seed, start.sides)
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
