"""The AdvectionNCA as a module: the notebook's way of calling it, conservation, and what its arguments do."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import (
    ADVECTION_CHANNELS,
    AdvectionNCA,
    FormationTypes,
    advect_mass,
    check_mass_conservation,
    create_advection_seed,
    create_formation_from_alpha,
    create_formation_target,
    create_goal_signal,
    create_optimizer,
    rotate_formation,
)
from nca_controller.model.sobel import sobel

KEY = jax.random.key(0)


@pytest.fixture(scope="module")
def line():
    return create_formation_target(FormationTypes.LINE, 40, 48, mass=120.0)


def restless(params):
    """Weights that make every cell do something: the last layer starts at zero."""
    keys = iter(jax.random.split(KEY, 8))
    return jax.tree.map(lambda leaf: 0.3 * jax.random.normal(next(keys), leaf.shape), params)


def test_the_notebook_calls_it_so(line):
    nca = AdvectionNCA(
        num_channels=ADVECTION_CHANNELS.TOTAL,
        hidden_dim=64,
        fire_rate=0.5,
        advection_dt=0.25,
        advection_steps=2,
        diffusion_rate=0.08,
        velocity_noise=0.25,
    )
    state = create_formation_from_alpha(line)
    params = jax.jit(nca.init)(KEY, state, jax.random.PRNGKey(0), parent_signal=jnp.zeros((40, 48, 4)))["params"]
    batch = jnp.stack([state, state])
    signal = create_goal_signal(line, batch[0, ..., ADVECTION_CHANNELS.MASS])
    apply = jax.jit(nca.apply)
    for step in range(5):
        batch = apply({"params": restless(params)}, batch, jax.random.PRNGKey(step), parent_signal=signal)
    assert batch.shape == (2, 40, 48, 16)
    assert check_mass_conservation(line, batch[1, ..., ADVECTION_CHANNELS.MASS]) == (True, 0.0)
    assert np.abs(batch[1, ..., ADVECTION_CHANNELS.MASS] - line).max() > 0.05


def test_cells_follow_the_plan_until_they_have_learned_better(line):
    nca = AdvectionNCA(fire_rate=1.0, obedience=4.0)
    state = create_formation_from_alpha(line)
    signal = create_goal_signal(line)
    params = jax.jit(nca.init)(KEY, state, parent_signal=signal)["params"]
    steer = jax.jit(partial(nca.apply, method="steer"))
    steered = steer({"params": params}, state, signal)
    np.testing.assert_allclose(steered[..., ADVECTION_CHANNELS.VELOCITY], signal[..., 1:3], atol=1e-6)
    steered = steer({"params": restless(params)}, state, signal)
    velocity = np.asarray(steered[..., ADVECTION_CHANNELS.VELOCITY])
    assert np.hypot(velocity[..., 0], velocity[..., 1]).max() <= 1 + 1e-6
    still = np.hypot(signal[..., 1], signal[..., 2]) == 0
    assert still.any() and not velocity[still].any(), "where the plan stands still, so do the cells"


def test_a_fire_rate_of_a_half_lets_half_of_the_cells_act(line):
    nca = AdvectionNCA(fire_rate=0.5)
    state = create_formation_from_alpha(line)
    signal = jnp.ones((40, 48, 4)) * 0.5
    params = jax.jit(nca.init)(KEY, state, KEY, parent_signal=signal)["params"]
    steered = jax.jit(partial(nca.apply, method="steer"))({"params": params}, state, signal, KEY)
    acted = np.asarray(steered[..., ADVECTION_CHANNELS.VELOCITY_X] != 0).mean()
    assert 0.45 < acted < 0.55


def test_sobel_measures_the_slope_of_a_ramp():
    y, x = np.mgrid[:6, :7].astype(np.float32)
    across, down = sobel(jnp.asarray((3 * x - 2 * y)[..., None]))
    np.testing.assert_allclose(across[1:-1, 1:-1, 0], 3)
    np.testing.assert_allclose(down[1:-1, 1:-1, 0], -2)


def test_the_seeds_physics_check():
    mass = jnp.zeros((64, 64)).at[14:22, 14:22].set(1.0)
    moved = mass
    for _ in range(10):
        moved = advect_mass(moved, jnp.full((64, 64), 0.5), jnp.zeros((64, 64)), dt=0.5)
    assert check_mass_conservation(mass, moved) == (True, 0.0)
    assert moved[18, 22] > 0.5
    assert not check_mass_conservation(mass, jnp.full((64, 64), jnp.nan))[0]


def test_states_start_as_the_layout_says():
    state = np.asarray(create_advection_seed(20, 24, size=6))
    assert state.shape == (20, 24, ADVECTION_CHANNELS.TOTAL)
    assert state[..., ADVECTION_CHANNELS.MASS].sum() == 36
    assert (state[10, 12, ADVECTION_CHANNELS.RGB] == [1, 0, 0]).all()
    assert (state[10, 12, ADVECTION_CHANNELS.HIDDEN] > 0).all() and not state[0, 0].any()


@pytest.mark.parametrize("formation", FormationTypes)
def test_every_formation_of_the_seed_holds_its_mass_on_small_fields(formation):
    assert create_formation_target(formation, 64, 64).sum() == 200


def test_rotation_is_in_degrees_clockwise_and_keeps_the_mass():
    block = jnp.zeros((33, 33, 1)).at[2:6, 15:18].set(1.0)
    turned = np.asarray(rotate_formation(block, 90))[..., 0]
    assert turned[15:18, 27:31].min() > 0.99 and turned.sum() == pytest.approx(12, rel=1e-4)
    tilted = np.asarray(rotate_formation(block, 30))[..., 0]
    assert tilted.sum() == pytest.approx(12, rel=1e-5)
    rows, columns = np.indices(tilted.shape) - 16
    angle = np.arctan2((tilted * columns).sum(), -(tilted * rows).sum())
    assert np.rad2deg(angle) == pytest.approx(30, abs=1)


def test_the_optimizer_warms_up_and_clips():
    optimizer = create_optimizer(learning_rate=1e-2, gradient_clip=1.0, warmup_steps=10, decay_steps=100)
    params = {"weight": jnp.zeros(4)}
    state, steps = optimizer.init(params), []
    for _ in range(10):
        updates, state = optimizer.update({"weight": jnp.full(4, 1e6)}, state, params)
        steps.append(float(jnp.abs(updates["weight"]).max()))
    assert steps[0] == 0 and steps[-1] > 5 * steps[1] and steps[-1] <= 1.01e-2


@pytest.mark.parametrize("shape", [(6, 7, 3), (2, 5, 4, 2), (1, 4, 1), (2, 2, 2)])
def test_the_way_back_through_sobel_is_its_adjoint(shape):
    """<sobel(x), y> = <x, adjoint(y)> for any x and y, at the border too."""
    x = jax.random.normal(KEY, shape)
    slopes, back = jax.vjp(sobel, x)
    y = tuple(jax.random.normal(jax.random.fold_in(KEY, number), shape) for number in (1, 2))
    forth = sum(float((slope * weight).sum()) for slope, weight in zip(slopes, y, strict=True))
    assert float((x * back(y)[0]).sum()) == pytest.approx(forth, rel=1e-4)


@pytest.mark.parametrize("wrong", [{"cells": "lving"}, {"frame": "odrer"}])
def test_a_choice_that_there_is_not_is_refused(line, wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be one of"):
        AdvectionNCA(**wrong).init(KEY, create_formation_from_alpha(line))
