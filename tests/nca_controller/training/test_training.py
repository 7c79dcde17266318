"""Training at its smallest: its losses, its orders, its battles and what becomes of them."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import long_forms

from engine.fields import Geodesics
from engine.plugin import QUANTUM
from nca_controller import NCA, Percept, checkpoints, load_controller
from nca_controller.metrics import overlap
from nca_controller.physics import Terrain
from nca_controller.tasks.damage import THROWN, WOUND
from nca_controller.training.battles import Battles
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.loop import Trainer, arrays_of, arrays_template
from nca_controller.training.losses import LOSSES, Rollout
from nca_controller.training.parts import find_parts
from nca_controller.training.processes import most_even
from nca_controller.training.ways import ways_to

# The shape of test_runs.py, so that both wait for one compilation.
SMALL = replace(PRESETS["smoke"], grid=24, ticks=3, hidden_dim=8, least_mass=30, guidance="gradient")


@pytest.mark.parametrize("guidance", ["gradient", *long_forms("plan")])
def test_two_devices_train_as_one(guidance):
    """Losses are those of one device, and the gradient of two battles is the mean of those of each, on either device.

    The long form, on eight devices, is below; this one fights with programs that other tests need as well.
    """
    trainer = Trainer(replace(SMALL, guidance=guidance))
    assert len(trainer.spread.device_set) == 2

    def fought(*chosen):
        battles = Battles(*(jax.device_put(field[list(chosen)], trainer.spread) for field in trainer.pool))
        keys = jax.device_put(jax.random.split(jax.random.key(1), 2), trainer.spread)
        (loss, outcome), gradient = trainer._gradient(trainer.params, battles, keys)
        assert float(loss) == pytest.approx(float(outcome.losses.mean()))
        return np.asarray(outcome.losses), np.asarray(gradient["outcome"]["kernel"])

    (losses, both), (_, swapped), (_, first), (_, second) = (fought(*pair) for pair in ((0, 1), (1, 0), (0, 0), (1, 1)))
    assert np.abs(first - second).max() > 0.1 * np.abs(first).max() > 0
    for gradient in (both, swapped):
        np.testing.assert_allclose(gradient, (first + second) / 2, rtol=1e-4, atol=1e-6 * np.abs(first).max())
    all_eight = Battles(*(field[:8] for field in trainer.pool))
    alone = trainer._fight(jax.device_get(trainer.params), all_eight, jax.random.split(jax.random.key(1), 8))[1]
    np.testing.assert_allclose(losses, alone.losses[:2], rtol=1e-4)


@pytest.mark.long
def test_eight_devices_train_as_one():
    """The batch is spread over all local devices; losses agree, and the gradient as well as its kinks allow.

    Rounding alone turns a limiter's branch: on one device, too, a batch of 8 and 8 batches of 1 differ so.
    """
    told = {}
    for count in (1, 8):
        flags = os.environ | {"JAX_NUM_CPU_DEVICES": str(count)}
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
from nca_controller.training.loop import Trainer, arrays_of, arrays_template
trainer = Trainer(Config(iterations=9, batch=8, pool=8, ticks=3, grid=24, least_mass=30, greatest_mass=60, warmup=1,
                         hidden_dim=8, replaced=0))
gradient = trainer.battle(trainer.key("battles"))[0]["outcome"]["kernel"]
losses = [trainer.iterate()[0] for _ in range(3)]
print(json.dumps({"devices": len(trainer.spread.device_set), "losses": losses,
                  "gradient": np.asarray(gradient).ravel().tolist()}))
"""


def test_accumulated_batches_weigh_alike_and_keys_are_never_reused():
    trainer = Trainer(replace(SMALL, accumulate=2))
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
    trainer = Trainer(replace(SMALL, pool=2, renewed=0.0, wounded=0.0))
    begun, begin = [], trainer.begin
    trainer.begin = lambda index: (begun.append(index), begin(index))
    for _ in range(6):
        before = trainer.pool.mass.copy()
        _, outcome, chosen = trainer.battle(trainer.key("battles"))
        trainer.write_back(chosen, outcome)
        worst, best = chosen[np.argsort(-np.asarray(outcome.losses))]
        assert begun.pop() == worst and not begun
        assert (trainer.pool.mass[best] == outcome.battles.mass[int(np.flatnonzero(chosen == best)[0])]).all()
        assert (trainer.pool.mass[best] != before[best]).any()


