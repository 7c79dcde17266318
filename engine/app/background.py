"""Work in the background: importing and compiling take seconds, and must not freeze the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from engine.io import InputError, reason

Made = TypeVar("Made")

# Bad data, missing files, a plugin that is not installed, a device out of memory, a plugin that leaves.
EXPECTED = (ValueError, OSError, ImportError, RuntimeError, MemoryError, SystemExit)
LISTENING = 0.1  # seconds after which a thread that waits looks for signals


class BackgroundTask(Generic[Made]):
    """Makes one thing in its own thread, while the game goes on drawing and reading events."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._made: list[Made] = []
        self._error: BaseException | None = None
        # A daemon thread, since the player may leave before it is done.
        self._thread = threading.Thread(target=self._work, args=(make,), name="background", daemon=True)
        self._thread.start()

    def _work(self, make: Callable[[], Made]) -> None:
        try:
            self._made.append(make())
        except BaseException as error:  # whoever asks for the result gets it
            self._error = error

    @property
    def ready(self) -> bool:
        """Whether it is done or has failed."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Wait for so long at most, and return whether it is ready."""
        self._thread.join(seconds)
        return self.ready

    def outcome(self) -> Made:
        """Wait for what is being made and return it. Raises what making it raised."""
        while not self.wait(LISTENING):
            pass
        if self._error is not None:
            raise self._error
        return self._made[0]

    def result(self) -> Made:
        """Wait for what is being made and return it. Raises InputError where data or machine did not allow it.

        Another error is a mistake in the program, and shows its traceback.
        """
        try:
            return self.outcome()
        except InputError:
            raise
        except EXPECTED as error:
            raise InputError(reason(error)) from error
