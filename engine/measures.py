"""What the HUD and the plot say of a battle, measured once for each state of it, not once for each frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Float

from engine.battlefield import Battlefield

Measured = TypeVar("Measured")


def once(measure: Callable[[Battlefield], Measured]) -> Callable[[Battlefield], Measured]:
    """Keep what was measured of a battle until its mass or its orders change."""
    kept: WeakKeyDictionary[Battlefield, tuple[np.ndarray, int, Measured]] = WeakKeyDictionary()

    @wraps(measure)
    def measured(battlefield: Battlefield) -> Measured:
        before = kept.get(battlefield)
        if before is None or before[0] is not battlefield.mass or before[1] != battlefield.version:
            before = kept[battlefield] = (battlefield.mass, battlefield.version, measure(battlefield))
        return before[2]

    return measured


@once
def overlaps(battlefield: Battlefield) -> tuple[float, ...]:
    """Return the share of its order that each regiment fills."""
    return tuple(battlefield.overlap(regiment) for regiment in range(len(battlefield.regiments)))


@once
def drift(battlefield: Battlefield) -> float:
    """Return the total mass less that at the start, summed exactly."""
    return battlefield.mass_now - battlefield.mass_start


@once
def velocity(battlefield: Battlefield) -> Float[np.ndarray, "R H W 2"]:
    """Return what the controllers commanded in the last tick, in cells per tick."""
    return battlefield.velocity


@once
def planned(battlefield: Battlefield) -> Float[np.ndarray, "R H W 2"] | None:
    """Return what commanders planned in the last tick, in cells per tick; None where the simulation cannot tell."""
    return battlefield.planned()


_ghosts: WeakKeyDictionary[Battlefield, tuple[int, np.ndarray]] = WeakKeyDictionary()


def targets(battlefield: Battlefield) -> Float[np.ndarray, "H W"]:
    """Return the density that all regiments together are ordered to make; summed once for each order."""
    before = _ghosts.get(battlefield)
    if before is None or before[0] != battlefield.version:
        summed = np.sum([stand.target for stand in battlefield.stands], axis=0)
        before = _ghosts[battlefield] = (battlefield.version, summed)
    return before[1]
