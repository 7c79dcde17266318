"""Controllers as the game uses them: the shipped one forms everything, and bad models are refused in one line."""

import json
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import formations
from engine.formations import form_up, load, overlap
from engine.plugin import CONTROLLERS, SIMULATIONS, Ground, discover
from nca_controller import CheckpointError, FormationTypes, JaxSimulation, Terrain, load_controller, rollout
from nca_controller.checkpoints import Architecture, save
from nca_controller.controllers import TRAINED_MODELS
from nca_controller.evaluation.battles import battle
from nca_controller.evaluation.tables import REST_TICKS
from nca_controller.tasks.shapes import shaped

GROUND = Ground(np.ones((64, 96), dtype=bool))
QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}  # compiled, run once
TICKS = 200  # of the rollouts on it, since each length compiles anew
FIELD = Ground(np.ones((128, 192), dtype=bool))


@pytest.fixture(scope="module")
def simulation():
    """One for all: what it has compiled serves them as well."""
    return JaxSimulation()


def stand(name, ground=GROUND, mass=250.0, centre=(55.0, 30.0), angle=25.0):
    return form_up(load()[name], mass, ground, centre=centre, angle=angle).target


def test_an_order_to_separate_places_does_not_wait_for_those_who_may_lag():
    """The plan lets fewer lag than an order can stand without."""
    start = stand("phalanx", FIELD, 1000.0, centre=(96.0, 64.0), angle=0.0)
    fought = battle(load_controller("plan"), start, [shaped("three blocks", 1000.0, FIELD)], REST_TICKS)
    assert (fought.ticks_until(0.95) or REST_TICKS) <= 100


@pytest.mark.parametrize("name", load())
def test_the_shipped_controller_forms_everything_from_a_crowd(name):
    """On the field and with the mass of the game; the total is the same to the last bit."""
    crowd = formations.crowd(1000.0, FIELD)
    target = stand(name, FIELD, 1000.0, centre=(96.0, 64.0), angle=0.0)
    mass = np.asarray(rollout(load_controller("default"), jnp.asarray(crowd), jnp.asarray(target), ticks=400))
    assert mass[-1].sum(dtype=np.float64) == 1000.0
    assert overlap(mass[-1], target) >= 0.95


@pytest.mark.parametrize(("controller", "enough"), [("plan", 0.99), ("poisson", 0.95)])
def test_the_commander_and_the_poisson_flow_form_alone(controller, enough):
    crowd, target = formations.crowd(250.0, GROUND, centre=(30, 34)), stand("wedge")
    mass = np.asarray(rollout(load_controller(controller), jnp.asarray(crowd), jnp.asarray(target), ticks=TICKS))
    assert overlap(mass[-1], target) >= enough


def test_a_rollout_is_differentiable_in_the_mass_and_the_weights():
    controller = load_controller("default")
    crowd, target = jnp.asarray(formations.crowd(250.0, GROUND)), jnp.asarray(stand("circle"))

    def miss(controller, mass):
        return ((rollout(controller, mass, target, ticks=6)[-1] - target) ** 2).sum()

    by_weights, by_mass = jax.jit(jax.grad(miss, argnums=(0, 1)), compiler_options=QUICKLY)(controller, crowd)
    leaves = [by_mass, *jax.tree.leaves(by_weights.params)]
    assert all(np.isfinite(leaf).all() for leaf in leaves)
    assert all(np.abs(leaf).max() > 0 for leaf in leaves)


def test_the_simulation_does_what_the_rollout_does(simulation):
    crowd, target = formations.crowd(250.0, GROUND), stand("phalanx")
    state = simulation.reset(crowd[None], GROUND, [load_controller("plan")], seed=0)
    before = simulation.read(state, ["mass"])["mass"]
    for _ in range(5):
        last, state = state, simulation.tick(state, target[None])
    expected = rollout(load_controller("plan"), jnp.asarray(crowd), jnp.asarray(target), ticks=TICKS)[:5]
    read = simulation.read(state, ["mass", "velocity", "flux_x", "flux_y"])
    np.testing.assert_allclose(read["mass"][0], expected[-1], atol=1e-5)
    # Old states stay what they were, and the realised flux is what moved the mass.
    assert (before == crowd[None]).all()
    flow = np.diff(read["flux_x"].astype(np.float64), axis=2) + np.diff(read["flux_y"].astype(np.float64), axis=1)
    assert (simulation.read(last, ["mass"])["mass"] - flow == read["mass"]).all()
    assert np.hypot(*np.moveaxis(read["velocity"], -1, 0)).max() <= 0.5 + 1e-6


def test_regiments_with_different_controllers_share_the_ground(simulation):
    crowds = np.stack(
        [formations.crowd(200.0, GROUND, centre=(25, 32)), formations.crowd(200.0, GROUND, centre=(70, 32))]
    )
    targets = np.stack([stand("line", mass=200.0, centre=(60, 20)), stand("circle", mass=200.0, centre=(30, 40))])
    state = simulation.reset(crowds, GROUND, [load_controller("plan"), load_controller("poisson")], seed=0)
    for _ in range(60):
        state = simulation.tick(state, targets)
    mass = simulation.read(state, ["mass"])["mass"]
    assert (mass.sum(axis=(1, 2), dtype=np.float64) == 200.0).all()
    assert mass.sum(axis=0).max() <= 1


