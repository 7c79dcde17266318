"""Parts of a user's own, found by name: those of docs/training.md do what it says, and what is none is refused."""

from dataclasses import asdict, replace
from pathlib import Path

import jax
import numpy as np
import pytest
from own_parts import EXAMPLES, FLAGS, SMALL, WORDS, refused
from PIL import Image

from engine.formations import read_ground
from engine.plugin import Ground
from nca_controller import checkpoints
from nca_controller.checkpoints import Architecture
from nca_controller.tasks import Orders
from nca_controller.training import Parts, find_parts
from nca_controller.training.__main__ import main, make_parser

pytestmark = pytest.mark.usefixtures("mypkg")


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


def test_a_model_starts_another_run_with_its_own_architecture(capsys):
    from nca_controller.training.__main__ import started

    architecture = Architecture(hidden_dim=8, guidance="poisson", frame="ground")
    params = architecture.init_params(jax.random.key(5))
    checkpoints.save(Path("model"), params, architecture)
    args = make_parser().parse_args(["--out", "mine", "--init", "model", "--frame", "order", "--preset", "smoke"])
    config = started(Path("run"), args)
    assert (config.hidden_dim, config.guidance, config.frame) == (8, "poisson", "order")
    jax.tree.map(np.testing.assert_array_equal, find_parts(config).weights(jax.random.key(0)), params)


def test_every_flag_has_a_help_line():
    for action in make_parser()._actions:
        assert action.help and len(action.help) > 8, action.option_strings


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
