"""Parts of a user's own, found by name: those of docs/training.md do what it says, and what is none is refused."""

import importlib
import json
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path

import jax
import numpy as np
import pytest
from PIL import Image

from engine import plugin
from engine.formations import read_ground
from engine.plugin import Ground
from nca_controller import CheckpointError, checkpoints, load_controller
from nca_controller.checkpoints import Architecture
from nca_controller.evaluate import main as evaluate
from nca_controller.tasks import Orders
from nca_controller.training import Config, Parts, find_parts, train
from nca_controller.training.__main__ import main, make_parser
from nca_controller.training.config import PRESETS
from nca_controller.training.loop import Trainer
from nca_controller.training.snapshots import Snapshots

PAGE = (Path(__file__).parents[3] / "docs" / "training.md").read_text(encoding="utf-8")
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


@pytest.fixture(autouse=True)
def mypkg(tmp_path, monkeypatch):
    """The module of the page's examples, and of some that are wrong, where Python finds it."""
    (tmp_path / "mypkg.py").write_text("\n".join(EXAMPLES) + OWN)
    (tmp_path / "ruin.py").write_text("raise RuntimeError('at import')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("mypkg")
    for name in ("mypkg", "ruin"):
        sys.modules.pop(name, None)


def refused(capsys, words, run="run"):
    with pytest.raises(SystemExit) as left:
        main([*WORDS, "--out", "mine", "--run", run, *words])
    out, error = capsys.readouterr()
    assert left.value.code == 2 and out == "" and error.count("\n") == 1, error
    return error


def test_the_page_has_a_short_example_of_each_part():
    assert set(FLAGS) == {"--loss", "--metric", "--starts", "--terrain", "--commander", "--optimiser", "--init"}
    assert all(len(block.strip().splitlines()) <= 14 for block in EXAMPLES)


def test_every_part_of_the_page_is_found(mypkg):
    config = replace(
        SMALL, loss="mypkg:contact", metrics="mypkg:densest", starts="mypkg:Corner", terrain="mypkg:valley",
        guidance="mypkg:Uphill", optimiser="mypkg:descent", init="mypkg:small",
    )  # fmt: skip
    parts = find_parts(config)
    assert list(parts.metrics) == ["densest"] and parts.commander is mypkg.Uphill
    assert not parts.terrain.open_cells[:, 0].any() and (parts.terrain.capacity[12] == 0.5).all()
    small, usual = parts.weights(jax.random.key(3)), config.architecture.init_params(jax.random.key(3))
    np.testing.assert_allclose(small["hidden"]["kernel"], 0.1 * usual["hidden"]["kernel"], rtol=1e-6)
    orders = parts.orders(np.random.default_rng(0))
    for mass in orders.starts(3):
        target = orders.order(float(mass.sum(dtype=np.float64)))
        for field in (mass, target, orders.wound(mass)):
            assert field.sum(dtype=np.float64) == mass.sum(dtype=np.float64)
            assert not field[:, 0].any() and field[12].max() <= 0.5, "the ground holds no more"
    assert len(jax.tree.leaves(parts.optimiser.init(small))) == 0, "descent remembers nothing"


def test_a_picture_is_a_ground():
    levels = np.full((48, 48), 255, np.uint8)
    levels[:16] = 0
    Image.fromarray(levels).save("valley.png")
    parts = find_parts(replace(SMALL, terrain="valley.png"))
    assert parts.terrain.open_cells.shape == (24, 24)
    assert not parts.terrain.open_cells[:8].any() and parts.terrain.open_cells[8:].all()
    mass = parts.orders(np.random.default_rng(0)).starts(4)
    assert not mass[:, :8].any() and mass.any()
    assert read_ground(Path("valley.png"), size=(24, 24)).open_cells.sum() == 16 * 24


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--loss contct", "loss must be one of standing, shortfall, arriving, seed, package.module:name, not 'contct'"),
        ("--loss shortfal", "did you mean shortfall?"),
        ("--loss mypkg:contct", "loss 'mypkg:contct': AttributeError: module 'mypkg' has no attribute 'contct'"),
        ("--loss nopkg:contact", "loss 'nopkg:contact': No module named 'nopkg'"),
        ("--loss ruin:contact", "loss 'ruin:contact': at import (its traceback is in "),
        ("--loss mypkg:pair", "loss 'mypkg:pair' must return a scalar, not float32 of shape (2,)"),
        ("--loss mypkg:nothing", "loss 'mypkg:nothing' must return a scalar, not NoneType"),
        ("--loss mypkg:whole", "loss 'mypkg:whole' must return a scalar, not int32"),
        ("--loss mypkg:small", "loss 'mypkg:small' cannot be called with what it is given: missing a required"),
        ("--metric mypkg:pair", "must return a scalar"),
        ("--metric mypkg:densest --metric mypkg:densest", "two metrics are named 'densest'"),
        ("--optimiser mypkg:Blind", "optimiser 'mypkg:Blind' cannot be called"),
        ("--starts mypkg:pair", "starts 'mypkg:pair' cannot be called"),
        ("--starts mypkg:Full", "starts 'mypkg:Full': mass must be finite"),
        ("--starts mypkg:Few", "8 starts must be (8, H, W), not (1, 24, 24)"),
        ("--starts quarters --terrain mypkg:valley", "know open ground alone"),
        ("--terrain nowhere.png", "nowhere.png: No such file"),
        ("--terrain mypkg:far", "must be 24 x 24 cells"),
        ("--terrain mypkg:valley --greatest-mass 280", "greatest_mass must be at most 258.5, half of what the terrain"),
        ("--commander mypkg:Blind", "must order (H, W, 3), not (24, 24)"),
        ("--commander mypkg:descent", "commander 'mypkg:descent' cannot be called"),
        ("--init nowhere", "no model in nowhere"),
        ("--init plan", "init 'plan': Plan has no weights to start from"),
        ("--init default", "hidden_dim is 64 in default, and cannot be 8"),
        ("--init mypkg:infinite", "a weight must be finite"),
    ],
)  # fmt: skip
def test_what_is_no_part_is_refused_in_one_line(words, complaint, capsys, tmp_path):
    assert complaint in refused(capsys, words.split())
    assert not (tmp_path / "mine").exists() and not (tmp_path / "run").exists()


