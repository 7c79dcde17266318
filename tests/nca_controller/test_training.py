"""Training end to end at its smallest: its losses, its battles, how it ends and goes on, and its command line."""

import json
import math
import os
import signal
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import load_controller
from nca_controller.training.__main__ import main as train
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.loop import Trainer, most_even
from nca_controller.training.losses import LOSS_OF, overlap
from nca_controller.training.orders import Orders, orders_for
from nca_controller.training.runs import DivergedError, Run
from nca_controller.training.snapshots import Snapshots

SMALL = ["--preset", "smoke", "--grid", "24", "--ticks", "3", "--hidden-dim", "8", "--least-mass", "30", "--seed", "3"]


def losses_of(run):
    return [
        (row["iteration"], row["loss"]) for row in map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    train([*SMALL, "--out", str(folder / "mine"), "--run", str(folder / "run"), "--show-every", "6"])
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


def test_a_killed_run_goes_on_as_if_nothing_had_been(trained, tmp_path):
    """Killed with -9 after its first snapshot, then resumed: the losses are those of the run that was left alone."""
    words = [*SMALL, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
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


SLOWLY = """
import sys, time
from nca_controller.training import loop
from nca_controller.training.__main__ import main
iterate = loop.Trainer.iterate
loop.Trainer.iterate = lambda self: (iterate(self), time.sleep(1 if self.iteration > 3 else 0))[0]
main(sys.argv[1:])
"""


def test_ctrl_c_saves_and_ends(tmp_path):
    words = [*SMALL, "--iterations", "500", "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    run = subprocess.Popen([sys.executable, "-m", "nca_controller.training", *words], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (tmp_path / "run" / "metrics.jsonl").exists() or not (tmp_path / "run" / "metrics.jsonl").read_text():
        assert time.monotonic() < deadline and run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    told, _ = run.communicate(timeout=120)
    done = len(losses_of(tmp_path / "run"))
    assert run.returncode == 0 and f"stopped after iteration {done}" in told
    load_controller(tmp_path / "mine")
    assert (tmp_path / "run" / "snapshots" / str(done)).is_dir()


def test_a_run_in_the_way_and_flags_that_contradict_it_are_refused(trained, capsys):
    words = [*SMALL, "--out", str(trained / "mine"), "--run", str(trained / "run")]
    for more, complaint in (([], "add --resume"), (["--resume", "--batch", "3"], "batch is 2 in the run")):
        with pytest.raises(SystemExit) as exit_:
            train([*words, *more])
        error = capsys.readouterr().err
        assert exit_.value.code == 2 and complaint in error and error.count("\n") == 1


def test_a_budget_of_minutes_ends_in_time(tmp_path):
    run = Run(Config(iterations=10**6, batch=2, pool=4, ticks=2, grid=24, least_mass=30, greatest_mass=60,
                     warmup=2, hidden_dim=8), tmp_path / "model", tmp_path / "run")  # fmt: skip
    run.iterate()
    begun = time.monotonic()
    rows = list(run.iterations(minutes=0.1))
    assert rows and rows[-1].iteration < 10**6 and run.snapshots.latest() == run.trainer.iteration
    assert time.monotonic() - begun < 60, "six seconds were asked for"


def test_divergence_is_named_and_the_last_good_checkpoint_stays(tmp_path):
    run = Run(Config(iterations=9, batch=2, pool=4, ticks=2, grid=24, least_mass=30, greatest_mass=60, warmup=2,
                     hidden_dim=8, save_every=3), tmp_path / "model", tmp_path / "run")  # fmt: skip
    rows = run.iterations()
    for _ in range(4):
        next(rows)
    run.trainer.params["outcome"]["bias"] = run.trainer.params["outcome"]["bias"] * jnp.nan
    with pytest.raises(DivergedError, match=r"iteration 5; last good checkpoint: iteration 3"):
        next(rows)
    load_controller(tmp_path / "model")
    assert run.snapshots.latest() == 3


def test_a_disk_that_is_full_leaves_the_last_good_checkpoint(tmp_path, monkeypatch, capsys):
    words = [*SMALL, "--out", str(tmp_path / "mine"), "--run", str(tmp_path / "run")]
    from orbax.checkpoint import CheckpointManager

    whole = CheckpointManager.save

    def save(self, step, *args, **settings):
        if step > 3:
            raise OSError("[Errno 28] No space left on device")
        return whole(self, step, *args, **settings)

    monkeypatch.setattr(CheckpointManager, "save", save)
    with pytest.raises(SystemExit) as exit_:
        train(words)
    error = capsys.readouterr().err.splitlines()[-1]
    assert exit_.value.code == 2 and "No space left" in error and "last good checkpoint: iteration 3" in error
    monkeypatch.undo()
    train([*words, "--resume"])
    assert [iteration for iteration, _ in losses_of(tmp_path / "run")] == [1, 2, 3, 4, 5, 6]


def test_eight_devices_train_as_one(tmp_path):
    """The batch is spread over all local devices; losses agree, and the gradient as well as its kinks allow.

    Rounding alone turns a limiter's branch: on one device, too, a batch of 8 and 8 batches of 1 differ so.
    """
    told = {}
    for count in (1, 8):
        flags = os.environ | {"XLA_FLAGS": f"--xla_force_host_platform_device_count={count}"}
        told[count] = json.loads(
            subprocess.run([sys.executable, "-c", EIGHT], env=flags, capture_output=True, text=True, check=True).stdout
        )
    assert told[1]["devices"] == 1 and told[8]["devices"] == 8
    np.testing.assert_allclose(told[8]["losses"], told[1]["losses"], rtol=1e-4)
    gradients = [np.array(told[count]["gradient"]) for count in (1, 8)]
    lengths = [np.linalg.norm(gradient) for gradient in gradients]
    assert gradients[0] @ gradients[1] > 0.9 * lengths[0] * lengths[1] and 0.8 < lengths[1] / lengths[0] < 1.25


EIGHT = """
import json
import numpy as np
from nca_controller.training.config import Config
from nca_controller.training.loop import Trainer
trainer = Trainer(Config(iterations=9, batch=8, pool=8, ticks=3, grid=24, least_mass=30, greatest_mass=60, warmup=1,
                         hidden_dim=8, replaced=0))
gradient = trainer.battle(trainer.key("battles"))[0]["outcome"]["kernel"]
losses = [trainer.iterate()[0] for _ in range(3)]
print(json.dumps({"devices": len(trainer.spread.device_set), "losses": losses,
                  "gradient": np.asarray(gradient).ravel().tolist()}))
"""


def test_accumulated_batches_weigh_alike_and_keys_are_never_reused():
    trainer = Trainer(Config(iterations=9, batch=2, accumulate=2, pool=4, ticks=2, grid=24, least_mass=30,
                             greatest_mass=60, warmup=1, hidden_dim=8, fire_rate=0.5, velocity_noise=0.2))  # fmt: skip
    seen = []
    gradient = trainer._gradient
    trainer._gradient = lambda params, battles, keys: (
        seen.extend(np.asarray(jax.random.key_data(keys)).tolist()),
        gradient(params, battles, keys),
    )[1]
    for _ in range(3):
        trainer.iterate()
    assert len(seen) == 3 * 2 * 2 == len({tuple(key) for key in seen})


def test_the_worst_battle_starts_anew_and_the_others_are_written_back():
    trainer = Trainer(Config(iterations=9, batch=4, pool=4, ticks=2, grid=24, least_mass=30, greatest_mass=60,
                             warmup=1, hidden_dim=8, renewed=0.0, wounded=0.0))  # fmt: skip
    begun, begin = [], trainer.begin
    trainer.begin = lambda index: (begun.append(index), begin(index))
    before = trainer.pool.mass.copy()
    _, outcome, chosen = trainer.battle(trainer.key("battles"))
    trainer.write_back(chosen, outcome)
    worst = chosen[int(np.argmax(outcome.losses))]
    assert begun == [worst]
    for place, index in enumerate(chosen):
        if index != worst:
            assert (trainer.pool.mass[index] == outcome.battles.mass[place]).all()
            assert (trainer.pool.mass[index] != before[index]).any()


def test_chosen_battles_get_new_orders_and_wounds_as_often_as_asked():
    config = Config(batch=4, pool=64, grid=24, least_mass=30, greatest_mass=60, renewed=0.5, wounded=0.25, hidden_dim=8)
    trainer = Trainer(config)
    targets, masses = trainer.pool.target.copy(), trainer.pool.mass.copy()
    trainer.renew(np.arange(64))
    ordered = (trainer.pool.target != targets).any(axis=(1, 2))
    hurt = (trainer.pool.mass != masses).any(axis=(1, 2))
    assert 0.3 < ordered.mean() < 0.7 and 0.1 < hurt.mean() < 0.45 and not (ordered & hurt).any()


def test_a_minute_of_training_brings_the_loss_down():
    """The seed's recipe at its smallest: on battles that it never fights, the loss falls by a seventh at least."""
    config = Config(iterations=60, batch=4, ticks=16, grid=32, pool=8, least_mass=90, greatest_mass=90, turn=30,
                    starts="quarters", warmup=1, learning_rate=5e-3, renewed=0.0, wounded=0.0, replaced=0,
                    hidden_dim=16, guidance="gradient", obedience=0.0, cells="all", frame="ground",
                    loss="seed")  # fmt: skip
    trainer = Trainer(config)
    before, start = trainer.validate(), [field.copy() for field in trainer.pool]
    for _ in range(config.iterations):
        for field, begun in zip(trainer.pool, start, strict=True):
            field[:] = begun
        trainer.iterate()
    assert trainer.validate() < 6 / 7 * before


def test_the_seeds_preset_is_the_notebooks_configuration():
    seed = PRESETS["seed"]
    assert (seed.grid, seed.least_mass, seed.ticks, seed.pool, seed.batch, seed.accumulate) == (128, 200, 64, 256, 8, 4)
    assert (seed.iterations, seed.turn, seed.fire_rate, seed.guidance, seed.loss) == (2000, 30, 0.5, "gradient", "seed")
    assert (seed.cells, seed.frame) == ("all", "ground")
    orders = orders_for(Config(**{**vars(seed), "grid": 32, "least_mass": 90, "greatest_mass": 90, "pool": 8}),
                        np.random.default_rng(0))  # fmt: skip
    starts = orders.starts(8)
    assert starts.shape == (8, 32, 32) and (starts.sum(axis=(1, 2), dtype=np.float64) == 90).all()
    assert orders.order(90.0).sum(dtype=np.float64) == 90


def test_a_field_of_nan_scores_nothing():
    assert np.isnan(overlap(jnp.full((4, 4), jnp.nan), jnp.ones((4, 4))))
    assert float(overlap(jnp.eye(4), jnp.ones((4, 4)))) == 0.25


@pytest.mark.parametrize("loss_of", LOSS_OF.values(), ids=LOSS_OF)
def test_the_loss_is_least_for_who_stands_right(loss_of):
    target = jnp.zeros((16, 16)).at[4:9, 4:9].set(1.0)

    def loss(mass):
        return float(loss_of(jnp.stack([mass] * 3), jnp.zeros((3, 16, 16, 2)), target, Config())[0])

    assert loss(target) < loss(jnp.roll(target, 1, axis=0)) < loss(jnp.roll(target, 3, axis=0))


@pytest.mark.parametrize("name", ["standing", "shortfall"])
def test_standing_still_is_asked_for_only_where_mass_stands_right(name):
    target = jnp.zeros((8, 8)).at[2:5, 2:5].set(1.0)

    def cost_of_speed(mass):
        still, moving = (
            float(LOSS_OF[name](jnp.stack([mass] * 3), jnp.full((3, 8, 8, 2), speed), target, Config())[0])
            for speed in (0.0, 0.5)
        )
        return moving - still

    assert cost_of_speed(target) == pytest.approx(Config().rest_weight * 0.5, rel=1e-4)
    assert cost_of_speed(jnp.roll(target, 1, axis=0)) < 0.1 * Config().rest_weight * 0.5


def test_a_run_goes_on_over_another_number_of_devices(tmp_path):
    """What a trainer on two devices saved, a trainer on one reads."""
    flags = os.environ | {"JAX_NUM_CPU_DEVICES": "2"}
    saved = [sys.executable, "-c", SAVED, str(tmp_path), json.dumps(TINY)]
    told = subprocess.run(saved, env=flags, check=True, capture_output=True, text=True).stdout
    assert told.strip() == "2", "it was spread over two devices"
    trainer = Trainer(Config(**TINY))
    fresh = [np.asarray(leaf) for leaf in jax.tree.leaves(trainer.params)]
    Snapshots(tmp_path).restore(trainer)
    assert trainer.iteration == 5 and len(trainer.spread.device_set) == 1
    for leaf, start in zip(jax.tree.leaves(trainer.params), fresh, strict=True):
        np.testing.assert_array_equal(leaf, start + 1)


TINY = {"iterations": 9, "batch": 2, "pool": 4, "grid": 24, "least_mass": 30, "greatest_mass": 60, "warmup": 2}
SAVED = """
import json, sys
from pathlib import Path
import jax
from nca_controller.training.config import Config
from nca_controller.training.loop import Trainer
from nca_controller.training.snapshots import Snapshots
trainer = Trainer(Config(**json.loads(sys.argv[2])))
trainer.params, trainer.iteration = jax.tree.map(lambda leaf: leaf + 1, trainer.params), 5
Snapshots(Path(sys.argv[1])).save(trainer, loss=1.0, seconds=0.0, best=1.0)
print(len(trainer.spread.device_set))
"""


@pytest.mark.parametrize(("battles", "devices", "used"), [(4, 6, 4), (4, 3, 2), (8, 8, 8), (3, 2, 1), (6, 4, 3)])
def test_as_many_devices_as_share_the_battles_evenly(battles, devices, used):
    assert most_even(battles, devices) == used


def test_starts_orders_and_wounds_have_the_exact_mass():
    orders = Orders(Config(), np.random.default_rng(5))
    for _ in range(10):
        mass = orders.start()
        total = mass.sum(dtype=np.float64)
        assert orders.order(float(total)).sum(dtype=np.float64) == total
        wounded = orders.wound(mass)
        assert wounded.sum(dtype=np.float64) == total and wounded.min() >= 0 and wounded.max() <= 1
        assert 0.05 * total < np.abs(wounded - mass).sum() / 2 < 0.35 * total


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
