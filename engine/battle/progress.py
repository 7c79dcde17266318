"""Orders that get no further, so that those that wait behind them are not held up for ever.

Progress is what cannot go on without end: the order is filled better than it ever was, or the regiment's middle is
nearer to the order's than it ever was, or further afield than it has been. A regiment that only sways makes none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from engine.formations import Placement
from engine.plugin import QUANTUM

STALLED_TICKS = 150  # without progress, after which the next waiting order is taken up: five seconds at speed 1
LEAST_GAIN = 0.005  # of the overlap, that counts as progress
LEAST_WAY = 0.5  # cells of way that count as progress

Middle = tuple[float, float]  # x, y in cells
Box = tuple[float, float, float, float]  # left, top, right, bottom in cells


@dataclass(frozen=True)
class Progress:
    """How far a regiment has got with an order, and when it last got further."""

    placement: Placement  # of the order
    goal: Middle  # the middle of its target
    overlap: float  # the best until `since`
    distance: float  # the least until `since`, in cells, from the regiment's middle to the goal
    visited: Box  # where the regiment's middle has been until `since`
    since: int  # the tick of the last progress

    def stalled(self, tick: int) -> bool:
        """Whether it has made none for too long."""
        return tick - self.since >= STALLED_TICKS


def follow(
    progress: Progress | None, placement: Placement, mass: Float[np.ndarray, "H W"], overlap: float, tick: int
) -> Progress:
    """Return the progress of a regiment with this mass and overlap at a tick; that of another order is forgotten."""
    x, y = middle(mass)
    if progress is None or progress.placement is not placement:
        goal = middle(placement.target)
        return Progress(placement, goal, overlap, math.dist((x, y), goal), (x, y, x, y), tick)
    distance = math.dist((x, y), progress.goal)
    left, top, right, bottom = progress.visited
    afield = max(left - x, x - right, top - y, y - bottom)
    if max((overlap - progress.overlap) / LEAST_GAIN, max(progress.distance - distance, afield) / LEAST_WAY) < 1:
        return progress
    return replace(
        progress,
        overlap=max(overlap, progress.overlap),
        distance=min(distance, progress.distance),
        visited=(min(left, x), min(top, y), max(right, x), max(bottom, y)),
        since=tick,
    )


def middle(mass: Float[np.ndarray, "H W"]) -> Middle:
    """Return the middle of a density, in cells."""
    columns, rows = mass.sum(axis=0, dtype=np.float64), mass.sum(axis=1, dtype=np.float64)
    total = max(float(columns.sum()), QUANTUM)
    x, y = (float((line * (np.arange(len(line)) + 0.5)).sum()) / total for line in (columns, rows))
    return x, y
