"""Signals that ask the program to end: what is being recorded is finished and saved first."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Ctrl-C, a shutdown, a terminal that was closed, Ctrl-\\, and Ctrl-Break on Windows; each where the system has it.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")


class Interrupted(KeyboardInterrupt):
    """The program was asked to end by a signal; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Signals:
    """Hears signals. They raise Interrupted at once, but within `noted` they are only noted, and `asked` is true."""

    def __init__(self) -> None:
        self._noted: int | None = None  # the signal
        self._patience: float = 0  # how many more are only noted

    @contextmanager
    def heard(self) -> Iterator[Signals]:
        """Hear signals within this block, except those that whoever started the program has it ignore, as nohup."""
        before = {}
        if threading.current_thread() is threading.main_thread():  # no other thread may
            known = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
            before = {one: signal.getsignal(one) for one in known if signal.getsignal(one) is not signal.SIG_IGN}
        for one in before:
            signal.signal(one, self._on_signal)
        try:
            yield self
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    @contextmanager
    def noted(self, most: float = math.inf) -> Iterator[None]:
        """Only note the first `most` signals within this block; a caller looks at `asked` and ends in good order."""
        before, self._patience = self._patience, most
        try:
            yield
        finally:
            self._patience = before

    def asked(self) -> bool:
        """Return whether a signal was noted."""
        return self._noted is not None

    def obey(self) -> None:
        """Raise Interrupted if a signal was noted."""
        if self._noted is not None:
            raise Interrupted(self._noted)

    def _on_signal(self, number: int, frame: object) -> None:
        self._patience -= 1
        self._noted = number
        if self._patience < 0:
            raise Interrupted(number)
