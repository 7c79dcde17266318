"""Work in the background: importing and compiling take seconds, and must not freeze the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from engine.io import InputError

Made = TypeVar("Made")

# Bad data, missing files, a plugin that is not installed, a device out of memory.
EXPECTED = (ValueError, OSError, ImportError, RuntimeError, MemoryError)


class BackgroundTask(Generic[Made]):
    """Makes one thing in its own thread, while the game goes on drawing and reading events."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._made: list[Made] = []
        self._error: Exception | None = None
        # A daemon thread, since the player may leave before it is done.
        self._thread = threading.Thread(target=self._work, args=(make,), name="background", daemon=True)
        self._thread.start()

    def _work(self, make: Callable[[], Made]) -> None:
        try:
            self._made.append(make())
        except Exception as error:
            self._error = error

    @property
    def ready(self) -> bool:
        """Whether it is done or has failed."""
        return not self._thread.is_alive()

    def result(self) -> Made:
        """Wait for what is being made and return it. Raises InputError where data or machine did not allow it."""
        self._thread.join()
        if isinstance(self._error, EXPECTED):
            raise InputError(" ".join(str(self._error).split()) or type(self._error).__name__) from self._error
        if self._error is not None:
            raise self._error  # a mistake in the program: show its traceback
        return self._made[0]