def test_what_a_part_raises_keeps_its_traceback(mypkg, capsys):
    for start in (
        lambda: main([*WORDS, "--out", "mine", "--loss", "mypkg:raising"]),
        lambda: find_parts(SMALL, Parts(loss=mypkg.raising)),
    ):
        with pytest.raises(ValueError, match="mine") as raised:
            start()
        assert raised.traceback[-1].name == "raising"
    assert capsys.readouterr().err == ""


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


def installed(monkeypatch, groups):
    """Have these entry points installed beside the project's own."""
    from importlib.metadata import EntryPoint

    def entries(group):
        return [EntryPoint(name, value, group) for name, value in groups.get(group, ())]

    monkeypatch.setattr(plugin, "entry_points", entries)


def test_a_run_names_its_parts_and_goes_on_where_they_are_given_again(mypkg, capsys):
    words = ["--optimiser", "mypkg:descent", "--init", "mypkg:small"]
    main([*WORDS, "--out", "whole", "--run", "whole-run", *words])
    recipe = json.loads(Path("whole", "recipe.json").read_text())
    assert (recipe["config"]["optimiser"], recipe["config"]["init"]) == ("mypkg:descent", "mypkg:small")
    assert recipe["resumed"] == []
    rows = [json.loads(line) for line in Path("whole-run", "metrics.jsonl").read_text().splitlines()]
    assert all(row["gradient_norm"] > 0 for row in rows)
    assert [row["validation"] is not None for row in rows] == [False, False, True] * 2

    interrupted(words)
    capsys.readouterr()
    assert (
        "optimiser is mypkg:descent in the run in run, which is code: give it, too, if you trust it: --optimiser"
        in (refused(capsys, ["--resume"]))
    )
    assert "loss is shortfall in the run in run, and cannot become seed" in refused(
        capsys, ["--resume", *words, "--loss", "seed"]
    )
    assert "iterations is 6 in the run" in refused(capsys, ["--resume", *words, "--iterations", "9"])
    main([*WORDS, "--out", "mine", "--run", "run", "--resume", *words, "--save-every", "2"])
    assert losses_of("run") == losses_of("whole-run")
    recipe = json.loads(Path("mine", "recipe.json").read_text())
    assert recipe["resumed"] == [{"iteration": 3, "changed": {"save_every": 2}}]
    assert recipe["config"]["save_every"] == 2


