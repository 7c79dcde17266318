"""Opens a view, with a window or without. Opening one is what first imports pygame."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Literal

from engine.io import choices
from engine.view.base import NoDisplay, View

Renderer = Literal["opengl", "surfaces", "cheaper"]
RENDERERS: tuple[Renderer, ...] = ("cheaper", "opengl", "surfaces")


def has_display() -> bool:
    """Return whether a window could be seen here."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def open_view(
    size: tuple[int, int] = (1280, 720),
    *,
    title: str = "Maniple",
    visible: bool = True,
    prefer: Renderer = "opengl",
) -> View:
    """Open a view of this width and height in pixels, with OpenGL 3.3 where there is any, else with pygame surfaces.

    With "cheaper", where OpenGL draws in software, whichever costs less CPU time here is taken, as `cheaper` measures.
    A view that is not visible draws the same pictures without a screen. Raises NoDisplay where a visible one has none.
    """
    if visible and not has_display():
        raise NoDisplay("no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    reason = "asked for"
    if prefer != "surfaces":
        try:
            view = _opengl_view(size, title, visible)
            return _cheaper_view(view, size, title, visible) if prefer == "cheaper" else view
        except NoDisplay:
            raise
        except Exception as error:  # a driver can fail in any way, and the game can do without OpenGL
            reason = _first_line(error)
    return _surface_view(size, title, visible, reason)


def known_key(key: str) -> str:
    """Return the name by which the window reports a key, given any of its names; "" where no keyboard has such a key.

    Where no window is open, any name passes.
    """
    import pygame

    from engine.view.keyboard import key_name

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pygame warns where only its display was initialised, which is enough here
        try:
            return key_name(pygame.key.key_code(key))
        except ValueError:
            return ""
        except pygame.error:
            return key


def _cheaper_view(view: View, size: tuple[int, int], title: str, visible: bool) -> View:
    """Return a view with OpenGL, or the one that takes its place where it draws in software and costs more."""
    from engine.view.cheaper import choice, cost, draws_in_software

    if not draws_in_software(view):
        return view
    key, reason = choice(view), f"cheaper here than {view.description}"
    keep = choices.remembered(key)
    if keep:
        return view
    spent = cost(view) if keep is None else 0.0
    view.close()
    other = _surface_view(size, title, visible, reason)
    if keep is None:
        keep = spent <= cost(other)
        choices.remember(key, keep)
        if keep:
            other.close()
            return _opengl_view(size, title, visible)
    return other


def _opengl_view(size: tuple[int, int], title: str, visible: bool) -> View:
    from engine.view.opengl.view import OpenGLView
    from engine.view.window import Window

    window = Window(size, title, opengl=True, driver=None if visible else "offscreen")
    try:
        return OpenGLView(window, title)
    except BaseException:
        window.close()
        raise


def _surface_view(size: tuple[int, int], title: str, visible: bool, reason: str) -> View:
    from engine.view.software.view import SurfaceView
    from engine.view.window import Window

    return SurfaceView(Window(size, title, opengl=False, driver=None if visible else "dummy"), title, reason)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
