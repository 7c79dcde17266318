"""The plugin knows no window, and tells JAX how to behave before it wakes up."""

import subprocess
import sys

import pytest


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("module", ["nca_controller", "nca_controller.training.loop", "nca_controller.evaluation"])
def test_it_imports_neither_pygame_nor_moderngl(module):
    loaded = set(run(f"import sys, {module}; print(*sys.modules)"))
    assert module in loaded and not loaded & {"pygame", "moderngl"}


def test_it_leaves_the_gpus_memory_to_others():
    program = "import os, nca_controller; print(os.environ['XLA_PYTHON_CLIENT_PREALLOCATE'])"
    assert run(program) == ["false"]
