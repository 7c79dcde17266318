"""Contexts: a window's, and one without a window on a thread of its own, whose work no drawing waits for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import moderngl

from engine.io import InputError

OPENGL = 330  # the version that is needed, times a hundred
Made = TypeVar("Made")


class OffscreenThread:
    """Runs jobs one after the other on the thread of a context of its own.

    Raises InputError, one line, where there is no OpenGL 3.3 that draws on textures of floats.
    """

    def __init__(self) -> None:
        self._jobs = ThreadPoolExecutor(1, "opengl")
        self.context: moderngl.Context = self.run(open_context)
        try:
            self.run(lambda: check_float_targets(self.context))
        except InputError:
            self.run(self.context.release)
            raise
        self.device: str = self.run(lambda: self.context.info["GL_RENDERER"])

    def begin(self, job: Callable[[], Made]) -> Future[Made]:
        """Begin a job after those that were begun before; to be called from other threads."""
        return self._jobs.submit(job)

    def run(self, job: Callable[[], Made]) -> Made:
        """Return what comes of a job, or raise what it raises; to be called from other threads."""
        return self.begin(job).result()


def current_context() -> moderngl.Context:
    """Return the context that is current on this thread, a window's. Raises ValueError where it is below OpenGL 3.3."""
    moderngl.init_context()  # `create_context` would look for it elsewhere once there has been any other
    context = moderngl.get_context()
    if context.version_code < OPENGL:
        raise ValueError(f"OpenGL 3.3 is needed, and this is {context.version_code / 100:.1f}")
    return context


def open_context() -> moderngl.Context:
    """Return a context without a window, current on this thread. Raises InputError where there is none."""
    ways: tuple[dict[str, Any], ...] = ({"backend": "egl"}, {}) if sys.platform.startswith("linux") else ({},)
    reason = ""
    for settings in ways:
        try:
            return moderngl.create_context(require=OPENGL, standalone=True, **settings)
        except Exception as error:  # a driver can fail in any way
            reason = reason or " ".join(str(error).split())
    raise InputError(f"no OpenGL 3.3 without a window: {reason}")


def check_float_targets(context: moderngl.Context) -> None:
    """Raise InputError where a pass cannot draw four textures of floats at once, or not every float."""
    textures = [context.texture((2, 2), 4, dtype="f4") for _ in range(4)]
    try:
        canvas = context.framebuffer(textures)
        canvas.clear(1 + 2.0**-20, 0.0, 0.0, 0.0)
        held = memoryview(canvas.read(components=1, attachment=3, dtype="f4")).cast("f")[0]
        canvas.release()
    except moderngl.Error as error:
        raise InputError(f"this OpenGL draws on no textures of floats: {' '.join(str(error).split())}") from error
    finally:
        for texture in textures:
            texture.release()
    if held != 1 + 2.0**-20:
        raise InputError("this OpenGL rounds what it draws on textures of floats")
