"""Models: saved and loaded as they were, and refused in one line where they cannot be used."""

import json
import logging
import os
import re
import shutil
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from nca_controller import CheckpointError, load_controller
from nca_controller.checkpoints import Architecture, save
from nca_controller.controllers import TRAINED_MODELS


def test_a_controller_shows_its_weights_to_other_backends():
    for name, perceived in (("open", 16 + 4), ("default", 16 + 4 + 5)):  # and ground, friends and enemies
        weights = load_controller(name).network()
        assert weights["hidden/kernel"].shape == (3 * perceived, 64)
        assert weights["outcome/kernel"].shape == (64, 10)
    assert load_controller("plan").network() is None


@pytest.fixture
def model(tmp_path):
    architecture = Architecture(hidden_dim=8)
    save(tmp_path / "model", architecture.init_params(jax.random.key(1)), architecture)
    return tmp_path / "model"


def test_a_saved_model_is_loaded_as_it_was(model):
    expected = Architecture(hidden_dim=8).init_params(jax.random.key(1))
    jax.tree.map(np.testing.assert_array_equal, load_controller(model).params, expected)


def refused(folder, word):
    with pytest.raises(CheckpointError, match=word) as error:
        load_controller(folder)
    assert "\n" not in str(error.value)


def test_models_that_cannot_be_used_are_refused_in_one_line(model, tmp_path):
    refused(tmp_path / "nowhere", "no model in")
    description = json.loads((model / "model.json").read_text())
    sizes = description["architecture"]
    for change, word in (
        ({"format": 99}, "another version"),
        ({"format": 2}, "another version"),
        ({"architecture": {**sizes, "hidden_dim": 9}}, "not those of"),
        ({"architecture": {"num_channels": 16}}, "architecture"),
        ({"architecture": {**sizes, "hidden_dim": -8}}, "architecture"),
        ({"architecture": {**sizes, "num_channels": 3}}, "16 channels"),
        ({"architecture": {**sizes, "guidance": "oracle"}}, "guidance"),
        ({"architecture": {**sizes, "obedience": "much"}}, "wrong kind"),
        ({"architecture": {**sizes, "cells": "dead"}}, "cells"),
        ({"architecture": {**sizes, "frame": "sky"}}, "frame"),
        ({"weights": "../elsewhere"}, "weights"),
        ({"digest": "0"}, "damaged"),
    ):
        (model / "model.json").write_text(json.dumps(description | change))
        refused(model, word)
    (model / "model.json").write_text("{")
    refused(model, "model.json")
    (model / "model.json").write_text(json.dumps(description))
    weights = model / description["weights"]
    shutil.rmtree(weights / "ocdbt.process_0")
    refused(model, "damaged")
    shutil.rmtree(weights)
    refused(model, "damaged")


def test_a_model_stays_whole_when_the_next_cannot_be_written(model, monkeypatch):
    """The description is what makes a model; until it is replaced the old one is the model."""
    before = load_controller(model).network()
    architecture = Architecture(hidden_dim=8)

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match=rf"^{re.escape(str(model))}: the model cannot be written: No space"):
        save(model, architecture.init_params(jax.random.key(2)), architecture)
    monkeypatch.undo()
    assert sorted(path.name[:8] for path in model.iterdir()) == ["model.js", "weights-"]
    jax.tree.map(np.testing.assert_array_equal, load_controller(model).network(), before)
    save(model, architecture.init_params(jax.random.key(2)), architecture)
    assert len(list(model.glob("weights*"))) == 1


def test_a_model_is_whole_at_every_step_of_its_replacement(model, monkeypatch):
    """A kill can come between any two steps; an old model may stand with its card, or a new one, whole."""
    architecture, steps = Architecture(hidden_dim=8), []
    new = architecture.init_params(jax.random.key(2))
    (model / "CARD.md").write_text("of the old one")

    def watched(owner, name):
        step = getattr(owner, name)

        def look(*args, **settings):
            load_controller(model)
            step_done = step(*args, **settings)
            load_controller(model)
            steps.append(name)
            return step_done

        monkeypatch.setattr(owner, name, look)

    for owner, name in ((os, "replace"), (shutil, "rmtree"), (os, "unlink")):
        watched(owner, name)
    save(model, new, architecture)
    monkeypatch.undo()
    assert {"replace", "rmtree"} <= set(steps)
    assert sorted(path.name[:8] for path in model.iterdir()) == ["model.js", "weights-"]


def test_a_full_disk_is_said_in_one_line_and_nothing_else(tmp_path, monkeypatch, capfd):
    """Before anything is written where that can be known; else by the system's reason, dug out of a store's error."""
    from orbax.checkpoint import StandardCheckpointer

    architecture = Architecture(hidden_dim=8)
    params = architecture.init_params(jax.random.key(1))
    with monkeypatch.context() as full:
        full.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**16))
        full.setattr(StandardCheckpointer, "save", lambda *_: pytest.fail("nothing is written"))
        with pytest.raises(OSError, match=r"model cannot be written: No space left on device$"):
            save(tmp_path / "model", params, architecture)

    def fail(*_):
        logging.getLogger("absl").error("a traceback")
        raise ValueError("RESOURCE_EXHAUSTED: Error opening 'zarr' driver: [os_error_code='28'; spec='...']")

    monkeypatch.setattr(StandardCheckpointer, "save", fail)
    with pytest.raises(OSError, match=r"model cannot be written: No space left on device$"):
        save(tmp_path / "model", params, architecture)
    assert list((tmp_path / "model").iterdir()) == []
    assert "traceback" not in capfd.readouterr().err and not logging.getLogger("absl").disabled


def test_weights_that_are_not_finite_are_refused(model):
    architecture = Architecture(hidden_dim=8)
    save(model, jax.tree.map(lambda leaf: leaf * np.nan, architecture.init_params(jax.random.key(1))), architecture)
    refused(model, "not finite")


def test_the_shipped_model_is_small():
    size = sum(file.stat().st_size for file in (TRAINED_MODELS / "default").rglob("*") if file.is_file())
    assert size < 2_000_000
