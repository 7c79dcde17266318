"""An OpenGL context without a window."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def context(missing_opengl):
    if missing_opengl is not None:
        pytest.skip(missing_opengl)
    import moderngl

    context = moderngl.create_context(standalone=True, backend="egl", require=330)
    yield context
    context.release()
