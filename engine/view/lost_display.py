"""An X server that dies takes its programs along: Xlib ends the process. What must be saved is saved before."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.io import reason, terminal

XLIB = "libX11.so.6"  # as SDL loads it, so that it is the same one
CODE = 2  # that the process ends with


@contextmanager
def outliving_display(save: Callable[[], object]) -> Iterator[None]:
    """Have `save` called if the X server dies within this block; the process then ends with code 2.

    Where the open window is on no X server, or Xlib cannot be reached, this does nothing: other systems tell a program
    by an event that its window is gone.
    """
    xlib = _xlib()
    if xlib is None:
        yield
        return

    def on_death(display: object) -> None:
        # Xlib would end the process if this returned, so it does not, whatever happens.
        try:
            save()
        except Exception as error:
            terminal.warn(f"the display is gone: {reason(error)}")
        finally:
            os._exit(CODE)

    handler = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(on_death)
    before = xlib.XSetIOErrorHandler(handler)
    try:
        yield
    finally:
        xlib.XSetIOErrorHandler(before)


def _xlib() -> Any | None:
    """Return the Xlib that the open window uses, or None."""
    import pygame  # late, as in opening.py

    if not pygame.display.get_init() or pygame.display.get_driver() != "x11":
        return None
    try:
        xlib = ctypes.CDLL(XLIB)
        xlib.XSetIOErrorHandler.restype = ctypes.c_void_p
        xlib.XSetIOErrorHandler.argtypes = [ctypes.c_void_p]
    except (OSError, AttributeError):
        return None
    return xlib
