"""A small army on a small field, moved by a simulation in NumPy, and views without a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from sketches import GRID, SIZE
from stand_in import GROUND, MASS, MEN, StandIn

from engine import formations
from engine.battle.battle import Battle
from engine.battle.setup import BattleSetup
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment
from engine.scenarios.scenario import Scenario
from engine.view.base import View
from engine.view.opening import open_view
from engine.view.scene import Scene


@pytest.fixture(scope="session")
def campaign() -> BattleSetup:
    return BattleSetup(
        simulation=StandIn,
        controllers=MappingProxyType({"one": object, "two": object}),
        formations=MappingProxyType(formations.load()),
        scenario=Scenario(
            title="a small army",
            ground=GROUND,
            regiments=(Regiment("army", 0, MASS, MEN, "one"),),
            orders=(Order("line", GROUND.middle),),
            heaped=True,
        ),
    )


@pytest.fixture
def battle(campaign: BattleSetup) -> Battle:
    return campaign.build()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 64 KiB; where none can be mounted, in one process or another's, the test is skipped."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def opened_offscreen() -> Iterator[View]:
    """Open a view with OpenGL; without it the test is skipped, except under CI, where it fails."""
    view = open_view((640, 360), visible=False)
    try:
        if not view.description.startswith("OpenGL"):
            if os.environ.get("CI"):
                pytest.fail(f"OpenGL has to work under CI: {view.description}")
            pytest.skip(view.description)
        yield view
    finally:
        view.close()


@pytest.fixture
def offscreen() -> Iterator[View]:
    """A view of the test's own."""
    with opened_offscreen() as view:
        yield view


@pytest.fixture(scope="module")
def shared_offscreen() -> Iterator[View]:
    """One view for all tests of a module: opening it costs more than playing."""
    with opened_offscreen() as view:
        yield view


@pytest.fixture(scope="session")
def missing_opengl() -> str | None:
    """Why this machine has no OpenGL 3.3, found out without the view; None where it has. Under CI it has to have it."""
    try:
        from engine.gl import current_context
        from engine.view.window import Window

        window = Window(SIZE, "Maniple", opengl=True, driver="offscreen")
        try:
            current_context().release()
        finally:
            window.close()
    except Exception as error:
        reason = str(error)
    else:
        return None
    if os.environ.get("CI"):
        pytest.fail(f"OpenGL has to work under CI: {reason}")
    return reason


@pytest.fixture(scope="module")
def context(missing_opengl: str | None) -> Iterator[Any]:
    """An OpenGL context without a window, for passes. Where OpenGL is missing its tests are skipped."""
    if missing_opengl is not None:
        pytest.skip(missing_opengl)
    import moderngl

    context = moderngl.create_context(standalone=True, backend="egl", require=330)
    yield context
    context.release()


@pytest.fixture(scope="module", params=["opengl", "surfaces"])
def kind(request: pytest.FixtureRequest, missing_opengl: str | None) -> str:
    """Each kind of view. Where OpenGL is missing its tests are skipped."""
    if request.param == "opengl" and missing_opengl is not None:
        pytest.skip(missing_opengl)
    return request.param


@contextmanager
def opened(kind: str) -> Iterator[View]:
    """Open a view of a kind."""
    view = open_view(SIZE, visible=False, prefer=kind)
    try:
        assert view.description.startswith({"opengl": "OpenGL", "surfaces": "pygame surfaces"}[kind])
        yield view
    finally:
        view.close()


@pytest.fixture(scope="module")
def view(kind: str) -> Iterator[View]:
    """A view of each kind, one for all tests of a module: opening it costs more than drawing."""
    with opened(kind) as view:
        yield view


@pytest.fixture
def fresh_view(kind: str) -> Iterator[View]:
    """A view of each kind, of the test's own."""
    with opened(kind) as view:
        yield view


@pytest.fixture
def drawn(view: View) -> Callable[..., np.ndarray]:
    """Draws a scene with these fields and returns its picture, as integers that can be subtracted."""

    def draw(**fields) -> np.ndarray:
        view.draw(Scene(**{"grid": GRID, "soldiers": None, "target_outline": None, **fields}))
        return view.picture().astype(int)

    return draw
