"""Who may know whom, asked of a fresh interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine

GAME = [path.stem for path in Path(engine.__file__).parent.glob("*.py") if path.stem != "__init__"]


def imported(modules):
    """Return the top-level modules that are loaded once these are."""
    program = f"import sys, {', '.join(modules)}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_the_engine_knows_no_jax_and_opens_no_window():
    loaded = imported([f"engine.{name}" for name in GAME] + ["engine.controls.bindings", "engine.view.scene"])
    assert not loaded & {"jax", "jaxlib", "flax", "optax", "orbax", "nca_controller", "pygame", "moderngl"}


@pytest.mark.parametrize("view", ["engine.view.opengl.view", "engine.view.software.view"])
def test_a_view_knows_no_jax(view):
    loaded = imported([view])
    assert "pygame" in loaded
    assert not loaded & {"jax", "jaxlib", "flax", "optax", "orbax", "nca_controller"}


def test_the_program_imports_no_jax_before_it_musters():
    assert not imported(["run_game"]) & {"jax", "jaxlib", "flax", "nca_controller", "pygame", "moderngl"}
