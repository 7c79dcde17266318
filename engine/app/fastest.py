"""Which of two simulations is the faster one here: measured once for a size and a number of regiments, and remembered.

The choice is the machine's alone: a replay names the simulation that was chosen.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.io import __version__, choices
from engine.plugin import Ground, Simulation

WARM = 3  # ticks before those that are measured: the first ones compile
TURNS, TICKS = 4, 4  # turns of each simulation, and the ticks of a turn
SHIFT = 8  # cells by which the army is asked to march meanwhile


def first_is_faster(
    first: Simulation,
    second: Simulation,
    mass: Float[np.ndarray, "R H W"],
    ground: Ground,
    controllers: Sequence[Any],
    seed: int,
    sides: Sequence[int] | None = None,
) -> bool:
    """Return whether the first simulation plays this battle faster here than the second.

    One that refuses the battle or fails is the slower one.
    """
    regiments, height, width = mass.shape
    devices = f"{first.backend} {first.device}, {second.backend} {second.device}"
    key = f"{__version__}: {devices}: {width}x{height}, {regiments}"
    faster = choices.remembered(key)
    if faster is None:
        try:
            faster = measured((first, second), mass, ground, controllers, seed, sides)
        except Exception:  # a driver can fail in any way
            return False
        choices.remember(key, faster)
    return faster


def measured(
    simulations: Sequence[Simulation],
    mass: Float[np.ndarray, "R H W"],
    ground: Ground,
    controllers: Sequence[Any],
    seed: int,
    sides: Sequence[int] | None,
) -> bool:
    """Return whether the first of two simulations takes less time for the same march, in turns with the other."""
    targets = np.roll(mass, SHIFT, axis=2)
    states = [simulation.reset(mass, ground, controllers, seed, sides) for simulation in simulations]
    spent = [0.0] * len(states)
    for turn in range(-1, TURNS):
        for number, simulation in enumerate(simulations):
            began = time.perf_counter()
            for _ in range(WARM if turn < 0 else TICKS):
                states[number] = simulation.tick(states[number], targets)
                simulation.read(states[number], ("mass",))
            if turn >= 0:
                spent[number] += time.perf_counter() - began
    return spent[0] < spent[1]
