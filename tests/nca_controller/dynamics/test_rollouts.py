"""Rollouts: regiments, sides and schedules, what is recorded, seeds and batches, and derivatives in both modes."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import long_forms

from nca_controller import NCA, Plan, Poisson, Terrain, init_state, load_controller, rollout, tick, trajectory
from nca_controller.checkpoints import Architecture
from nca_controller.dynamics import rollouts
from nca_controller.metrics import overlap
from nca_controller.physics import superbee_smooth, to_lattice

HEIGHT, WIDTH, TICKS = 16, 24, 6


def block(top, left, side=5):
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    field[top : top + side, left : left + side] = 0.75
    return field


ONE, OTHER, THERE, ELSEWHERE = block(2, 2), block(9, 16), block(9, 9), block(2, 12)
MASS, TARGETS = np.stack([ONE, OTHER]), np.stack([THERE, ELSEWHERE])


@pytest.fixture(scope="module")
def masses():
    return np.asarray(rollout(Poisson(), MASS, TARGETS, ticks=TICKS, sides=(0, 1)))


def test_regiments_keep_their_totals_to_the_bit(masses):
    assert masses.shape == (TICKS, 2, HEIGHT, WIDTH)
    assert (masses.sum(axis=(2, 3), dtype=np.float64) == MASS.sum(axis=(1, 2))).all()
    assert masses.sum(axis=1).max() <= 1


def test_it_is_the_tick_again_and_again(masses):
    state = init_state(MASS, Terrain.plain(HEIGHT, WIDTH), [Poisson(), Poisson()], 0, sides=(0, 1))
    once = jax.jit(tick)
    for mass in masses:
        state = once(state, TARGETS)
        assert (state.mass == mass).all()


def test_targets_change_when_the_schedule_says(masses):
    turned = rollout(Poisson(), MASS, {0: TARGETS, 3: MASS}, ticks=TICKS, sides=(0, 1))
    assert (turned[:3] == masses[:3]).all() and (turned[3] != masses[3]).any()
    for bad in ({}, {1: TARGETS}, {0: TARGETS, 1.5: TARGETS}, {0: ONE}):
        with pytest.raises(ValueError, match=r"\A[^\n]*targets[^\n]*\Z"):
            rollout(Poisson(), MASS, bad, ticks=TICKS)


def of_both(state, targets):
    return {"mass": state.mass, "overlap": overlap(state.mass[0], targets[0]), "fastest": jnp.abs(state.velocity).max()}


def test_a_state_goes_on_with_metrics_of_ones_own(masses):
    begun = init_state(masses[1], Terrain.plain(HEIGHT, WIDTH), [Poisson()] * 2, 0, sides=(0, 1))
    state, said = trajectory(begun, TARGETS, ticks=TICKS - 2, metrics=of_both)
    assert (said["mass"] == masses[2:]).all() and (state.mass == masses[-1]).all() and state.sides == (0, 1)
    np.testing.assert_allclose(said["overlap"], [overlap(mass[0], TARGETS[0]) for mass in masses[2:]], rtol=1e-6)
    assert said["fastest"].shape == (TICKS - 2,) and said["fastest"].max() <= 1 + 1e-5
    assert state.rest is state.combat is None


def test_what_is_asked_for_is_returned(monkeypatch):
    def march(state, targets, *, metrics, **_):
        return state, metrics and metrics(state, targets[0])

    monkeypatch.setattr(rollouts, "march", march)
    ask = partial(rollout, Poisson(), ticks=2)
    assert ask(ONE, THERE).shape == (HEIGHT, WIDTH) and ask(ONE[None], THERE[None]).shape == (1, HEIGHT, WIDTH)
    assert ask(MASS, TARGETS, metrics=lambda state, targets: "mine") == "mine"
    assert (ask(MASS, TARGETS, final=True).mass == MASS).all()


class Drawn(Poisson):
    """Steers as its seed has drawn, once."""

    def init(self, mass, terrain, seed):
        return jax.random.normal(jax.random.key(seed), (2,))

    def order(self, memory, mass, target):
        return jnp.broadcast_to(jnp.append(memory, 0), (*mass.shape, 3)), memory


jax.tree_util.register_static(Drawn)


def test_a_seed_may_be_traced_and_batched():
    march = jax.jit(lambda seed: rollout(Drawn(), ONE, THERE, ticks=1, seed=seed))
    both = jax.vmap(march)(jnp.arange(2))
    assert (both[0] != both[1]).any()
    for seed, mass in enumerate(both):
        assert (march(seed) == mass).all()


def small_nca():
    """Return cells of few channels under the cheapest commander: they compile in a fraction of the time."""
    shape = Architecture(hidden_dim=4, guidance="gradient")
    weights = shape.init_params(jax.random.key(1))
    return NCA(
        jax.tree.map(lambda leaf: leaf + 0.05 * jnp.cos(jnp.arange(leaf.size)).reshape(leaf.shape), weights), shape
    )


def wavy(leaf):
    return jnp.cos(jnp.arange(leaf.size, dtype=jnp.float32)).reshape(leaf.shape)


@pytest.mark.parametrize("controller", [small_nca, *long_forms(Plan, lambda: load_controller("default"))])
def test_a_batch_does_what_each_does_alone(controller):
    """The plan and the cells' list are worked through one by one; sums of a flow may round otherwise in a batch."""
    starts = np.stack([ONE, np.roll(ONE, 3, axis=1)])
    march = jax.jit(partial(rollout, controller(), targets=THERE, ticks=TICKS))
    batch = jax.jit(jax.vmap(march))(starts)
    for start, masses in zip(starts, batch, strict=True):
        np.testing.assert_allclose(masses, march(start), atol=1e-4)
        assert np.asarray(masses[-1]).sum(dtype=np.float64) == start.sum(dtype=np.float64)


