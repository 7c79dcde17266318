"""Models: saved and loaded as they were, and refused in one line where they cannot be used."""

import json
import shutil

import jax
import numpy as np
import pytest

from nca_controller import CheckpointError, load_controller
from nca_controller.checkpoints import Architecture, save
from nca_controller.controllers import TRAINED_MODELS


def test_a_controller_shows_its_weights_to_other_backends():
    weights = load_controller("default").network()
    assert weights["hidden/kernel"].shape == (3 * (16 + 4), 64)
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
    with pytest.raises(OSError, match="No space"):
        save(model, architecture.init_params(jax.random.key(2)), architecture)
    monkeypatch.undo()
    jax.tree.map(np.testing.assert_array_equal, load_controller(model).network(), before)
    save(model, architecture.init_params(jax.random.key(2)), architecture)
    assert len(list(model.glob("weights*"))) == 1


def test_weights_that_are_not_finite_are_refused(model):
    architecture = Architecture(hidden_dim=8)
    save(model, jax.tree.map(lambda leaf: leaf * np.nan, architecture.init_params(jax.random.key(1))), architecture)
    refused(model, "not finite")


def test_the_shipped_model_is_small():
    size = sum(file.stat().st_size for file in (TRAINED_MODELS / "default").rglob("*") if file.is_file())
    assert size < 2_000_000
