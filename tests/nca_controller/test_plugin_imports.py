"""The plugin knows no window, and tells JAX how to behave before it wakes up."""

import subprocess
import sys

import pytest
from PIL import Image


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("module", ["nca_controller", "nca_controller.training.loop", "nca_controller.evaluation"])
def test_it_imports_neither_pygame_nor_moderngl(module):
    loaded = set(run(f"import sys, {module}; print(*sys.modules)"))
    assert module in loaded and not loaded & {"pygame", "moderngl"}


def test_it_leaves_the_gpus_memory_to_others_and_draws_whatever_backend_matplotlib_is_to_use(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "module://nobody.has_installed_this")
    monkeypatch.chdir(tmp_path)
    program = """
import os, sys, nca_controller
print(os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"], "matplotlib" in sys.modules)
import numpy as np
from pathlib import Path
from nca_controller.plotting import animate
animate([np.zeros((3, 4, 6))], [np.eye(4, 6)], np.arange(3), Path("march.gif"), ["one"])
print(os.environ["MPLBACKEND"], "matplotlib.pyplot" in sys.modules, *os.listdir())
"""
    assert run(program) == ["false", "False", "module://nobody.has_installed_this", "False", "march.gif"]
    with Image.open("march.gif") as film:
        assert (film.n_frames, film.size, film.info["duration"]) == (3, (150, 300), 80)
