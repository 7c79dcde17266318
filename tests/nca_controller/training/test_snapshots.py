"""Snapshots: whole or passed over, few, and as hard to be misled by as models."""

import json
import math
import random
import shutil
from dataclasses import asdict, replace

import jax
import numpy as np
import pytest

from nca_controller import CheckpointError
from nca_controller.checkpoints import CARD, RECIPE
from nca_controller.storage import plain_files
from nca_controller.training.__main__ import main as train
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.loop import Trainer, arrays_of
from nca_controller.training.runs import iteration_of
from nca_controller.training.snapshots import DIGEST, NOTES, Snapshots

SMALL = replace(PRESETS["smoke"], grid=24, ticks=3, hidden_dim=8, least_mass=30, guidance="gradient", iterations=20)


@pytest.fixture(scope="module")
def trainer():
    return Trainer(SMALL)


def save(snapshots, trainer, iteration, loss):
    trainer.iteration = iteration
    snapshots.save(trainer, loss=loss, seconds=1.0, best=0.5)


@pytest.fixture(scope="module")
def two(trainer, tmp_path_factory):
    """Snapshots of iterations 3, the best, and 5."""
    snapshots = Snapshots(tmp_path_factory.mktemp("run") / "snapshots")
    save(snapshots, trainer, 3, 0.5)
    save(snapshots, trainer, 5, 0.7)
    return snapshots.folder


@pytest.fixture
def folder(two, tmp_path):
    return shutil.copytree(two, tmp_path / "run" / "snapshots")


def test_the_latest_and_the_best_stay_also_after_going_on(folder, trainer):
    assert sorted(path.name for path in folder.iterdir()) == ["3", "5"]
    for left in ("4", "9", "7.orbax-checkpoint-tmp-1", "draft-6"):
        (folder / left).mkdir()
    (folder / "own.txt").touch()
    for iteration, loss, kept in ((6, 0.6, {"3", "6"}), (7, 0.4, {"7"}), (8, math.nan, {"7", "8"})):
        save(Snapshots(folder), trainer, iteration, loss)
        assert {path.name for path in folder.iterdir()} == kept | {"own.txt"}
    assert Snapshots(folder).latest() == 8


def test_a_stale_snapshot_is_put_aside_before_it_is_removed(folder, trainer, monkeypatch):
    """A kill leaves none by halves: what is under its number is whole."""
    removed, remove = [], shutil.rmtree
    monkeypatch.setattr("shutil.rmtree", lambda path, **how: (removed.append(path.name), remove(path, **how)))
    save(Snapshots(folder), trainer, 6, 0.6)
    assert "draft-old-5" in removed and all(name.startswith("draft-") for name in removed)


