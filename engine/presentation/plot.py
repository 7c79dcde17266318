"""The curves of the live plot: every regiment's overlap, and the drift of the total mass, over the last ticks."""

from __future__ import annotations

import numpy as np

from engine.battle import BattleState
from engine.view import Plot

EVERY = 3  # ticks between two points of a curve
KEPT_TICKS = 900  # half a minute at speed 1


class PlotHistory:
    """Points recorded while the battle goes on. After a step back, points from that tick on are replaced."""

    def __init__(self) -> None:
        self._points: list[tuple[int, tuple[float, ...], float]] = []  # tick, overlaps, drift

    def record(self, state: BattleState) -> None:
        """Record a state, if its tick is one of those that are recorded."""
        while self._points and self._points[-1][0] >= state.tick:
            self._points.pop()
        if state.tick % EVERY:
            return
        self._points.append((state.tick, state.overlaps, state.drift))
        del self._points[: -KEPT_TICKS // EVERY]

    def plot(self, state: BattleState) -> Plot:
        """Return the curves so far."""
        names = tuple(regiment.name for regiment in state.regiments)
        ticks, overlaps, drift = zip(*self._points, strict=True) if self._points else ((), (), ())
        return Plot(
            np.array(ticks, dtype=int),
            np.array(overlaps, dtype=float).reshape(len(ticks), len(names)),
            np.array(drift, dtype=float),
            names,
        )
