"""The parts of a user's own that docs/training.md shows, some that are wrong, and a run at its smallest to try them."""

import re
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from engine import plugin
from nca_controller.training.__main__ import main
from nca_controller.training.config import PRESETS

PAGE = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [block for block in BLOCKS if "nca_controller.training" not in block and "testing" not in block]
FLAGS = dict(re.findall(r"`(--\w+) (mypkg:\w+)`", PAGE.split("## Whom")[0]))
# The shape of test_runs.py, so that both wait for one compilation.
SMALL = replace(PRESETS["smoke"], grid=24, ticks=3, hidden_dim=8, least_mass=30, guidance="gradient")
WORDS = "--preset smoke --grid 24 --ticks 3 --hidden-dim 8 --least-mass 30 --guidance gradient".split()  # noqa: SIM905
OWN = """
def pair(rollout):
    return jnp.ones(2)

def nothing(rollout):
    return None

def whole(rollout):
    return jnp.int32(3)

def raising(rollout):
    raise ValueError("mine")

def far(side):
    return Ground(np.ones((side, 2 * side), bool))

def infinite(architecture, key):
    return jax.tree.map(lambda leaf: leaf + jnp.inf, architecture.init_params(key))

class Full(Orders):
    def starts(self, count):
        return np.full((count, 24, 24), 1.5)

class Few(Orders):
    def starts(self, count):
        return super().starts(1)

class Blind:
    def init(self, mass, terrain, seed):
        return None

    def order(self, memory, mass, target):
        return mass, memory
"""


def refused(capsys, words, run="run"):
    with pytest.raises(SystemExit) as left:
        main([*WORDS, "--out", "mine", "--run", run, *words])
    out, error = capsys.readouterr()
    assert left.value.code == 2 and out == "" and error.count("\n") == 1, error
    return error


def installed(monkeypatch, groups):
    """Have these entry points installed beside the project's own."""

    def entries(group):
        return [EntryPoint(name, value, group) for name, value in groups.get(group, ())]

    monkeypatch.setattr(plugin.parts, "entry_points", entries)
