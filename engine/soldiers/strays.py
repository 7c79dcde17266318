"""Strays on bad ground: soldiers who have lost the mass go back to it by way, round what is closed.

On open ground the mass draws them straight to it (`flow.density_correction`); behind a wall they would stand for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.formations import ways_over
from engine.soldiers.flow import without_traces

NEARBY = 1.5  # cells of way to the mass up to which a soldier needs no way: the mass draws it
BEFORE_IT = 4.0  # cells up to which a soldier has its slot before it, if the mass is no farther than twice that by way
FIRST_REACH = 6.0  # cells of way that are looked at first: most strays are near
SPREAD, WIDTH = np.array([0.7549, 0.5698]), 0.8  # places of soldiers in a cell, by their numbers, and how far apart
EVERY = 16  # ticks between two looks at where the mass is
STEPS = np.array([step for step in product((-1, 0, 1), repeat=2) if step != (0, 0)])  # down and right, in cells


@dataclass(frozen=True)
class Homeward:
    """How far it is to the mass by way, and for how many ticks more that is to be believed."""

    distance: Float[np.ndarray, "H W"] | None = None  # of each cell, in cells; None: nobody has strayed
    ticks: int = 0


NOBODY = Homeward()


def led_home(
    homeward: Homeward,
    position: Float[np.ndarray, "N 2"],
    mass: Float[np.ndarray, "H W"],
    open_cells: Bool[np.ndarray, "H W"],
    slots: Float[np.ndarray, "N 2"] | None,
    speed: float,
) -> tuple[Homeward, Int[np.ndarray, " A"], Float[np.ndarray, "A 2"]]:
    """Return which soldiers have strayed, and their steps back to the mass, in cells, no longer than the speed.

    `slots` are their places in rank and file, x and y in cells: whoever has its own before it goes there by itself. The
    first of the three that are returned is for the next tick.
    """
    column, row = position.astype(np.int64).T
    body = without_traces(mass) > 0
    astray = np.flatnonzero(~body[row, column] & open_cells[row, column])
    if not len(astray):
        return NOBODY, astray, np.zeros((0, 2), position.dtype)
    row, column = row[astray], column[astray]
    if homeward.distance is None or homeward.ticks == 0:
        ways = ways_over(open_cells)
        distance = ways.distances(body, FIRST_REACH)
        if np.isinf(distance[row, column]).any():
            distance = ways.distances(body)
        homeward = Homeward(distance, EVERY)
    assert homeward.distance is not None
    far = homeward.distance[row, column]
    lost = np.isfinite(far) & (far > NEARBY)
    if slots is not None:
        away = np.hypot(*(slots[astray] - position[astray]).T)
        lost &= (away > BEFORE_IT) | (far > 2 * BEFORE_IT)
    next_cells = _next_cells(row[lost], column[lost], homeward.distance, open_cells)
    aside = (astray[lost][:, None] * SPREAD % 1.0 - 0.5) * WIDTH  # so that they do not walk on one spot
    way = next_cells[:, ::-1] + 0.5 + aside - position[astray[lost]]
    length = np.maximum(np.hypot(way[:, :1], way[:, 1:]), 1e-6)
    steps = (way * np.minimum(1.0, speed / length)).astype(position.dtype)
    return Homeward(homeward.distance, homeward.ticks - 1), astray[lost], steps


def _next_cells(
    row: Int[np.ndarray, " A"],
    column: Int[np.ndarray, " A"],
    distance: Float[np.ndarray, "H W"],
    open_cells: Bool[np.ndarray, "H W"],
) -> Int[np.ndarray, "A 2"]:
    """Return the row and column of the neighbour through which the way is shortest; none cuts a corner."""
    around, free = np.pad(distance, 1, constant_values=np.inf), np.pad(open_cells, 1)
    here = np.stack([row, column], axis=1)[:, None] + 1
    rows, columns = np.moveaxis(here + STEPS, -1, 0)
    beside = free[rows, here[..., 1]] & free[here[..., 0], columns]
    length = np.where(beside & free[rows, columns], around[rows, columns] + np.hypot(*STEPS.T), np.inf)
    best = STEPS[np.argmin(length, axis=1)]
    return np.stack([row, column], axis=1) + best
