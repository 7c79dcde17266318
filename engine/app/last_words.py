"""An end that nobody asked for: Xlib calls C's exit() where its server has died, and no `finally` of Python's runs."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_registered: list[Any] = []  # C keeps the address alone


@contextmanager
def at_exit(save: Callable[[], object]) -> Iterator[None]:
    """Call `save` where C's exit() ends the process within this block; on Linux, whose windows may have an X server."""
    inside = True

    def called(code: int, nothing: int | None) -> None:
        if inside:
            save()

    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # a C library without on_exit
            callback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p)(called)
            ctypes.CDLL(None).on_exit(callback, None)
            _registered.append(callback)
    try:
        yield
    finally:
        inside = False
