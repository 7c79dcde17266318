"""Shader programs, read from assets/shaders/. The files have no #version line: it is put before them here."""

from __future__ import annotations

import moderngl

from engine.io import ASSETS

VERSION = "#version 330\n"
SHARED = ("spline",)
# The layers' colours are premultiplied by their cover.
BLENDING = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)


def program(
    context: moderngl.Context, name: str, *, vertex: str | None = None, folder: str = "view"
) -> moderngl.Program:
    """Return the program made of <name>.vert.glsl, or of another vertex shader, and <name>.frag.glsl.

    Code that shaders share has files of its own, <part>.glsl; `#include "<part>"` takes it in.
    """
    for part in SHARED:
        context.includes[part] = (ASSETS / "shaders" / "view" / f"{part}.glsl").read_text(encoding="utf-8")
    return context.program(
        vertex_shader=_source(f"{folder}/{vertex or name}.vert.glsl"),
        fragment_shader=_source(f"{folder}/{name}.frag.glsl"),
    )


def compute_program(context: moderngl.Context, name: str, varyings: tuple[str, ...]) -> moderngl.Program:
    """Return the program that runs <name>.vert.glsl for each vertex and keeps its `varyings`, drawing nothing."""
    return context.program(vertex_shader=_source(f"compute/{name}.vert.glsl"), varyings=varyings)


def _source(path: str) -> str:
    return VERSION + (ASSETS / "shaders" / path).read_text(encoding="utf-8")


def finished() -> None:
    """Wait until everything that was asked for is drawn, so that it can be timed; without OpenGL do nothing."""
    try:
        moderngl.get_context().finish()
    except Exception:  # there is no context
        return
