"""Game time: ticks of fixed length at any frame rate, after Fiedler's "Fix Your Timestep!" (2004)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from engine.app.profiler import Profiler

LONGEST_FRAME = 0.1  # seconds that a frame may make up for: a slow machine slows the game down
TICKING = 0.045  # seconds a frame spends on slow ticks, on average, or as long as on the rest if that is more
SLOWEST, FASTEST = 1 / 8, 16  # speeds, in powers of two
FRAMES_PER_SECOND = 60  # at most
RECENT = 30  # frames that the shown frame rate is averaged over


class GameClock:
    """Counts the ticks that are due in each frame, and how far between the last two the frame lies.

    `clock` returns seconds and `sleep` waits for some; tests bring their own.
    """

    def __init__(
        self,
        ticks_per_second: float,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.paused = False
        self.speed = 1.0
        self.profiler = Profiler(clock)
        self.alpha = 1.0  # where the frame lies: 0 at the tick before the last, 1 at the last
        self._frame_seconds = 1.0 / FRAMES_PER_SECOND  # a frame's length, averaged over the last RECENT
        self._ticks_per_second = ticks_per_second
        self._clock = clock
        self._sleep = sleep
        self._frame_start = clock()
        self._steps = 0  # ticks to make in the next frame though the game is paused
        self._ticking = self._overspent = 0.0  # seconds that the last frame spent on ticks, and beyond what it might

    @property
    def now(self) -> float:
        """Seconds, by the clock of the game."""
        return self._clock()

    def ticks_due(self) -> Iterator[int]:
        """Begin a frame and yield once for each tick to make in it. Ticks that come too late are dropped."""
        self.profiler.end_frame()
        now = self._clock()
        elapsed, self._frame_start = now - self._frame_start, now
        self._frame_seconds += (elapsed - self._frame_seconds) / RECENT
        if self.paused:
            self._ticking = self._overspent = 0.0
            for step in range(self._steps):
                self.alpha = 1.0
                yield step
            self._steps = 0
            return
        self.alpha += min(elapsed, LONGEST_FRAME) * self._ticks_per_second * self.speed
        may_spend = max(TICKING, min(elapsed - self._ticking, LONGEST_FRAME)) - self._overspent
        self._ticking = self._overspent = 0.0
        made = 0
        while self.alpha >= 1.0:
            self.alpha -= 1.0
            yield made
            made += 1
            self._ticking = self._clock() - now
            self._overspent = min(max(self._ticking - may_spend, 0.0), TICKING)
            if self._ticking > may_spend:
                self.alpha %= 1.0

    @property
    def frames_per_second(self) -> float:
        """Frames drawn per second, averaged over the last RECENT."""
        return 1.0 / max(self._frame_seconds, 1e-3)

    def restart(self) -> None:
        """Forget the time since the last frame, as after a long wait."""
        self._frame_start = self._clock()
        self._ticking = self._overspent = 0.0

    def wait(self, frames_per_second: float = FRAMES_PER_SECOND) -> None:
        """Wait for the rest of this frame, so that an idle game leaves the CPU alone."""
        left = self._frame_start + 1.0 / frames_per_second - self._clock()
        if left > 0:
            with self.profiler.measure("waiting"):
                self._sleep(left)

    def pause(self) -> None:
        """Pause, or go on."""
        self.paused = not self.paused
        self._steps = 0

    def halt(self) -> None:
        """Pause at the last tick."""
        self.paused, self.alpha, self._steps = True, 1.0, 0

    def step(self) -> None:
        """Pause, and make a single tick in the next frame."""
        self.paused = True
        self._steps += 1

    def faster(self) -> None:
        """Double the speed, up to the fastest."""
        self.speed = min(2 * self.speed, FASTEST)

    def slower(self) -> None:
        """Halve the speed, down to the slowest."""
        self.speed = max(self.speed / 2, SLOWEST)
