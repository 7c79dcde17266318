"""Shader programs, read from assets/shaders."""

from __future__ import annotations

import moderngl

from engine.assets import ASSETS

SHARED = ("spline",)
# The layers' colours are premultiplied by their cover.
BLENDING = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)


def program(context: moderngl.Context, name: str, *, vertex: str | None = None) -> moderngl.Program:
    """Return the program made of <name>.vert.glsl, or of another vertex shader, and <name>.frag.glsl.

    What shaders share stands in files of its own, <part>.glsl, and is taken in by `#include "<part>"`.
    """
    folder = ASSETS / "shaders"
    for part in SHARED:
        context.includes[part] = (folder / f"{part}.glsl").read_text(encoding="utf-8")
    return context.program(
        vertex_shader=(folder / f"{vertex or name}.vert.glsl").read_text(encoding="utf-8"),
        fragment_shader=(folder / f"{name}.frag.glsl").read_text(encoding="utf-8"),
    )


def finished() -> None:
    """Wait until everything is drawn that was asked for, so that it can be timed; without OpenGL there is no wait."""
    try:
        moderngl.get_context().finish()
    except Exception:  # nobody has made a context
        return
