"""A small simulation in NumPy: proof that the engine needs no JAX, and quick to test against.

It is that of examples/own_simulation.py, and remembers who led after each reset.
"""

from dataclasses import dataclass, field

import numpy as np
from own_simulation import DonorCell

from engine.plugin import Ground

GROUND = Ground(np.ones((48, 72), bool))  # a small field, and a small army on it
MASS, MEN = 200.0, 800


@dataclass
class StandIn(DonorCell):
    device: str = "NumPy stand-in"
    resets: list = field(default_factory=list)

    def reset(self, mass, ground, controllers, seed, sides=None):
        self.resets.append(tuple(controllers))
        return super().reset(mass, ground, controllers, seed, sides)
