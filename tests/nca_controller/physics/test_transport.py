"""The guarantees of the transport: exact totals, nothing negative, nothing above capacity, right gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nca_controller.physics import QUANTUM, Terrain, advect

SHAPES = [(1, 8, 8), (2, 12, 7), (3, 5, 16)]  # few, since each compiles anew


def on_lattice(values):
    return np.floor(np.asarray(values) / QUANTUM) * QUANTUM


@st.composite
def battles(draw):
    """A terrain, masses that fill it to anything up to its capacity, and velocities up to far beyond the limit."""
    shape = draw(st.sampled_from(SHAPES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    capacity = draw(st.sampled_from([0.7, 1.0, 4.0]))
    terrain = Terrain(
        rng.random(shape[1:]) < draw(st.sampled_from([0.6, 1.0])), capacity, draw(st.sampled_from(["wall", "torus"]))
    )
    fullness = draw(st.sampled_from([0.0, 0.3, 1.0]))
    mass = rng.random(shape) ** draw(st.sampled_from([0.1, 1.0, 8.0])) * (rng.random(shape) < fullness)
    mass = on_lattice(mass * np.asarray(terrain.capacity) * np.asarray(terrain.open_cells) / shape[0])
    velocity = rng.normal(size=(*shape, 2)) * draw(st.sampled_from([0.0, 0.5, 20.0]))
    return terrain, mass.astype(np.float32), velocity.astype(np.float32), draw(st.sampled_from([0.25, 1.0]))


step = jax.jit(advect, static_argnames=("dt", "sweeps"))


@settings(max_examples=150, deadline=None)
@given(battles(), st.sampled_from([1, 3]))
def test_totals_are_exact_and_mass_stays_between_zero_and_capacity(battle, sweeps):
    terrain, mass, velocity, dt = battle
    totals = mass.sum(axis=(1, 2), dtype=np.float64)
    for _ in range(4):
        mass = np.asarray(step(mass, velocity, terrain, dt=dt, sweeps=sweeps).mass)
        assert (mass.sum(axis=(1, 2), dtype=np.float64) == totals).all()
        assert mass.min() >= 0
        assert (mass.sum(axis=0, dtype=np.float64) <= np.asarray(terrain.capacity)).all()
        assert (mass[:, ~np.asarray(terrain.open_cells)] == 0).all()
        assert (mass == on_lattice(mass)).all()


@settings(max_examples=50, deadline=None)
@given(battles())
def test_mass_after_is_mass_before_minus_the_divergence_of_the_flux(battle):
    terrain, mass, velocity, dt = battle
    moved = step(mass, velocity, terrain, dt=dt)
    flux_x, flux_y = np.asarray(moved.flux_x, np.float64), np.asarray(moved.flux_y, np.float64)
    after = mass - np.diff(flux_x, axis=2) - np.diff(flux_y, axis=1)
    assert (after == np.asarray(moved.mass)).all()
    if terrain.boundary == "wall":
        assert not flux_x[:, :, [0, -1]].any() and not flux_y[:, [0, -1]].any()


def test_the_total_survives_a_thousand_violent_ticks():
    rng = np.random.default_rng(7)
    mass = on_lattice(rng.random((1, 24, 30))).astype(np.float32)
    total = mass.sum(dtype=np.float64)
    terrain = Terrain.plain(24, 30)
    velocities = jnp.asarray(rng.normal(size=(50, 1, 24, 30, 2)) * 3, jnp.float32)
    run = jax.jit(lambda m: jax.lax.scan(lambda m, v: (advect(m, v, terrain).mass, m.max()), m, velocities))
    for _ in range(20):
        mass, highest = run(mass)
        assert np.asarray(mass).sum(dtype=np.float64) == total
        assert highest.max() <= 1


def test_the_wind_turned_turns_the_outcome():
    """A quarter turn of the field and the velocity is a quarter turn of what comes out."""
    rng = np.random.default_rng(3)
    mass = on_lattice(rng.random((1, 9, 9))).astype(np.float32)
    velocity = rng.normal(size=(1, 9, 9, 2)).astype(np.float32)
    # Counter-clockwise on the screen: (x, y) becomes (y, -x).
    turned = np.rot90(velocity, axes=(1, 2))[..., ::-1] * np.array([1, -1], np.float32)
    straight = np.asarray(advect(mass, velocity).mass)
    np.testing.assert_array_equal(
        np.rot90(straight, axes=(1, 2)), np.asarray(advect(np.rot90(mass, axes=(1, 2)), turned).mass)
    )


def test_a_thin_cloud_moves_at_the_commanded_velocity():
    mass = np.zeros((1, 32, 40), np.float32)
    mass[0, 6:9, 5:8] = 2.0**-4
    velocity = np.broadcast_to(np.array([0.8, 0.4], np.float32), (*mass.shape, 2))
    ticks = 40
    moved = jnp.asarray(mass)
    for _ in range(ticks):
        moved = step(moved, velocity, None, dt=0.25).mass
    rows, columns = np.indices(mass.shape[1:])
    shift = [float((np.asarray(moved - mass)[0] * axis).sum() / mass.sum()) for axis in (columns, rows)]
    np.testing.assert_allclose(shift, [0.8 * 0.25 * ticks, 0.4 * 0.25 * ticks], rtol=2e-3)


def test_a_full_block_marches_and_more_sweeps_hold_it_back_less():
    mass = np.zeros((1, 8, 60), np.float32)
    mass[0, 2:6, 4:16] = 1
    velocity = np.zeros((1, 8, 60, 2), np.float32)
    velocity[..., 0] = 1

    def distance(sweeps):
        moved = mass
        for _ in range(80):
            moved = np.asarray(step(moved, velocity, None, dt=0.25, sweeps=sweeps).mass)
        return ((moved - mass).sum(axis=(0, 1)) * np.arange(60)).sum() / mass.sum()

    one, eight = distance(1), distance(8)
    assert 0.85 * 20 < one < eight <= 20
    assert eight > 0.97 * 20


def test_a_torus_carries_mass_round_and_a_wall_does_not():
    mass = np.zeros((1, 6, 6), np.float32)
    mass[0, 3, 5] = 0.5
    velocity = np.zeros((1, 6, 6, 2), np.float32)
    velocity[..., 0] = 1
    wrapped = advect(mass, velocity, Terrain.plain(6, 6, boundary="torus"))
    assert wrapped.mass[0, 3, 0] == 0.125
    assert wrapped.flux_x[0, 3, 0] == wrapped.flux_x[0, 3, -1] == 0.125
    assert (np.asarray(advect(mass, velocity).mass) == mass).all()


def test_regiments_share_the_capacity():
    mass = np.zeros((2, 3, 3), np.float32)
    mass[0, 1, 0] = mass[1, 1, 2] = 1
    mass[0, 1, 1] = 0.75
    velocity = np.zeros((2, 3, 3, 2), np.float32)
    velocity[0, 1, 0, 0], velocity[1, 1, 2, 0] = 1, -1
    moved = np.asarray(advect(mass, velocity).mass)
    assert moved[:, 1, 1].sum() <= 1
    assert moved[0, 1, 1] - 0.75 == moved[1, 1, 1] > 0


def test_gradients_agree_with_finite_differences():
    """Directional derivatives in float64, off the lattice, for mass and velocity, with the limiter at work."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(11)
        mass = jnp.asarray(0.2 + 0.79 * rng.random((2, 10, 10)) / 2)
        mass = mass.at[:, 3:7, 3:7].set(0.499)
        velocity = jnp.asarray(rng.normal(size=(2, 10, 10, 2)))
        weight = jnp.asarray(rng.normal(size=(2, 10, 10)))
        terrain = Terrain.plain(10, 10)

        def outcome(mass, velocity):
            return (advect(mass, velocity, terrain, quantum=None).mass ** 2 * weight).sum()

        for argument, value in enumerate((mass, velocity)):
            along = jnp.asarray(rng.normal(size=value.shape))
            slope = float((jax.grad(outcome, argnums=argument)(mass, velocity) * along).sum())
            low, high = ([mass, velocity] for _ in range(2))
            low[argument], high[argument] = value - 1e-7 * along, value + 1e-7 * along
            measured = float(outcome(*high) - outcome(*low)) / 2e-7
            assert abs(slope - measured) <= 1e-3 * abs(measured)


