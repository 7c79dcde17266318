"""What a battle with combat tells its simulation of the soldiers: their traits, and how they are to bear themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

# What a regiment's kind and its formation make of it together, one number each, at least 0.
TRAITS = (
    "attack",  # factor of the blows that it deals
    "defence",  # divides the blows that it takes
    "strike_front",  # factor of its blows at enemies in front of it,
    "strike_side",  # beside it
    "strike_rear",  # and behind it
    "harm_front",  # factor of its losses by blows that come from the front,
    "harm_side",  # the side
    "harm_rear",  # and the rear
    "brace",  # share of an enemy's charge that it stops in front and returns, 0 to 1
    "charge",  # what impetus adds to its blows, as a factor, at six tenths of top speed
    "gather",  # seconds in which impetus gathers
    "walk",  # share of top speed (15 m/s) on the march
    "run",  # share of top speed at a run
    "turn",  # factor of how fast it turns its front
    "stiff",  # share of its weight that it sets against a push while it stands
    "nerve",  # divides what weighs on its morale
)
CONDITIONS = ("steady", "wavering", "broken", "dissolved")


@dataclass(frozen=True, eq=False)
class Conduct:
    """How R regiments are to bear themselves; it may change at every tick."""

    traits: Float[np.ndarray, "R T"]  # one column for each of TRAITS
    facing: Float[np.ndarray, "R 2"]  # the front that is ordered: unit vectors, x to the right, y downwards
    pace: Float[np.ndarray, " R"]  # share of top speed that it is allowed now
    relief: Bool[np.ndarray, " R"]  # whether it lets friends through to the front though it fights

    def same_as(self, other: Conduct | None) -> bool:
        """Return whether another asks for the same."""
        return self is other or (
            other is not None
            and np.array_equal(self.traits, other.traits)
            and np.array_equal(self.facing, other.facing)
            and np.array_equal(self.pace, other.pace)
            and np.array_equal(self.relief, other.relief)
        )


@dataclass(frozen=True, eq=False)
class Combat:
    """What a simulation has to know at the start of a battle with combat, of R regiments."""

    cell_metres: float  # length of a cell's side
    reach: tuple[float, ...]  # metres that each regiment's blows reach
    share: tuple[float, ...]  # mass that one soldier of each stands for; below half of it a regiment is dissolved
    conduct: Conduct  # at the start, when all look where they are ordered to
    since: Any = None  # a state of this simulation whose losses, morale and facing go on, under other controllers