def test_chosen_battles_get_new_orders_and_wounds_as_often_as_asked():
    trainer = Trainer(replace(SMALL, pool=64, renewed=0.5, wounded=0.25))
    targets, masses = trainer.pool.target.copy(), trainer.pool.mass.copy()
    trainer.renew(np.arange(64))
    ordered = (trainer.pool.target != targets).any(axis=(1, 2))
    hurt = (trainer.pool.mass != masses).any(axis=(1, 2))
    assert 0.3 < ordered.mean() < 0.7 and 0.1 < hurt.mean() < 0.45 and not (ordered & hurt).any()


@pytest.mark.long
def test_a_minute_of_training_brings_the_loss_down():
    """The seed's recipe at its smallest: on battles that it never fights, the loss falls by a seventh.

    Of the cells half act at a time, and all mass is jostled.
    """
    config = Config(iterations=60, decay=60, batch=2, ticks=12, grid=24, pool=8, least_mass=50,
                    greatest_mass=50, turn=30, starts="quarters", warmup=1, learning_rate=1e-2, renewed=0.0,
                    wounded=0.0, replaced=0, hidden_dim=16, guidance="gradient", obedience=0.0,
                    cells="all", frame="ground", fire_rate=0.5, velocity_noise=0.2, loss="seed")  # fmt: skip
    trainer = Trainer(config)
    before, start = trainer.validate(), [field.copy() for field in trainer.pool]
    for _ in range(60):
        for field, begun in zip(trainer.pool, start, strict=True):
            field[:] = begun
        trainer.iterate()
    assert trainer.validate() < 6 / 7 * before


def test_the_seeds_preset_is_the_notebooks_configuration():
    seed = PRESETS["seed"]
    assert (seed.grid, seed.least_mass, seed.ticks, seed.pool, seed.batch, seed.accumulate) == (128, 200, 64, 256, 8, 4)
    assert (seed.iterations, seed.turn, seed.fire_rate, seed.guidance, seed.loss) == (2000, 30, 0.5, "gradient", "seed")
    assert (seed.cells, seed.frame) == ("all", "ground")
    config = Config(**{**vars(seed), "grid": 32, "least_mass": 90, "greatest_mass": 90, "pool": 8})
    orders = find_parts(config).orders(np.random.default_rng(0))
    starts = orders.starts(8)
    assert starts.shape == (8, 32, 32) and (starts.sum(axis=(1, 2), dtype=np.float64) == 90).all()
    assert orders.order(90.0).sum(dtype=np.float64) == 90


def test_a_field_of_nan_scores_nothing():
    assert np.isnan(overlap(jnp.full((4, 4), jnp.nan), jnp.ones((4, 4))))
    assert float(overlap(jnp.eye(4), jnp.ones((4, 4)))) == 0.25


@pytest.mark.parametrize("loss_of", LOSSES.values(), ids=LOSSES)
def test_the_loss_is_least_for_who_stands_right(loss_of):
    target = jnp.zeros((16, 16)).at[4:9, 4:9].set(1.0)

    def loss(mass):
        rollout = Rollout(jnp.stack([mass] * 3), jnp.zeros((3, 16, 16, 2)), target, Terrain.plain(16, 16))
        return float(loss_of(rollout, Config().rest_weight)[0])

    assert loss(target) < loss(jnp.roll(target, 1, axis=0)) < loss(jnp.roll(target, 3, axis=0))


@pytest.mark.parametrize("name", ["standing", "shortfall"])
def test_standing_still_is_asked_for_only_where_mass_stands_right(name):
    target = jnp.zeros((8, 8)).at[2:5, 2:5].set(1.0)

    def cost_of_speed(mass):
        masses, ground = jnp.stack([mass] * 3), Terrain.plain(8, 8)
        still, moving = (
            float(LOSSES[name](Rollout(masses, jnp.full((3, 8, 8, 2), speed), target, ground), Config().rest_weight)[0])
            for speed in (0.0, 0.5)
        )
        return moving - still

    assert cost_of_speed(target) == pytest.approx(Config().rest_weight * 0.5, rel=1e-4)
    assert cost_of_speed(jnp.roll(target, 1, axis=0)) < 0.1 * Config().rest_weight * 0.5


@pytest.mark.parametrize(("battles", "devices", "used"), [(4, 6, 4), (4, 3, 2), (8, 8, 8), (3, 2, 1), (6, 4, 3)])
def test_as_many_devices_as_share_the_battles_evenly(battles, devices, used):
    assert most_even(battles, devices) == used


