"""Runs with parts of a user's own: they name them, and go on where they are given again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_parts import BLOCKS, FLAGS, SMALL, WORDS, refused

from nca_controller import load_controller
from nca_controller.evaluate import main as evaluate
from nca_controller.training import Config, Parts, train
from nca_controller.training.__main__ import main
from nca_controller.training.loop import Trainer
from nca_controller.training.snapshots import Snapshots

pytestmark = pytest.mark.usefixtures("mypkg")


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
