"""Which of two simulations is the faster one here: measured once for a size and a number of regiments, and remembered.

What is remembered lies in the platform's cache folder; what is read there is input, and as good as none where it is
damaged. The choice is the machine's alone: a replay names the simulation that was chosen.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.io import FileError, __version__, locked, paths, read_file, write_whole
from engine.plugin import Ground, Simulation

FILE = "simulations.json"
LARGEST = 2**16  # bytes of the file
MOST = 200  # choices that are remembered, those last made
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
    known = remembered()
    if key not in known:
        try:
            known[key] = measured((first, second), mass, ground, controllers, seed, sides)
        except Exception:  # a driver can fail in any way
            return False
        remember(key, known[key])
    return known[key]


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


def file() -> Path:
    """Return where choices are remembered. Raises NoFolderError where the platform has no such folder."""
    return paths.platform_folder("cache") / FILE


def remembered() -> dict[str, bool]:
    """Return whether the first simulation was the faster one, by what was measured; none where it cannot be read."""
    with suppress(FileError, OSError, ValueError, RecursionError):
        known = json.loads(read_file(file(), LARGEST))
        if isinstance(known, dict) and all(isinstance(faster, bool) for faster in known.values()):
            return known
    return {}


def remember(key: str, faster: bool) -> None:
    """Remember a choice; do nothing where nothing can be written."""
    with suppress(OSError):
        file().parent.mkdir(parents=True, exist_ok=True)
        with locked(file().parent):  # two games may measure at once
            known = {name: value for name, value in remembered().items() if name != key} | {key: faster}
            write_whole(file(), json.dumps(dict(list(known.items())[-MOST:]), indent=0))
