"""Training end to end at its smallest, its losses, its battles, and its command line."""

import json
import math

import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import load_controller
from nca_controller.evaluate import main as evaluate
from nca_controller.evaluation.battles import first_tick
from nca_controller.training.__main__ import main as train
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.loop import DivergedError, Trainer
from nca_controller.training.losses import overlap, rollout_loss
from nca_controller.training.orders import Orders


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "mine"
    train(["--preset", "smoke", "--out", str(folder), "--hidden-dim", "16", "--seed", "3"])
    return folder


def test_a_run_leaves_a_model_its_recipe_and_its_metrics(trained):
    metrics = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in metrics] == [1, 2, 3, 4, 5, 6]
    assert all(math.isfinite(row["loss"]) and 0 <= row["overlap"] <= 1 for row in metrics)
    recipe = json.loads((trained / "recipe.json").read_text())
    assert recipe["preset"] == "smoke" and recipe["config"]["hidden_dim"] == 16
    weights = load_controller(trained).network()
    assert weights["hidden/kernel"].shape[1] == 16
    assert np.abs(weights["outcome/kernel"]).max() > 0, "the last layer starts at zero and has to learn"


def test_the_evaluation_measures_it_and_writes_its_card(trained, capsys, tmp_path):
    evaluate(
        [str(trained), "--grid", "48x48", "--mass", "150", "--ticks", "4", "--card", "--json", str(tmp_path / "a.json")]
    )
    printed = capsys.readouterr().out
    rows = json.loads((tmp_path / "a.json").read_text())
    assert set(rows) == {str(trained), "plan", "poisson"} and all(len(table) == 56 for table in rows.values())
    assert all(row["conservation"] == 1.0 for table in rows.values() for row in table)
    card = (trained / "CARD.md").read_text()
    assert f"| line | column | {rows[str(trained)][0]['mse']:.6f} | 1.000 |" in card
    assert printed.strip() in card and "| hidden_dim | 16 |" in card


def test_the_loss_falls_when_the_same_battles_are_fought_again():
    """Descent works: on battles that never change, a few steps bring the loss down."""
    config = Config(iterations=30, batch=2, ticks=12, grid=32, pool=2, least_mass=60, greatest_mass=90, warmup=1,
                    learning_rate=3e-3, renewed=0.0, wounded=0.0, hidden_dim=16)  # fmt: skip
    trainer = Trainer(config)
    start = [field.copy() for field in trainer.pool]
    losses = []
    for _ in range(30):
        for field, begun in zip(trainer.pool, start, strict=True):
            field[:] = begun
        losses.append(trainer.iterate()[0])
    assert losses[-1] < 0.995 * losses[0]


def test_a_field_of_nan_scores_nothing():
    assert np.isnan(overlap(jnp.full((4, 4), jnp.nan), jnp.ones((4, 4))))
    assert float(overlap(jnp.eye(4), jnp.ones((4, 4)))) == 0.25


def test_the_loss_is_least_for_who_stands_right_and_still():
    target = jnp.zeros((8, 8)).at[2:5, 2:5].set(1.0)
    config = Config()

    def loss(mass, speed):
        velocity = jnp.full((3, 8, 8, 2), speed)
        return float(rollout_loss(jnp.stack([mass] * 3), velocity, target, config)[0])

    away = jnp.roll(target, 1, axis=0)
    assert loss(target, 0.0) == 0 < loss(target, 0.5) < loss(away, 0.0)


def test_divergence_is_named_and_the_last_good_model_stays(tmp_path):
    trainer = Trainer(PRESETS["smoke"])
    run = trainer.train(tmp_path)
    for _ in range(3):
        next(run)
    trainer.params["outcome"]["bias"] = trainer.params["outcome"]["bias"] * jnp.nan
    with pytest.raises(DivergedError, match="iteration 4"):
        next(run)
    load_controller(tmp_path)


def test_starts_orders_and_wounds_have_the_exact_mass():
    orders = Orders(Config(), np.random.default_rng(5))
    for _ in range(10):
        mass = orders.start()
        total = mass.sum(dtype=np.float64)
        assert orders.order(float(total)).sum(dtype=np.float64) == total
        wounded = orders.wound(mass)
        assert wounded.sum(dtype=np.float64) == total and wounded.min() >= 0 and wounded.max() <= 1
        assert 0.05 * total < np.abs(wounded - mass).sum() / 2 < 0.35 * total


def test_times_count_from_one():
    assert first_tick(np.array([0.96, 0.9]), 0.95) == 1
    assert first_tick(np.array([0.2, 0.9]), 0.95) is None


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
    ],
)
def test_bad_settings_end_in_one_line_and_code_2(words, complaint, capsys, tmp_path):
    with pytest.raises(SystemExit) as exit_:
        train(["--out", str(tmp_path / "out"), *words])
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and complaint in error and error.count("\n") == 1


@pytest.mark.parametrize("words", [["nobody"], ["plan", "--grid", "ten"], ["plan", "--grid", "32x32"], ["plan", "--x"]])
def test_a_bad_evaluation_ends_in_one_line_and_code_2(words, capsys):
    with pytest.raises(SystemExit) as exit_:
        evaluate(words)
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and error.count("\n") == 1
