"""Parts and controllers of entry points go by their names; a user's own code is run only where the user names it."""

import sys
from dataclasses import replace
from pathlib import Path

import jax
import pytest
from own_parts import SMALL, WORDS, installed

from nca_controller import CheckpointError, checkpoints, load_controller
from nca_controller.checkpoints import Architecture
from nca_controller.evaluate import main as evaluate
from nca_controller.training import find_parts
from nca_controller.training.__main__ import main

pytestmark = pytest.mark.usefixtures("mypkg")


def test_parts_of_entry_points_go_by_their_names(mypkg, monkeypatch):
    groups = {"maniple.losses": [("contact", "mypkg:contact")], "maniple.commanders": [("uphill", "mypkg:Uphill")]}
    installed(monkeypatch, groups)
    parts = find_parts(replace(SMALL, loss="contact", guidance="uphill"))
    assert parts.commander is mypkg.Uphill
    with pytest.raises(ValueError, match="loss must be one of standing, shortfall, arriving, seed, contact, package"):
        replace(SMALL, loss="contct")
    installed(monkeypatch, {"maniple.losses": [("seed", "mypkg:contact")]})
    with pytest.raises(ValueError, match=r"two plugins of maniple.losses are named 'seed'"):
        find_parts(replace(SMALL, loss="mypkg:contact"))


def test_a_model_s_own_commander_is_imported_only_where_the_user_names_it(mypkg, monkeypatch, capsys):
    architecture = Architecture(hidden_dim=8, guidance="mypkg:Uphill")
    checkpoints.save(Path("model"), architecture.init_params(jax.random.key(0)), architecture)
    sys.modules.pop("mypkg")
    for load in (lambda: load_controller("model"), lambda: load_controller(Path("mypkg:Uphill"))):
        with pytest.raises(CheckpointError):
            load()
    with pytest.raises(SystemExit):
        main([*WORDS[:-2], "--out", "mine", "--init", "model"])
    assert "guidance is mypkg:Uphill in model, which is code: give it, too, if you trust it: --commander" in (
        capsys.readouterr().err
    )
    assert "mypkg" not in sys.modules
    loaded = load_controller("model", commander="mypkg:Uphill")
    assert type(loaded.commander).__name__ == "Uphill"
    installed(monkeypatch, {"maniple.commanders": [("uphill", "mypkg:Uphill")]})
    assert type(load_controller("model").commander).__name__ == "Uphill"


def test_controllers_of_entry_points_and_references_are_loaded(monkeypatch, capsys):
    Path("mine.py").write_text(
        "from nca_controller import Poisson\n"
        "class Own(Poisson):\n    pass\n"
        "class Wide(Poisson):\n    def steer(self, *given):\n        velocity, memory = super().steer(*given)\n"
        "        return velocity[..., :1], memory\n"
        "def nothing():\n    return None\n"
    )
    installed(monkeypatch, {"maniple.controllers": [("own", "mine:Own"), ("nothing", "mine:nothing")]})
    assert type(load_controller("own")).__name__ == type(load_controller("mine:Own")).__name__ == "Own"
    for name, complaint in (
        ("nothing", "NoneType is no controller, for lack of max_speed"),
        ("mine:nowhere", "has no attribute 'nowhere'"),
        ("mine:Wide", r"must steer with velocities (H, W, 2): on (16, 16) it gives (16, 16, 1)"),
    ):
        with pytest.raises(SystemExit) as left:
            evaluate([name, "--trials", "orders", "--first", "1", "--rivals", ""])
        error = capsys.readouterr().err
        assert left.value.code == 2 and complaint in error and error.count("\n") == 1
    sys.modules.pop("mine")
