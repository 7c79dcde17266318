"""Runs of training from the command line: what they leave, and how they end, fail and go on."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import load_controller
from nca_controller.training import runs
from nca_controller.training.__main__ import main as train
from nca_controller.training.config import PRESETS
from nca_controller.training.loop import Step, Trainer
from nca_controller.training.runs import DivergedError, Run
from nca_controller.training.snapshots import Snapshots

# One shape for all, here and in test_training.py, and no plan: a step of training takes long to compile.
SMALL = replace(PRESETS["smoke"], grid=24, ticks=3, hidden_dim=8, least_mass=30, guidance="gradient")
FLAGS = "--preset smoke --grid 24 --ticks 3 --hidden-dim 8 --least-mass 30 --guidance gradient"
WORDS = FLAGS.split()
FEWEST = "--grid 16 --ticks 1 --batch 2 --pool 4 --iterations 2 --warmup 1 --least-mass 20 --greatest-mass 60"
LEAST = FEWEST.split()


def losses_of(run):
    return [
        (row["iteration"], row["loss"]) for row in map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    train([*WORDS, "--out", str(folder / "mine"), "--run", str(folder / "run"), "--show-every", "6"])
    return folder


def test_a_run_leaves_a_model_its_recipe_its_metrics_and_its_figures(trained):
    metrics = [json.loads(line) for line in (trained / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in metrics] == [1, 2, 3, 4, 5, 6]
    assert all(math.isfinite(row["loss"]) and 0 <= row["overlap"] <= 1 for row in metrics)
    recipe = json.loads((trained / "mine" / "recipe.json").read_text())
    assert recipe["preset"] == "smoke" and recipe["config"]["hidden_dim"] == 8 and recipe["iterations done"] == 6
    weights = load_controller(trained / "mine").network()
    assert weights["hidden/kernel"].shape[1] == 8
    assert np.abs(weights["outcome/kernel"]).max() > 0, "the last layer starts at zero and has to learn"
    for name in ("000006.png", "000006.gif"):
        assert (trained / "run" / "figures" / name).stat().st_size > 5000
    assert not list((trained / "mine").glob("snapshots")), "what resumes stays apart from what plays"


@pytest.mark.long
def test_a_killed_run_goes_on_as_if_nothing_had_been(trained, tmp_path):
    """Killed with -9 after its first snapshot, then resumed: the losses are those of the run that was left alone."""
    words = [*WORDS, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    killed = subprocess.Popen([sys.executable, "-c", SLOWLY, *words], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (tmp_path / "run" / "metrics.jsonl").exists() or len(losses_of(tmp_path / "run")) < 4:
        assert time.monotonic() < deadline and killed.poll() is None
        time.sleep(0.05)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert len(losses_of(tmp_path / "run")) < 6
    train([*words, "--resume"])
    assert losses_of(tmp_path / "run") == losses_of(trained / "run")


@pytest.mark.long
def test_a_run_under_the_plan_goes_on_as_if_nothing_had_been(tmp_path):
    """The plan remembers from tick to tick what is no weight; resuming keeps that as well."""
    planned, words = replace(SMALL, guidance="plan"), [*WORDS[:-1], "plan"]
    train([*words, "--out", str(tmp_path / "whole"), "--run", str(tmp_path / "whole-run")])
    rows = Run(planned, tmp_path / "model", tmp_path / "run").iterations()
    for _ in range(4):
        next(rows)
    train([*words, "--out", str(tmp_path / "model"), "--run", str(tmp_path / "run"), "--resume"])
    assert losses_of(tmp_path / "run") == losses_of(tmp_path / "whole-run")


@pytest.mark.long
@pytest.mark.parametrize("mode", ["JAX_ENABLE_X64", "JAX_DISABLE_JIT"])
def test_training_comes_to_its_end_however_jax_is_configured(mode, tmp_path):
    words = [*WORDS, *LEAST, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    program = [sys.executable, "-m", "nca_controller.training", *words]
    subprocess.run(program, env={**os.environ, mode: "1"}, check=True, timeout=600)
    assert [iteration for iteration, _ in losses_of(tmp_path / "run")] == [1, 2]
    weights = load_controller(tmp_path / "mine").network()
    assert all(leaf.dtype == np.float32 for leaf in weights.values())


SLOWLY = """
import sys, time
from nca_controller.training import loop
from nca_controller.training.__main__ import main
iterate = loop.Trainer.iterate
loop.Trainer.iterate = lambda self: (iterate(self), time.sleep(1 if self.iteration > 3 else 0))[0]
main(sys.argv[1:])
"""


def test_ctrl_c_saves_and_ends(tmp_path, monkeypatch, capsys):
    """The signal comes amid an iteration, which is finished first."""
    iterate = Trainer.iterate

    def interrupted(self):
        if self.iteration == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return iterate(self)

    monkeypatch.setattr(Trainer, "iterate", interrupted)
    unheard = []  # the tests' own handler would end them
    before = signal.signal(signal.SIGINT, lambda *_: unheard.append("by the run"))
    try:
        train([*WORDS, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")])
        assert not unheard
        os.kill(os.getpid(), signal.SIGINT)
        assert unheard, "whoever listened before listens again"
    finally:
        signal.signal(signal.SIGINT, before)
    assert [iteration for iteration, _ in losses_of(tmp_path / "run")] == [1, 2]
    check_stopped(tmp_path, capsys.readouterr().out)


def check_stopped(folder, told):
    done = len(losses_of(folder / "run"))
    assert f"stopped after iteration {done}" in told
    load_controller(folder / "mine")
    assert (folder / "run" / "snapshots" / str(done)).is_dir()


@pytest.mark.long
def test_ctrl_c_in_a_terminal_saves_and_ends(tmp_path):
    words = [*WORDS, "--iterations", "500", "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    run = subprocess.Popen([sys.executable, "-m", "nca_controller.training", *words], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (tmp_path / "run" / "metrics.jsonl").exists() or not (tmp_path / "run" / "metrics.jsonl").read_text():
        assert time.monotonic() < deadline and run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    told, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    check_stopped(tmp_path, told)


def test_a_run_in_the_way_and_flags_that_contradict_it_are_refused(trained, capsys):
    words = [*WORDS, "--out", str(trained / "mine"), "--run", str(trained / "run")]
    for more, complaint in (([], "add --resume"), (["--resume", "--batch", "3"], "batch is 2 in the run")):
        with pytest.raises(SystemExit) as exit_:
            train([*words, *more])
        error = capsys.readouterr().err
        assert exit_.value.code == 2 and complaint in error and error.count("\n") == 1


def test_a_budget_of_minutes_ends_in_time(tmp_path):
    run = Run(replace(SMALL, iterations=10**6, save_every=50), tmp_path / "model", tmp_path / "run")
    run.iterate()
    begun = time.monotonic()
    rows = list(run.iterations(minutes=0.03))
    assert rows and rows[-1].iteration < 10**6 and run.snapshots.latest() == run.trainer.iteration
    assert time.monotonic() - begun < 60, "two seconds were asked for"


def test_the_first_compilation_is_no_slow_iteration(tmp_path, monkeypatch):
    """Of a minute, half of which goes to it, the rest is used, and not more."""
    run, clock = Run(replace(SMALL, iterations=1000, save_every=999), tmp_path / "model", tmp_path / "run"), [0.0]

    def taking(seconds, result):
        clock[0] += seconds
        return result

    def iterate():
        run.trainer.iteration += 1
        return taking(30 if run.trainer.iteration == 1 else 1, Step(0.5, 0.5, 1.0, {}))

    monkeypatch.setattr(runs, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(run.trainer, "iterate", iterate)
    monkeypatch.setattr(run.trainer, "validate", lambda: taking(0.5, 1.0))
    rows = list(run.iterations(minutes=1))
    assert 56 <= clock[0] <= 60 and len(rows) > 25
    assert run.snapshots.latest() == run.trainer.iteration == rows[-1].iteration


def test_divergence_is_named_and_the_last_good_checkpoint_stays(tmp_path):
    run = Run(SMALL, tmp_path / "model", tmp_path / "run")
    rows = run.iterations()
    for _ in range(4):
        next(rows)
    run.trainer.params["outcome"]["bias"] = run.trainer.params["outcome"]["bias"] * jnp.nan
    with pytest.raises(DivergedError, match=r"iteration 5; last good checkpoint: iteration 3"):
        next(rows)
    load_controller(tmp_path / "model")
    assert run.snapshots.latest() == 3


def test_a_disk_that_is_full_leaves_the_last_good_checkpoint(tmp_path, monkeypatch, capsys):
    words = [*WORDS, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    from orbax.checkpoint import StandardCheckpointer

    whole = StandardCheckpointer.save

    def save(self, folder, *args, **settings):
        if "draft-6" in str(folder):
            raise OSError("[Errno 28] No space left on device")
        return whole(self, folder, *args, **settings)

    monkeypatch.setattr(StandardCheckpointer, "save", save)
    with pytest.raises(SystemExit) as exit_:
        train(words)
    error = capsys.readouterr().err.splitlines()[-1]
    assert exit_.value.code == 2 and "No space left" in error and "last good checkpoint: iteration 3" in error
    monkeypatch.undo()
    train([*words, "--resume"])
    assert [iteration for iteration, _ in losses_of(tmp_path / "run")] == [1, 2, 3, 4, 5, 6]


def test_a_run_goes_on_from_the_newest_snapshot_that_is_whole_and_says_so(trained, tmp_path, capsys):
    words = [*WORDS, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "CARD.md").write_text("of the model that was here before")
    begun = Run(SMALL, tmp_path / "mine", tmp_path / "run").iterations()
    for _ in range(5):
        next(begun)
    assert not (tmp_path / "mine" / "CARD.md").exists()
    snapshots = tmp_path / "run" / "snapshots"
    shutil.copytree(snapshots / "3", snapshots / "5")
    train([*words, "--resume"])
    told = [line for line in capsys.readouterr().err.splitlines() if "going on" in line]
    assert len(told) == 1 and told[0].endswith("going on from iteration 3") and "/5" in told[0]
    assert losses_of(tmp_path / "run") == losses_of(trained / "run")
    assert {path.name for path in snapshots.iterdir()} <= {"3", "6"}


def test_a_run_goes_on_over_another_number_of_devices(tmp_path):
    """What a trainer on two devices saved, a trainer on one reads: a batch of one cannot be spread."""
    saved, trainer = Trainer(SMALL), Trainer(replace(SMALL, batch=1))
    assert [len(each.spread.device_set) for each in (saved, trainer)] == [2, 1]
    start = [np.asarray(leaf) for leaf in jax.tree.leaves(saved.params)]
    saved.params, saved.iteration = jax.tree.map(lambda leaf: leaf + 1, saved.params), 5
    Snapshots(tmp_path).save(saved, loss=1.0, seconds=0.0, best=1.0)
    Snapshots(tmp_path).restore(trainer)
    assert trainer.iteration == 5
    for leaf, begun in zip(jax.tree.leaves(trainer.params), start, strict=True):
        assert len(leaf.sharding.device_set) == 1
        np.testing.assert_array_equal(leaf, begun + 1)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--preset", "quik"], "did you mean quick"),
        (["--gird", "32"], "did you mean --grid"),
        (["--pool", "2"], "pool must be at least batch"),
        (["--iterations", "-3"], "iterations must be above 0"),
        (["--grid", "3.5"], "--grid"),
        (["--learning-rate", "nan"], "learning_rate"),
        (["--greatest-mass", "9999"], "half the grid"),
        (["--guidance", "oracle"], "guidance must be one of"),
        (["--cells", "dead"], "cells must be one of"),
        (["--frame", "sky"], "frame must be one of"),
        (["--loss", "none"], "loss must be one of"),
        (["--fire-rate", "2"], "fire_rate"),
        (["--minutes", "0"], "above 0"),
        (["--seed", "9" * 400], "seed"),
        (["--resume", "--run", "/nowhere/at/all"], "no run to resume"),
    ],
)
def test_bad_settings_end_in_one_line_and_code_2(words, complaint, capsys, tmp_path):
    with pytest.raises(SystemExit) as exit_:
        train(["--out", str(tmp_path / "out"), "--run", str(tmp_path / "run"), *words])
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and complaint in error and error.count("\n") == 1 and len(error) < 900
