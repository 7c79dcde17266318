"""The profiler: how long each part of a frame takes, for its panel and for benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PARTS = ("simulation", "soldiers", "drawing", "waiting")  # in the order in which they show
RECENT = 30  # frames over which a part's time is averaged


class Profiler:
    """Adds up the time that each part takes in a frame, and averages it over the last frames.

    `clock` returns seconds; tests bring their own.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._frame: dict[str, float] = {}  # seconds in this frame
        self._usual: dict[str, float] = dict.fromkeys(PARTS, 0.0)  # seconds in an average frame
        self._frames = 0

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Count the time until the block ends as this part's."""
        began = self._clock()
        try:
            yield
        finally:
            self._frame[part] = self._frame.get(part, 0.0) + self._clock() - began

    def end_frame(self) -> None:
        """End a frame."""
        self._frames += 1
        weight = 1.0 / min(self._frames, RECENT)
        for part in (*self._usual, *(part for part in self._frame if part not in self._usual)):
            usual = self._usual.get(part, 0.0)
            self._usual[part] = usual + weight * (self._frame.get(part, 0.0) - usual)
        self._frame.clear()

    @property
    def milliseconds(self) -> dict[str, float]:
        """What each part takes in an average frame, in milliseconds."""
        return {part: 1000.0 * seconds for part, seconds in self._usual.items()}

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Return the rows of the profiler's panel: part, milliseconds a frame; their sum comes last."""
        taken = self.milliseconds
        return (*((part, f"{took:.1f}") for part, took in taken.items()), ("frame", f"{sum(taken.values()):.1f}"))
