"""Which files a trained model consists of, and that they make the same controller wherever they are."""

import json
import shutil

import numpy as np
import pytest

import nca_controller.controllers  # noqa: F401, loads the models
from engine.app.installed import makers
from engine.app.models import LARGEST_MODEL, load_trained, model_files
from engine.app.request import travelling
from engine.io import TRAINED_MODELS, InputError


@pytest.fixture
def mine(tmp_path):
    shutil.copytree(TRAINED_MODELS / "local", tmp_path / "mine")
    return tmp_path / "mine"


def test_a_model_that_travelled_leads_as_the_one_it_was(mine):
    carried = travelling(["nca", "plan", str(mine)], {})
    assert list(carried) == [str(mine)]
    before = load_trained(mine).network()
    shutil.rmtree(mine)
    with pytest.raises(InputError, match="unknown controller"):
        makers([str(mine)])
    after = makers([str(mine)], carried)[str(mine)]().network()
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_model_is_its_description_and_its_weights(mine):
    (mine / "weights-old").mkdir()
    (mine / "weights-old" / "x").write_text("left by a run that was killed")
    names = list(model_files(mine))
    assert names[0] == "model.json" and len(names) > 5
    assert all(name.startswith("weights-b21350589fb3/") for name in names[1:])


@pytest.mark.parametrize("weights", ["..", "", "a/b", 3, None, "/etc"])
def test_what_is_no_model_does_not_travel_and_that_is_said(mine, weights, capsys):
    (mine / "model.json").write_text(json.dumps({"weights": weights}))
    assert travelling([str(mine)], {}) == {}
    said = capsys.readouterr().err
    assert said.startswith("run_game.py: the replay will need this model to be there: ") and said.count("\n") == 1


def test_a_model_too_large_does_not_travel(mine):
    next(mine.glob("weights-*/_METADATA")).write_bytes(bytes(LARGEST_MODEL))
    with pytest.raises(InputError, match="larger than"):
        model_files(mine)
