"""The selection: found by a click or in a box, stored in groups. Regiments are named by their index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from engine.orders import Place

PRESENT = 0.15  # density from which on a regiment can be selected in a cell

Regiments = tuple[int, ...]


@dataclass(frozen=True)
class Selection:
    """The regiments that orders go to, and those that were stored under numbers."""

    regiments: Regiments = ()
    groups: Mapping[int, Regiments] = field(default_factory=dict)

    def choose(self, regiments: Iterable[int], *, add: bool = False) -> Selection:
        """Return the selection of these regiments alone, or with `add` of these and those before."""
        return replace(self, regiments=tuple(sorted({*regiments, *(self.regiments if add else ())})))

    def toggle(self, regiment: int) -> Selection:
        """Return the selection with one regiment added, or removed where it was in."""
        return replace(self, regiments=tuple(sorted({*self.regiments} ^ {regiment})))

    def store(self, number: int) -> Selection:
        """Return the selection with its regiments stored as a group, too."""
        return replace(self, groups={**self.groups, number: self.regiments})

    def recall(self, number: int) -> Selection:
        """Return the selection of a group; of no regiment where none was stored."""
        return replace(self, regiments=self.groups.get(number, ()))


def standing_at(mass: Float[np.ndarray, "R H W"], place: Place, reach: float, among: Regiments) -> int | None:
    """Return the regiment in `among` with the most mass within `reach` cells of a place, or None."""
    x, y = place
    rows, columns = _span(y - reach, y + reach, mass.shape[1]), _span(x - reach, x + reach, mass.shape[2])
    there = mass[:, rows, columns]
    if there.size == 0:
        return None
    far_x = np.arange(columns.start, columns.stop) + 0.5 - x
    far_y = np.arange(rows.start, rows.stop)[:, None] + 0.5 - y
    weight = np.maximum(reach + 1.0 - np.hypot(far_x, far_y), 0.0)
    found = [regiment for regiment in among if (there[regiment] * (weight > 0)).max() >= PRESENT]
    return max(found, key=lambda regiment: float((there[regiment] * weight).sum()), default=None)


def standing_in(mass: Float[np.ndarray, "R H W"], one: Place, other: Place, among: Regiments) -> Regiments:
    """Return the regiments in `among` that stand, at least in part, in the box between two opposite corners."""
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(one, other, strict=True))
    box = mass[:, _span(top, bottom, mass.shape[1]), _span(left, right, mass.shape[2])]
    return tuple(regiment for regiment in among if box[regiment].max(initial=0.0) >= PRESENT)


def whereabouts(mass: Float[np.ndarray, "R H W"], regiments: Regiments) -> tuple[Place, float]:
    """Return the middle of these regiments' mass, x and y in cells, and the length in cells that they extend over."""
    total = mass[list(regiments)].sum(axis=0)
    along_x, along_y = total.sum(axis=0, dtype=np.float64), total.sum(axis=1, dtype=np.float64)
    middle, reach = [], []
    for along in (along_x, along_y):
        filled = np.cumsum(along) / along.sum()
        middle.append(float((along * (np.arange(len(along)) + 0.5)).sum() / along.sum()))
        reach.append(float(np.searchsorted(filled, 0.98) - np.searchsorted(filled, 0.02) + 1))
    return (middle[0], middle[1]), max(reach)


def _span(low: float, high: float, length: int) -> slice:
    """Return the cells that the interval from `low` to `high` touches, of `length` cells."""
    first = min(max(int(np.floor(low)), 0), length)
    return slice(first, max(min(int(np.floor(high)) + 1, length), first))
