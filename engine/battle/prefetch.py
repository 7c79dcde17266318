"""The simulation beside the game: the next tick is begun early, and taken unless what it is for changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

import numpy as np
from jaxtyping import Float

from engine.io import InputError, plugin_errors
from engine.plugin import Conduct, Simulation


class Task(Protocol):
    """Something that is being done."""

    def outcome(self) -> Any:
        """Wait until it is done and return what came of it, or raise what it raised."""
        ...


Beside = Callable[[Callable[[], Any]], Task]


class Done:
    """What was done at once."""

    def __init__(self, job: Callable[[], Any]) -> None:
        self._made = job()

    def outcome(self) -> Any:
        """Return what came of it."""
        return self._made


class Begun(NamedTuple):
    """A tick that was begun: from a state, for targets and a conduct."""

    state: Any
    targets: Float[np.ndarray, "R H W"]
    conduct: Conduct | None
    task: Task  # makes the state that comes after, or None where that fails

    def made_for(self, state: Any, targets: Float[np.ndarray, "R H W"], conduct: Conduct | None) -> bool:
        """Return whether it is the tick from that state, for those targets and that conduct."""
        return self.state is state and np.array_equal(self.targets, targets) and _same(self.conduct, conduct)


class Prefetch:
    """Makes a simulation's ticks, each begun right after the one before.

    `beside` does that; a game has it done in a thread, so that the simulation works while soldiers march and pictures
    are drawn. It makes one tick at a time. A tick that was begun from another state, for other targets or another
    conduct than are needed is dropped, so that the battle is the same to the bit.
    """

    def __init__(self, simulation: Simulation, beside: Beside = Done) -> None:
        self.beside = beside
        self._simulation = simulation
        self._begun: Begun | None = None

    def tick(self, state: Any, targets: Float[np.ndarray, "R H W"], conduct: Conduct | None = None) -> Any:
        """Return the state one tick later; `conduct` is of a battle with combat."""
        self.settle()
        begun, self._begun = self._begun, None
        if begun is not None and begun.made_for(state, targets, conduct):
            after = begun.task.outcome()
            if after is not None:
                return after
        return tick(self._simulation, state, targets, conduct)

    def begin(self, state: Any, targets: Float[np.ndarray, "R H W"], conduct: Conduct | None = None) -> None:
        """Begin the tick that comes next, as if all stayed. One that fails is made again when it is due."""

        def ahead() -> Any:
            with suppress(InputError), plugin_errors("the tick ahead"):  # it is no tick of the battle yet
                return tick(self._simulation, state, targets, conduct)

        self.settle()
        self._begun = Begun(state, targets, conduct, self.beside(ahead))

    def settle(self) -> None:
        """Wait until no tick is being made."""
        if self._begun is not None:
            self._begun.task.outcome()


def tick(simulation: Simulation, state: Any, targets: Float[np.ndarray, "R H W"], conduct: Conduct | None) -> Any:
    """Return a simulation's state one tick later; one without combat knows of no conduct."""
    if conduct is None:
        return simulation.tick(state, targets)
    fighting: Any = simulation  # has_combat is true of it
    return fighting.tick(state, targets, conduct)


def _same(one: Conduct | None, other: Conduct | None) -> bool:
    return one is other or (one is not None and one.same_as(other))