@partial(jax.jit, static_argnames="remats")
def slopes(controller, mass, d_weights, d_mass, remats):
    """Return the slope of a rollout along a direction: forwards, and in reverse with and without rematerialisation."""

    def filled(weights, mass, remat=False):
        march = rollout(controller.replace(params=weights), mass, THERE, ticks=3, remat=remat, scheme=superbee_smooth)
        return (march[-1] * jnp.arange(WIDTH)).sum()

    at = (controller.params, mass)
    gradients = [jax.grad(partial(filled, remat=remat), argnums=(0, 1))(*at) for remat in remats]
    along = [
        sum(jax.tree.leaves(jax.tree.map(lambda one, other: (one * other).sum(), gradient, (d_weights, d_mass))))
        for gradient in gradients
    ]
    return jax.jvp(filled, at, (d_weights, d_mass))[1], *along


@pytest.mark.parametrize(
    ("controller", "remats"),
    [(small_nca, (True,)), pytest.param(lambda: load_controller("default"), (True, False), marks=pytest.mark.long)],
)
def test_forward_mode_agrees_with_reverse_mode_and_rematerialisation(controller, remats):
    controller = controller()
    d_weights = jax.tree.map(lambda leaf: wavy(leaf) / 10, controller.params)
    forwards, *back = slopes(controller, jnp.asarray(ONE), d_weights, jnp.asarray(ONE * block(3, 3)), remats)
    np.testing.assert_allclose(back, forwards, rtol=1e-3)
    assert abs(forwards) > 1e-3


def test_a_loss_has_a_slope_in_the_target():
    """The plan is a constant in derivatives, but a loss and a flow read the target."""

    def missing(target):
        return 1 - overlap(rollout(Poisson(), ONE, target, ticks=1)[-1], target)

    slope = jax.jit(jax.grad(missing))(jnp.asarray(block(3, 4)))
    assert np.isfinite(slope).all() and np.abs(slope).max() > 0


def test_in_float64_on_a_finer_lattice():
    fine = 2.0**-44
    with jax.enable_x64(True):
        start = np.asarray(ONE, np.float64) / 3
        marched = rollout(Poisson(), start, np.asarray(THERE, np.float64) / 3, ticks=1, quantum=fine)
        settled = np.floor(start / fine) * fine
        assert marched.dtype == jnp.float64
        assert float(marched[-1].sum()) == settled.sum() and (to_lattice(marched[-1], fine) == marched[-1]).all()
        assert (to_lattice(marched[-1]) != marched[-1]).any()
    with pytest.raises(ValueError, match=r"quantum must be None or a power of two from 2\^-20 to 1"):
        rollout(Poisson(), ONE, THERE, ticks=1, quantum=fine)
