"""The last ten seconds of a battle, to step back into.

All that changes in a tick is a `Moment`, and moments never change. Keeping each would take gigabytes where controllers
remember much, so of those that are long past every STRIDE-th is kept; what lies between is played again from there,
which leads to the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.charges import Onslaught
from engine.formations import Stand
from engine.orders import Order
from engine.regiments import Regiment
from engine.troops import Troops

REACH = 300  # ticks that can be stepped back: ten seconds at speed 1
STRIDE = 12  # ticks between moments that are kept for long


@dataclass(frozen=True)
class Moment:
    """A battle at one tick: everything that the next tick depends on."""

    ticks: int
    state: Any  # the simulation's
    mass: Float[np.ndarray, "R H W"]
    troops: tuple[Troops, ...]
    regiments: tuple[Regiment, ...]
    orders: tuple[Order, ...]
    stands: tuple[Stand, ...]
    queued: tuple[tuple[Order, ...], ...]
    onslaughts: tuple[Onslaught, ...]
    scattered: dict[int, Float[np.ndarray, "H W"]]  # targets of those whom charges have hit; replaced, never changed
    carried_out: int  # how many commands of the log
    commanded: frozenset[int]  # regiments that have left the script


class History:
    """Moments of the past, sparse where they are long past."""

    def __init__(self) -> None:
        self._moments: dict[int, Moment] = {}

    def __len__(self) -> int:
        return len(self._moments)

    def keep(self, moment: Moment) -> None:
        """Remember a moment, and forget what is out of reach of it."""
        now = moment.ticks
        self._moments[now] = moment
        for tick in [tick for tick in self._moments if not self._wanted(tick, now)]:
            del self._moments[tick]

    def latest(self, tick: int) -> Moment | None:
        """Return the last moment kept that is not after a tick, or else the first of all."""
        past = [kept for kept in self._moments if kept <= tick]
        return self._moments[max(past) if past else min(self._moments)] if self._moments else None

    @staticmethod
    def _wanted(tick: int, now: int) -> bool:
        """Whether a moment is still to be kept: any of late, and every STRIDE-th as far as one can step back."""
        return now - STRIDE < tick <= now or (tick % STRIDE == 0 and now - REACH - STRIDE < tick <= now)
