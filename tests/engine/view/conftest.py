"""Views without a screen, and pictures of what is drawn in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from sketches import GRID, SIZE

from engine.view.base import View
from engine.view.opening import open_view
from engine.view.scene import Scene


@pytest.fixture(scope="session")
def missing_opengl() -> str | None:
    """Why this machine has no OpenGL 3.3, found out without the view; None where it has. Under CI it has to have it."""
    try:
        import moderngl

        from engine.view.window import Window

        window = Window(SIZE, "Maniple", opengl=True, driver="offscreen")
        try:
            moderngl.create_context(require=330).release()
        finally:
            window.close()
    except Exception as error:
        reason = str(error)
    else:
        return None
    if os.environ.get("CI"):
        pytest.fail(f"OpenGL has to work under CI: {reason}")
    return reason


@pytest.fixture(params=["opengl", "surfaces"])
def kind(request: pytest.FixtureRequest, missing_opengl: str | None) -> str:
    """Each kind of view. Where OpenGL is missing its tests are skipped."""
    if request.param == "opengl" and missing_opengl is not None:
        pytest.skip(missing_opengl)
    return request.param


@pytest.fixture
def view(kind: str) -> Iterator[View]:
    """A view of each kind."""
    opened = open_view(SIZE, visible=False, prefer=kind)
    try:
        assert opened.description.startswith({"opengl": "OpenGL", "surfaces": "pygame surfaces"}[kind])
        yield opened
    finally:
        opened.close()


@pytest.fixture
def drawn(view: View) -> Callable[..., np.ndarray]:
    """Draws a scene with these fields and returns its picture, as integers that can be subtracted."""

    def draw(**fields) -> np.ndarray:
        view.draw(Scene(**{"grid": GRID, "soldiers": None, "target_outline": None, **fields}))
        return view.picture().astype(int)

    return draw