@pytest.mark.parametrize("filled", [0.0, 1.0])
@pytest.mark.parametrize("speed", [0.0, 1.0])
def test_gradients_are_finite_where_fields_are_empty_full_or_still(filled, speed):
    mass = jnp.full((1, 6, 6), filled)
    velocity = jnp.full((1, 6, 6, 2), speed)
    gradients = jax.grad(lambda m, v: (advect(m, v).mass ** 2).sum(), argnums=(0, 1))(mass, velocity)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_rounding_passes_the_gradient_straight_through():
    mass, velocity = jnp.full((1, 4, 4), 0.3), jnp.full((1, 4, 4, 2), 0.123)
    weight = jnp.arange(16.0).reshape(1, 4, 4)

    def slope(quantum):
        return jax.grad(lambda v: (advect(mass, v, quantum=quantum).mass * weight).sum())(velocity)

    np.testing.assert_allclose(slope(2.0**-20), slope(None), rtol=1e-4, atol=1e-6)
    assert np.abs(slope(2.0**-20)).max() > 0.01


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="velocity"):
        advect(jnp.zeros((1, 4, 4)), jnp.zeros((1, 4, 5, 2)))
    with pytest.raises(ValueError, match="terrain"):
        advect(jnp.zeros((1, 4, 4)), jnp.zeros((1, 4, 4, 2)), Terrain.plain(5, 5))
    with pytest.raises(ValueError, match="capacity"):
        Terrain(np.ones((4, 4), bool), 5.0)
    with pytest.raises(ValueError, match="boundary"):
        Terrain.plain(4, 4, boundary="sphere")
