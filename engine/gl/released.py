"""Calls of OpenGL that may take long, with Python's lock released, so that the window is served meanwhile.

moderngl holds the lock for as long as the driver works: software GL compiles a shader for seconds when it draws first,
and whoever waits for a picture waits in the driver.
"""

from __future__ import annotations

import ctypes

import moderngl

_UNSIGNED, _SIGNED = ctypes.c_uint, ctypes.c_int


def draw(context: moderngl.Context, mesh: moderngl.VertexArray, mode: int, vertices: int, instances: int = 1) -> None:
    """Draw as `mesh.render` does. For a first draw: to get the lock back may take longer than a later one."""
    address = _address(context, "glDrawArraysInstanced")
    if address:
        mesh.render(mode, vertices=0)  # binds what is to be drawn
        ctypes.CFUNCTYPE(None, _UNSIGNED, _SIGNED, _SIGNED, _SIGNED)(address)(mode, 0, vertices, instances)
    else:
        mesh.render(mode, vertices=vertices, instances=instances)


def finish(context: moderngl.Context) -> None:
    """Wait until all is drawn that was asked for."""
    address = _address(context, "glFinish")
    if address:
        ctypes.CFUNCTYPE(None)(address)()
    else:
        context.finish()


def _address(context: moderngl.Context, name: str) -> int:
    """Return where the driver has a function, by moderngl's own loader, or 0 where that cannot be asked."""
    load = getattr(getattr(context.mglo, "_context", None), "load", None)
    return load(name) if load else 0
