"""What the live plot shows: every regiment's overlap, and the drift of the total mass, over the last ticks."""

from __future__ import annotations

import numpy as np

from engine import measures
from engine.battlefield import Battlefield
from engine.view.scene import Plot

EVERY = 3  # ticks between two points of a curve
REACH = 900  # ticks that are kept: half a minute at speed 1


class Curves:
    """Points noted while the battle goes on. After a step back those of the future that was left are forgotten."""

    def __init__(self) -> None:
        self._points: list[tuple[int, tuple[float, ...], float]] = []  # tick, overlaps, drift

    def note(self, battlefield: Battlefield) -> None:
        """Note how a battle stands, if its tick is one of those that are noted."""
        tick = battlefield.ticks
        while self._points and self._points[-1][0] >= tick:
            self._points.pop()
        if tick % EVERY:
            return
        self._points.append((tick, measures.overlaps(battlefield), measures.drift(battlefield)))
        del self._points[: -REACH // EVERY]

    def plot(self, battlefield: Battlefield) -> Plot:
        """Return the curves so far."""
        names = tuple(regiment.name for regiment in battlefield.regiments)
        ticks, overlaps, drift = zip(*self._points, strict=True) if self._points else ((), (), ())
        return Plot(
            np.array(ticks, dtype=int),
            np.array(overlaps, dtype=float).reshape(len(ticks), len(names)),
            np.array(drift, dtype=float),
            names,
        )
