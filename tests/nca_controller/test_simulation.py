"""The simulation as the game uses it: several regiments, sides, and what it refuses."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import long_forms

from engine import formations
from engine.formations import form_up, load
from engine.plugin import CONTROLLERS, SIMULATIONS, Ground, discover
from nca_controller import JaxSimulation, load_controller, rollout

GROUND = Ground(np.ones((64, 96), dtype=bool))


@pytest.fixture(scope="module")
def simulation():
    """One for all: what it has compiled serves them as well."""
    return JaxSimulation()


def stand(name, mass=250.0, centre=(55.0, 30.0)):
    return form_up(load()[name], mass, GROUND, centre=centre, angle=25.0).target


@pytest.mark.parametrize("name", ["poisson", *long_forms("plan")])
def test_the_simulation_does_what_the_rollout_does(name, simulation):
    crowd, target = formations.crowd(250.0, GROUND), stand("phalanx")
    state = simulation.reset(crowd[None], GROUND, [load_controller(name)], seed=0)
    before = simulation.read(state, ["mass"])["mass"]
    for _ in range(5):
        last, state = state, simulation.tick(state, target[None])
    expected = rollout(load_controller(name), jnp.asarray(crowd), jnp.asarray(target), ticks=5)
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
    state = simulation.reset(crowds, GROUND, [load_controller("default"), load_controller("plan")], seed=0)
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


@pytest.mark.parametrize("name", ["poisson", *long_forms("plan")])
@pytest.mark.parametrize(("sides", "through"), [(None, True), ((0, 0), True), ((0, 1), False)])
def test_friends_pass_through_each_other_and_enemies_do_not(sides, through, name, simulation):
    """Two bands from wall to wall, each ordered to where the other stands: there is no way round."""
    ground = Ground(np.ones((16, 64), dtype=bool))
    mass = np.zeros((2, 16, 64), np.float32)
    mass[0, :, 8:20] = mass[1, :, 44:56] = 1
    state = simulation.reset(mass, ground, [load_controller(name)] * 2, seed=0, sides=sides)
    for _ in range(200):
        state = simulation.tick(state, mass[::-1])
    moved = simulation.read(state, ["mass"])["mass"]
    there = np.minimum(moved, mass[::-1]).sum(axis=(1, 2)) / mass.sum(axis=(1, 2))
    assert (there > 0.9).all() if through else (there == 0).all()


@pytest.fixture
def resting(simulation):
    """Two friends on a narrow field, of whom the second rests, and their targets."""
    ground = Ground(np.ones((16, 64), dtype=bool))
    mass = np.zeros((2, 16, 64), np.float32)
    mass[0, :, 8:20] = mass[1, :, 44:56] = 1
    targets = np.stack([np.roll(mass[0], 6, 1), mass[1]])
    state = simulation.reset(mass, ground, [load_controller("poisson")] * 2, seed=0)
    for _ in range(30):
        state = simulation.tick(state, targets)
    assert np.asarray(state.rest.asleep).tolist() == [False, True]
    return state, targets


def test_a_tick_sends_targets_to_the_device_only_when_they_change(simulation, resting):
    state, targets = resting
    with jax.transfer_guard_host_to_device("disallow_explicit"):
        same = simulation.tick(state, targets.copy())
        simulation.tick(same, targets)
        changed = targets.copy()
        changed[0] = changed[0, ::-1, ::-1]
        with pytest.raises(jax.errors.JaxRuntimeError, match="host-to-device"):
            simulation.tick(same, changed)
    turned = simulation.tick(same, changed)
    targets[:] = changed  # in place: what the array holds counts, not which it is
    with jax.transfer_guard_host_to_device("disallow_explicit"):
        again = simulation.tick(same, targets)
    np.testing.assert_array_equal(again.velocity, turned.velocity)


def test_who_rests_is_found_without_a_look_at_the_device_s_targets(simulation, resting, monkeypatch):
    state, targets = resting
    looked, asarray = [], np.asarray

    def watched(value, *args, **kwargs):
        if isinstance(value, jax.Array):
            looked.append(value.shape)
        return asarray(value, *args, **kwargs)

    monkeypatch.setattr(np, "asarray", watched)
    after = simulation.tick(state, targets)
    assert looked == [(2,)]  # who is asleep
    woken = targets.copy()
    woken[1] = woken[1, :, ::-1]
    after = simulation.tick(after, woken)
    assert set(looked) == {(2,)} and (asarray(after.velocity[1]) != 0).any()


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
