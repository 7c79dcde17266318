"""Shader programs, read from assets/shaders/. The files have no #version line: it is put before them here."""

from __future__ import annotations

from collections.abc import Mapping

import moderngl

from engine.io import ASSETS, shader_text

VERSION = "#version 330\n"
SHADERS = ASSETS / "shaders"
# The layers' colours are premultiplied by their cover.
BLENDING = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)


def program(
    context: moderngl.Context,
    name: str,
    *,
    vertex: str | None = None,
    folder: str = "view",
    defines: Mapping[str, object] | None = None,
    parts: Mapping[str, str] | None = None,
) -> moderngl.Program:
    """Return the program made of <name>.vert.glsl, or of another vertex shader, and <name>.frag.glsl.

    Both are `assembled`. Raises moderngl.Error where the driver does not compile it.
    """
    return context.program(
        vertex_shader=assembled(f"{folder}/{vertex or name}.vert.glsl", defines, parts),
        fragment_shader=assembled(f"{folder}/{name}.frag.glsl", defines, parts),
    )


def compute_program(context: moderngl.Context, name: str, varyings: tuple[str, ...]) -> moderngl.Program:
    """Return the program that runs <name>.vert.glsl for each vertex and keeps its `varyings`, drawing nothing."""
    return context.program(vertex_shader=assembled(f"compute/{name}.vert.glsl"), varyings=varyings)


def assembled(
    path: str,
    defines: Mapping[str, object] | None = None,
    parts: Mapping[str, str] | None = None,
    version: str = VERSION,
) -> str:
    """Return the text of a shader below assets/shaders/ as the driver gets it: version, defines, the file's text.

    Code that shaders share has files of its own beside it, <part>.glsl; a line `#include "<part>"` takes one in, or the
    text of that name in `parts`. Parts may include others.
    """
    constants = "".join(f"#define {name} {value}\n" for name, value in (defines or {}).items())
    return version + constants + shader_text(SHADERS / path, parts)


def finished() -> None:
    """Wait until everything that was asked for is drawn, so that it can be timed; without OpenGL do nothing."""
    try:
        moderngl.get_context().finish()
    except Exception:  # there is no context
        return