def test_starts_orders_and_wounds_have_the_exact_mass():
    orders = find_parts(Config()).orders(np.random.default_rng(5))
    for _ in range(10):
        mass = orders.start()
        total = mass.sum(dtype=np.float64)
        assert orders.order(float(total)).sum(dtype=np.float64) == total
        wounded = orders.wound(mass)
        assert wounded.sum(dtype=np.float64) == total and wounded.min() >= 0 and wounded.max() <= 1
        lost, gained = np.maximum(mass - wounded, 0), np.maximum(wounded - mass, 0)
        assert lost.sum(dtype=np.float64) == pytest.approx(WOUND * total, abs=QUANTUM)
        middle = np.argwhere(lost > 0).mean(axis=0)
        away = np.hypot(*(np.argwhere(gained > 0) - middle).T)
        assert away.max() < THROWN + 10, "an edge of the field shifts the middle of the wound, and crowds leave no room"


@pytest.mark.long
def test_each_battle_is_fought_on_its_own_ground():
    """No mass comes into what is closed there, and a battle that starts anew has another ground."""
    trainer = Trainer(replace(SMALL, starts="grounds", percept="apart", greatest_mass=60))
    before = trainer.pool.capacity.copy()
    assert len(np.unique(before.reshape(len(before), -1), axis=0)) > len(before) // 2
    for _ in range(2):
        trainer.iterate()
        assert (trainer.pool.mass <= trainer.pool.capacity).all()
        assert (trainer.pool.target <= trainer.pool.capacity).all()
    changed = (trainer.pool.capacity != before).any(axis=(1, 2))
    assert 1 <= changed.sum() <= 2 * trainer.config.replaced
    arrays, template = arrays_of(trainer), arrays_template(trainer.config)
    assert jax.tree.map(np.shape, arrays["pool"]) == jax.tree.map(lambda leaf: leaf.shape, template["pool"])


def test_a_model_that_is_to_perceive_more_begins_as_it_was(tmp_path):
    """The weights that know open ground alone, among more features: the same velocities, whatever lies about."""
    config = replace(PRESETS["default"], init="trained_models/open", percept="apart")
    before, params = load_controller("open"), find_parts(config).weights(jax.random.key(0))
    after = NCA(params, config.architecture)
    rng = np.random.default_rng(5)
    mass, target = (jnp.asarray(rng.random((12, 14)), jnp.float32) for _ in range(2))
    terrain = Terrain(rng.random((12, 14)) > 0.2, 0.5)
    percept = Percept(*jnp.asarray(rng.random((5, 12, 14)), jnp.float32))
    (old, _), (new, _) = (
        jax.jit(one.steer)(one.init(mass, terrain, 0), mass, mass, target, terrain, percept) for one in (before, after)
    )
    assert np.abs(old).max() > 0.1
    np.testing.assert_allclose(new, old, atol=1e-5)
    checkpoints.save(tmp_path / "model", params, config.architecture)
    assert checkpoints.load(tmp_path / "model")[1].percept == "apart"


def test_the_way_that_is_left_is_that_round_walls():
    """From behind a wall the way leads through its gate; what cannot get there has none."""
    open_cells = np.ones((12, 12), bool)
    open_cells[:, 6] = False
    open_cells[10, 6] = True
    open_cells[0, 10:] = open_cells[1, 10] = open_cells[1, 11] = False
    open_cells[0, 11] = True
    target = np.zeros((12, 12), np.float32)
    target[2, 9] = 1
    ways = np.asarray(jax.jit(ways_to)(target, open_cells))
    assert ways[2, 9] == 0 and ways[2, 7] == 2
    known = Geodesics(open_cells, False).distances(target > 0)
    reached = np.isfinite(known) & open_cells
    np.testing.assert_allclose(ways[reached], known[reached], atol=1e-4)
    assert ways[0, 11] == 0


def test_what_is_lost_on_the_way_is_least_for_who_goes_straight():
    rollouts = []
    for speed in (0.5, 0.25, 0.0):
        places = 4 + speed * np.arange(1, 17)
        mass = np.zeros((16, 24, 24), np.float32)
        mass[np.arange(16), 10, np.floor(places).astype(int)] = 1
        target = np.zeros((24, 24), np.float32)
        target[10, 22] = 1
        rollouts.append(
            Rollout(jnp.asarray(mass), jnp.zeros((16, 24, 24, 2)), jnp.asarray(target), Terrain.plain(24, 24))
        )
    best, slow, none = (float(LOSSES["arriving"](rollout, 0.0)[0]) for rollout in rollouts)
    assert best < slow < none and best < 1.2