def test_no_bit_can_flip_unseen(folder):
    shutil.rmtree(folder / "3")
    dice = random.Random(0)
    files = plain_files(folder, 2**30)
    for path in (file for file in files for _ in range(2)):
        content = path.read_bytes()
        flipped = bytearray(content)
        flipped[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(flipped)
        with pytest.raises(CheckpointError) as error:
            Snapshots(folder).read(SMALL)
        assert str(error.value).isprintable()
        path.write_bytes(content)
    assert Snapshots(folder).read(SMALL).iteration == 5


HARMED = {
    "empty": lambda one: (shutil.rmtree(one), one.mkdir()),
    "without its digest": lambda one: (one / DIGEST).unlink(),
    "without notes": lambda one: (one / NOTES).unlink(),
    "without arrays": lambda one: shutil.rmtree(one / "arrays"),
    "cut short": lambda one: max(plain_files(one, 2**30), key=lambda path: path.stat().st_size).write_bytes(b"x"),
    "with one file more": lambda one: (one / "arrays" / "more").touch(),
    "with notes that are a device": lambda one: ((one / NOTES).unlink(), (one / NOTES).symlink_to("/dev/zero")),
    "under another name": lambda one: one.rename(one.with_name("6")),
}


@pytest.mark.parametrize("harm", HARMED)
def test_what_is_not_whole_is_passed_over_for_an_older_one(harm, folder):
    HARMED[harm](folder / "5")
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    found = Snapshots(folder).read(SMALL)
    assert found.iteration == 3 and len(found.passed_over) == 1
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before


def test_notes_of_wrong_kinds_are_refused_in_one_line(folder):
    shutil.rmtree(folder / "3")
    config, generator = asdict(SMALL), json.loads((folder / "5" / NOTES).read_text())["generator"]
    good = (folder / "5" / NOTES).read_text()
    for changes in (
        {"format": "2"}, {"format": [2]}, {"format": None}, {"iteration": "5"}, {"iteration": 6},
        {"config": None}, {"config": []}, {"config": {}}, {"config": {**config, "more": 1}},
        *({"config": {**config, name: value}} for name in config for value in (None, "x\n\x1b[2J", [1], {}, True)),
        *({"config": {**config, name: value}} for name in ("pool", "grid", "hidden_dim", "batch", "seed")
          for value in (2**31 - 1, 10**400, -1)),
        *({name: value} for name in ("seconds", "best", "loss")
          for value in (None, "x", [], {}, True, math.nan, 10**400, -math.inf)),
        *({"generator": value} for value in (None, [], {}, generator | {"bit_generator": "MT19937"})),
        *({"generator": generator | {"state": value}} for value in (None, 1, {}, {"state": -1, "inc": 1},
          {"state": 10**400, "inc": 1}, {"state": 0.5, "inc": 1}, {"state": "1", "inc": 1})),
        *({"generator": generator | {name: value}} for name in ("has_uint32", "uinteger")
          for value in (None, "1", 10**400, -1, [])),
    ):  # fmt: skip
        (folder / "5" / NOTES).write_text(json.dumps(json.loads(good) | changes))
        with pytest.raises(CheckpointError) as error:
            Snapshots(folder).notes()
        assert str(error.value).isprintable() and len(str(error.value)) <= 300, changes
    for content in (b"[" * 60_000, b"[" * 100_000, b"\xff", b"", b"[]", b"9" * 5000):
        (folder / "5" / NOTES).write_bytes(content)
        with pytest.raises(CheckpointError):
            Snapshots(folder).notes()


def test_numbers_that_are_none_are_not_gone_on_from_however_they_are_signed(folder, trainer):
    weights = trainer.params
    try:
        trainer.params = jax.tree.map(lambda leaf: leaf * np.nan, weights)
        save(Snapshots(folder), trainer, 6, 0.9)
    finally:
        trainer.params = weights
    found = Snapshots(folder).read(SMALL)
    assert found.iteration == 3 and "not finite" in found.passed_over[0]


def test_a_run_of_the_first_format_is_gone_on_with(trainer, tmp_path):
    """As it was written before snapshots had a digest."""
    import orbax.checkpoint as ocp

    trainer.iteration = 4
    notes = {"format": 1, "config": asdict(SMALL), "generator": trainer.rng.bit_generator.state, "seconds": 2.5,
             "best": 0.25}  # fmt: skip
    parts = ocp.args.Composite(arrays=ocp.args.StandardSave(arrays_of(trainer)), notes=ocp.args.JsonSave(notes))
    with ocp.CheckpointManager(tmp_path / "snapshots") as manager:
        manager.save(4, args=parts)
    found = Snapshots(tmp_path / "snapshots").read(Config(**notes["config"]))
    assert (found.iteration, found.notes["best"], found.passed_over) == (4, 0.25, ())
    jax.tree.map(np.testing.assert_array_equal, found.arrays, arrays_of(trainer))
    save(Snapshots(tmp_path / "snapshots"), trainer, 5, 0.7)
    assert Snapshots(tmp_path / "snapshots").iterations() == [5]


@pytest.mark.parametrize("harm", ["empty", "nowhere"])
def test_a_run_that_cannot_be_gone_on_with_changes_nothing(harm, folder, tmp_path, capsys):
    for iteration in ("3", "5"):
        shutil.rmtree(folder / iteration)
        if harm == "empty":
            (folder / iteration).mkdir()
    (folder.parent / "metrics.jsonl").write_text('{"iteration": 9}\n{"iter')
    (tmp_path / "mine").mkdir()
    for name in (CARD, RECIPE):
        (tmp_path / "mine" / name).write_text("old")
    before = {path: path.read_bytes() if path.is_file() else None for path in tmp_path.rglob("*")}
    with pytest.raises(SystemExit) as exit_:
        train(["--out", str(tmp_path / "mine"), "--run", str(folder.parent), "--resume"])
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and error.count("\n") == 1 and "resume" in error
    assert {path: path.read_bytes() if path.is_file() else None for path in tmp_path.rglob("*")} == before


def test_a_damaged_line_of_metrics_is_of_no_iteration():
    for line in ("", "{", "[]", "3", '{"iteration": "3"}', '{"iteration": [3]}', "[" * 60_000, "null"):
        assert iteration_of(line) == math.inf
    assert iteration_of('{"iteration": 3, "loss": NaN}') == 3
