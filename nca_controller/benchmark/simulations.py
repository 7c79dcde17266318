"""All simulations that are installed, side by side: ticks a second by size and number of regiments.

Measured through `engine.plugin.Simulation` alone. Every simulation goes back to the same state, in mid-march, and makes
so many ticks from there, one asked for after the other; then its mass is read. They do so in turns, so that whatever
else the machine does hits all alike, and the median counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.io import InputError, PluginError, plugin_errors
from engine.plugin import SIMULATIONS, Ground, Simulation, missing_parts, plugins
from nca_controller.controllers import load_controller

TURNS = 5  # of each simulation
TICKS = 16  # of a turn at least, a multiple of all intervals at which commanders plan anew
LONGEST = 8  # times as many at most: then the army is still on its way
TURN = 0.25  # seconds that a turn shall take
FILLED = 0.05  # share of a field on which an army stands
DENSITY = 0.75  # mass in each of those cells
MARGIN = 2  # cells between an army and the border
HEAD = ("| cells | regiments | simulation | device | ticks a second |", "|---|---|---|---|---|")

Clock = Callable[[], float]
Masses = Float[np.ndarray, "R H W"]


@dataclass(frozen=True)
class Contender:
    """A simulation that is measured, by the name of its entry point."""

    name: str
    simulation: Simulation

    @property
    def device(self) -> str:
        """What it runs on, in words."""
        device, backend = self.simulation.device, self.simulation.backend
        return device if device == backend else f"{device} ({backend})"


def contenders(warn: Callable[[str], object]) -> list[Contender]:
    """Return the simulations that are installed and can be made here; of the others a line is told."""
    found = []
    for name, plugin in plugins(SIMULATIONS, "simulation").items():
        try:
            made = plugin()
            if lacking := missing_parts(made):
                raise PluginError(f"{plugin.label}: it is no simulation, for lack of {', '.join(lacking)}")
        except InputError as error:
            warn(str(error))
        else:
            found.append(Contender(name, made))
    return found


def rows(
    found: Sequence[Contender],
    sizes: Sequence[int],
    regiments: Sequence[int],
    late: Callable[[], bool],
    warn: Callable[[str], object],
    clock: Clock = time.perf_counter,
) -> Iterator[str]:
    """Yield the lines of the table, as they are measured.

    A simulation that fails has "-", and a line is told; so has a row that it is too late for when it is due.
    """
    yield from HEAD
    for size in sizes:
        for count in regiments:
            rates = {} if late() else measured(found, size, count, warn, clock)
            for one in found:
                rate = f"{rates[one.name]:.3g}" if one.name in rates else "-"
                yield f"| {size} x {size} | {count} | {one.name} | {one.device} | {rate} |"


def measured(
    found: Sequence[Contender],
    size: int,
    regiments: int,
    warn: Callable[[str], object],
    clock: Clock,
) -> Mapping[str, float]:
    """Return the ticks a second of each simulation that does not fail."""
    turns: dict[str, Callable[[], float]] = {}
    for one in found:
        with told(one, warn):
            turns[one.name] = turn(one.simulation, size, regiments, clock)
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    for number in range(TURNS):
        for one in found:
            if one.name in turns and len(seconds[one.name]) == number:  # it has not failed
                with told(one, warn):
                    seconds[one.name].append(turns[one.name]())
    return {name: 1 / median(each) for name, each in seconds.items() if len(each) == TURNS}


def turn(simulation: Simulation, size: int, regiments: int, clock: Clock) -> Callable[[], float]:
    """Return a call that makes a turn's ticks and returns the seconds of one; all is compiled, and the army marches."""
    mass, targets = drawn_up(size, regiments)
    sides = tuple(regiment % 2 for regiment in range(regiments))
    controllers = [load_controller("default")] * regiments
    start = simulation.reset(mass, Ground.plain(size, size), controllers, 0, sides)

    def play(state: Any, ticks: int) -> tuple[Any, float]:
        begun = clock()
        for _ in range(ticks):
            state = simulation.tick(state, targets)
        simulation.read(state, ("mass",))
        return state, clock() - begun

    marching, _ = play(start, TICKS)
    fits = TURN / max(play(marching, TICKS)[1], 1e-9)
    ticks = TICKS * int(np.clip(fits, 1, LONGEST))
    return lambda: play(marching, ticks)[1] / ticks


def drawn_up(size: int, regiments: int) -> tuple[Masses, Masses]:
    """Return regiments in squares along one side of a field, and their targets along the other."""
    side = max(1, int(size * np.sqrt(FILLED / regiments)))
    step = (size - side) // max(regiments - 1, 1)
    mass, targets = np.zeros((2, regiments, size, size), np.float32)
    for regiment in range(regiments):
        rows = slice(regiment * step, regiment * step + side)
        mass[regiment, rows, MARGIN : MARGIN + side] = DENSITY
        targets[regiment, rows, size - MARGIN - side : size - MARGIN] = DENSITY
    return mass, targets


@contextmanager
def told(contender: Contender, warn: Callable[[str], object]) -> Iterator[None]:
    """A context in which a simulation that fails harms none but itself: one line is told."""
    try:
        with plugin_errors(f"simulation {contender.name!r}"):
            yield
    except InputError as error:
        warn(str(error))