def test_the_simulation_tells_the_plan_from_what_the_cells_made_of_it(simulation):
    crowds = np.stack(
        [formations.crowd(200.0, GROUND, centre=(25, 32)), formations.crowd(200.0, GROUND, centre=(25, 32))]
    )
    targets = np.stack([stand("square", mass=200.0, centre=(70, 32))] * 2)
    state = simulation.reset(0.5 * crowds, GROUND, [load_controller("default"), load_controller("plan")], seed=0)
    for _ in range(2):
        state = simulation.tick(state, 0.5 * targets)
    fields = simulation.read(state, ("planned", "velocity"))
    planned, velocity = fields["planned"], fields["velocity"]
    np.testing.assert_array_equal(planned[1], velocity[1])  # a commander alone does what it plans
    there = crowds[0] > 0.5
    assert np.abs(planned[0] - velocity[0])[there].max() > 1e-3  # the cells correct it
    np.testing.assert_allclose(planned[0][there], planned[1][there], atol=0.1)  # both were planned alike
    assert planned[0][there][:, 0].mean() > 0.4  # to the right, at nearly half a cell a tick


@pytest.mark.parametrize(("sides", "through"), [(None, True), ((0, 0), True), ((0, 1), False)])
def test_friends_pass_through_each_other_and_enemies_do_not(sides, through, simulation):
    """Two bands from wall to wall, each ordered to where the other stands: there is no way round."""
    ground = Ground(np.ones((16, 64), dtype=bool))
    mass = np.zeros((2, 16, 64), np.float32)
    mass[0, :, 8:20] = mass[1, :, 44:56] = 1
    state = simulation.reset(mass, ground, [load_controller("plan")] * 2, seed=0, sides=sides)
    for _ in range(200):
        state = simulation.tick(state, mass[::-1])
    moved = simulation.read(state, ["mass"])["mass"]
    there = np.minimum(moved, mass[::-1]).sum(axis=(1, 2)) / mass.sum(axis=(1, 2))
    assert (there > 0.9).all() if through else (there == 0).all()


def test_sides_that_are_not_one_for_each_regiment_are_refused(simulation):
    with pytest.raises(ValueError, match="sides"):
        simulation.reset(formations.crowd(250.0, GROUND)[None], GROUND, [load_controller("plan")], seed=0, sides=(0, 1))


def test_masses_that_do_not_fit_the_ground_are_refused(simulation):
    crowd = formations.crowd(250.0, GROUND)[None]
    for bad in (crowd * 1.5, -crowd, crowd * np.nan, crowd[:, :-1], np.concatenate([crowd, crowd])):
        with pytest.raises(ValueError, match="mass"):
            simulation.reset(bad, GROUND, [load_controller("plan")], seed=0)


def test_everything_is_found_by_entry_point():
    assert set(discover(SIMULATIONS)) >= {"jax"}
    for name, entry in discover(CONTROLLERS).items():
        assert entry.load()().max_speed == 0.5, name


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


@pytest.mark.parametrize("name", FormationTypes)
def test_the_local_controller_forms_the_base_formations_by_what_neighbours_tell(name):
    ground = Ground(np.ones((96, 96), dtype=bool))
    crowd = formations.crowd(200.0, ground, centre=(48 + 8, 48 - 8))
    target = form_up(load()[name], 200.0, ground, centre=(48, 48)).target
    mass = np.asarray(rollout(load_controller("local"), jnp.asarray(crowd), jnp.asarray(target), ticks=400))
    assert overlap(mass[-1], target) >= 0.90 and mass[-1].sum(dtype=np.float64) == 200.0


def test_news_of_an_order_travels_one_cell_a_tick():
    """What a cell is told depends on nothing farther away than the ticks that have passed."""
    local, ground = load_controller("relaxation"), Ground(np.ones((48, 64), dtype=bool))
    crowd = formations.crowd(120.0, ground, centre=(16, 24))
    near, far = (form_up(load()["circle"], 120.0, ground, centre=centre).target for centre in ((34, 24), (54, 24)))
    terrain = Terrain.plain(48, 64)
    memories = [local.init(crowd, terrain, 0)] * 2
    for number in range(6):
        told = [local.order(memory, crowd, target) for memory, target in zip(memories, (near, far), strict=True)]
        memories = [memory for _, memory in told]
        difference = np.abs(np.asarray(told[0][0] - told[1][0])).max(axis=(0, 2))
        first = int(np.flatnonzero(np.abs(near - far).max(axis=0))[0])
        assert not difference[: first - number - 2].any()


def test_weights_that_are_not_finite_are_refused(model):
    architecture = Architecture(hidden_dim=8)
    save(model, jax.tree.map(lambda leaf: leaf * np.nan, architecture.init_params(jax.random.key(1))), architecture)
    refused(model, "not finite")


def test_the_shipped_model_is_small():
    size = sum(file.stat().st_size for file in (TRAINED_MODELS / "default").rglob("*") if file.is_file())
    assert size < 2_000_000
