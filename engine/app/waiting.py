"""Waiting for a simulation, which may hang, while the window goes on answering.

What is played never depends on how long anything takes: a tick waits for what it asked. Time decides only when the
window is served meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from engine.app.background import BackgroundTask

Made = TypeVar("Made")

PATIENCE = 0.25  # seconds that the window waits for a tick before it is served beside it
SERVED_EVERY = 1 / 12  # seconds between two pictures then: drawing takes time from the simulation


class GivenUp(BaseException):
    """The game is left while it waits: no error, and nothing that shields from plugins takes it for one."""


class Waiting:
    """Does jobs in the background. While one takes long, `serve` is called again and again; it may raise GivenUp."""

    def __init__(self, serve: Callable[[], object]) -> None:
        self._serve = serve
        self.seconds = 0.0  # waited for the job at hand, once the window is served beside it

    @property
    def serving(self) -> bool:
        """Whether the window is served beside a job: nothing else may be asked of the simulation then."""
        return self.seconds > 0

    def run(self, job: Callable[[], Made]) -> Made:
        """Return what comes of a job, or raise what it raises, however long it takes."""
        task = BackgroundTask(job)
        if not task.wait(PATIENCE):
            began = time.monotonic() - PATIENCE
            try:
                while not task.wait(SERVED_EVERY):
                    self.seconds = time.monotonic() - began
                    self._serve()
            finally:
                self.seconds = 0.0
        return task.outcome()