def interrupted(words):
    """Leave a run that ended after its fourth iteration."""
    from nca_controller.training.runs import Run

    config = replace(SMALL, optimiser=words[1], init=words[3])
    rows = Run(config, Path("mine"), Path("run")).iterations()
    for _ in range(4):
        next(rows)


def losses_of(run):
    return [json.loads(line)["loss"] for line in Path(run, "metrics.jsonl").read_text().splitlines()]


def test_a_run_of_before_there_were_parts_is_gone_on_with():
    """Its config has no fields for them."""
    trainer = Trainer(SMALL)
    trainer.iteration = 3
    Snapshots(Path("run")).save(trainer, loss=0.5, seconds=1.0, best=0.5)
    notes = Path("run", "3", "notes", "metadata")
    old = json.loads(notes.read_text())
    del old["resumed"]
    for name in ("optimiser", "metrics", "terrain", "init"):
        del old["config"][name]
    notes.write_text(json.dumps(old))
    from nca_controller.training import snapshots

    whole = Snapshots(Path("run"))
    Path("run", "3", snapshots.DIGEST).write_text(whole._digest(Path("run", "3"), SMALL))
    assert Config(**whole.notes()["config"]) == SMALL
    assert whole.read(SMALL).iteration == 3


def test_a_model_starts_another_run_with_its_own_architecture(capsys):
    from nca_controller.training.__main__ import started

    architecture = Architecture(hidden_dim=8, guidance="poisson", frame="ground")
    params = architecture.init_params(jax.random.key(5))
    checkpoints.save(Path("model"), params, architecture)
    args = make_parser().parse_args(["--out", "mine", "--init", "model", "--frame", "order", "--preset", "smoke"])
    config = started(Path("run"), args)
    assert (config.hidden_dim, config.guidance, config.frame) == (8, "poisson", "order")
    jax.tree.map(np.testing.assert_array_equal, find_parts(config).weights(jax.random.key(0)), params)


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


def test_every_flag_has_a_help_line():
    for action in make_parser()._actions:
        assert action.help and len(action.help) > 8, action.option_strings


def test_the_library_trains_as_the_command_does():
    losses, again = [], []
    controller = train(SMALL, report=lambda metrics: losses.append(metrics.loss))
    with pytest.raises(ValueError, match="holds a run"):
        for _ in range(2):
            train(SMALL, folder="run", report=lambda metrics: again.append(metrics.loss))
    assert losses == again == losses_of("run") and len(losses) == 6
    with pytest.raises(ValueError, match="loss is shortfall in the run in run"):
        train(SMALL, Parts(loss=lambda rollout: rollout.mass.sum()), folder="run", resume=True)
    assert controller.params.keys() == load_controller(Path("run", "model")).params.keys()


def test_parts_of_a_program_leave_their_names(mypkg):
    from nca_controller.training.parts import with_names

    ground = Ground.plain(24, 24)
    parts = Parts(loss=mypkg.contact, starts=mypkg.Corner, terrain=ground, metrics={"full": mypkg.densest})
    named = asdict(with_names(SMALL, parts))
    assert {name: named[name] for name in ("loss", "starts", "terrain", "metrics")} == {
        "loss": "mypkg:contact", "starts": "mypkg:Corner", "terrain": "own:terrain", "metrics": "mypkg:densest"
    }  # fmt: skip
    assert list(find_parts(with_names(SMALL, parts), parts).metrics) == ["full"]
    assert issubclass(mypkg.Corner, Orders)


@pytest.mark.long
def test_a_run_with_every_part_of_the_page():
    given = [word for flag, name in FLAGS.items() for word in (flag, name)]
    main([*WORDS[:-2], *given, "--out", "mine", "--run", "run"])
    rows = [json.loads(line) for line in Path("run", "metrics.jsonl").read_text().splitlines()]
    assert len(rows) == 6 and all(0 < row["densest"] <= 1 and row["loss"] > 0 for row in rows)
    evaluate(["mine", "--commander", "mypkg:Uphill", "--trials", "orders", "--first", "1", "--rivals", ""])


@pytest.mark.long
def test_the_library_of_the_page_runs():
    names = {}
    for block in BLOCKS:
        exec(block, names)
    assert len(names["losses"]) == 4 and np.isfinite(names["losses"]).all()
    assert names["outcome"].losses.shape == (2,) and set(names["outcome"].metrics) == {"densest"}
