"""The simulation beside the game: the next tick is begun early, and taken unless something was ordered meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from engine.plugin import Simulation


class Prefetch:
    """Makes a simulation's ticks, each begun right after the one before.

    A simulation whose `tick` returns while the device is still at it, as JAX's does, then works while men march and
    pictures are drawn. What was begun from another state or for other targets than are wanted in the end is dropped,
    so that the battle is the same to the bit.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._begun: tuple[Any, Float[np.ndarray, "R H W"], Any] | None = None  # from, targets, to

    def tick(self, state: Any, targets: Float[np.ndarray, "R H W"]) -> Any:
        """Return the state one tick later."""
        begun, self._begun = self._begun, None
        if begun is not None and begun[0] is state and np.array_equal(begun[1], targets):
            return begun[2]
        return self._simulation.tick(state, targets)

    def begin(self, state: Any, targets: Float[np.ndarray, "R H W"]) -> None:
        """Begin the tick that comes next, unless something is ordered before."""
        self._begun = (state, targets, self._simulation.tick(state, targets))
