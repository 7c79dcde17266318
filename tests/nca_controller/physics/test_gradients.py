"""Gradients are those of the function: by finite differences, at the edges of its domain, and through rounding."""

from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import long_forms, patchwork

from nca_controller.physics import LIMITERS, Terrain, advect, diffuse

# superbee_smooth has another's derivative by design
HONEST = [limiter for name, limiter in LIMITERS.items() if name != "superbee_smooth"]
ALL = patchwork(*HONEST)
LASTING = [limiter for name, limiter in LIMITERS.items() if name != "ultra_bee"]  # its stairs have none that last


def directional(outcome, values, rng):
    """Return, for each argument, the slope by the gradient and by central differences, along a random direction."""
    both = jax.jit(jax.value_and_grad(outcome, argnums=tuple(range(len(values)))))  # one compilation for either way
    gradients = both(*values)[1]
    for argument, value in enumerate(values):
        along = jnp.asarray(rng.normal(size=value.shape))
        low, high = list(values), list(values)
        low[argument], high[argument] = value - 1e-7 * along, value + 1e-7 * along
        measured = float(both(*high)[0] - both(*low)[0]) / 2e-7
        yield float((gradients[argument] * along).sum()), measured


@pytest.mark.parametrize(
    ("scheme", "boundary", "sides"),
    [
        (ALL, "torus", (0, 0, 1)),
        *(
            pytest.param(scheme, boundary, sides, marks=pytest.mark.long)
            for scheme, boundary, sides in (
                (ALL, "wall", (0, 0, 1)),
                (LIMITERS["donor_cell"], "wall", (0, 0)),
                (LIMITERS["van_leer"], "torus", (0, 1)),
                (LIMITERS["superbee"], "wall", (0, 1)),
                (LIMITERS["ultra_bee"], "torus", (0, 0)),
            )
        ),
    ],
)
def test_they_agree_with_finite_differences(scheme, boundary, sides):
    """In float64, off the lattice, with respect to mass and velocity, where the cap holds mass back."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(11)
        share, regiments = 1 / len(sides), len(sides)
        mass = share * jnp.asarray(0.2 + 0.6 * rng.random((regiments, 8, 10)))
        mass = mass.at[:, 2:6, 3:7].set(
            share * jnp.asarray(0.98 + 0.018 * rng.random((regiments, 4, 4)))
        )  # off the kink of even slopes
        velocity = jnp.asarray(rng.normal(size=(regiments, 8, 10, 2)))
        weight = jnp.asarray(rng.normal(size=(regiments, 8, 10)))
        terrain = Terrain.plain(8, 10, boundary=boundary)

        def outcome(mass, velocity):
            moved = advect(mass, velocity, terrain, scheme=scheme, quantum=None, sides=sides)
            return (moved.mass**2 * weight).sum() + (moved.flux_x**2).sum() - (moved.flux_y**2).sum()

        for slope, measured in directional(outcome, (mass, velocity), rng):
            assert abs(slope - measured) <= 1e-3 * abs(measured)


def test_those_of_a_whole_march_agree():
    """Through twenty steps of a packed block against a wall, where acceptance is passed down long columns."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(2)
        mass = jnp.asarray(np.pad(np.full((8, 12), 0.97), ((2, 2), (2, 6))) + 0.01 * rng.random((12, 20)))[None]
        velocity = jnp.asarray(0.8 + 0.1 * rng.random((1, 12, 20, 2)))
        terrain = Terrain.plain(12, 20)

        def outcome(mass, velocity):
            def march(mass, _):
                return advect(mass, velocity, terrain, quantum=None).mass, None

            return (jax.lax.scan(march, mass, length=20)[0] ** 2 * jnp.arange(20)).sum()

        for slope, measured in directional(outcome, (mass, velocity), rng):
            assert abs(slope - measured) <= 1e-3 * abs(measured)


@pytest.mark.parametrize("scheme", [patchwork(*LIMITERS.values()), *long_forms(*LIMITERS.values())])
def test_they_are_finite_where_fields_are_empty_full_or_still(scheme):
    """Two regiments at m = 0 or together at capacity, at rest or at the limit, with no inflow anywhere."""
    slopes = jax.jit(jax.grad(lambda m, v: (advect(m, v, scheme=scheme).mass ** 2).sum(), argnums=(0, 1)))
    for filled, speed in product([0.0, 0.5], [0.0, 1.0, 4.0]):
        gradients = slopes(jnp.full((2, 12, 12), filled), jnp.full((2, 12, 12, 2), speed))
        assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_who_stands_still_feels_where_to_go():
    """At v = 0 the gradient is the mean of both one-sided slopes, not zero: else no descent could start there."""
    mass = jnp.zeros((1, 1, 5)).at[0, 0, 2].set(0.5)

    def rightmost(velocity):
        return (advect(mass, velocity, quantum=None).mass[0, 0] * jnp.arange(5)).sum()

    slope = jax.jit(jax.grad(rightmost))(jnp.zeros((1, 1, 5, 2)))[0, 0, 2, 0]
    np.testing.assert_allclose(slope, 0.5 * 0.25, rtol=1e-6)


@pytest.mark.parametrize("sides", [(0,), (0, 0, 1), *long_forms((0, 0), (0, 1))])
def test_at_rest_ones_own_slope_is_that_of_one_regiment_alone(sides):
    """Beside friends as beside enemies; and nobody else has a slope in it."""
    mass = jnp.zeros((len(sides), 1, 5)).at[0, 0, 2].set(0.5)

    def to_the_right(velocity):
        return (advect(mass, velocity, quantum=None, sides=sides).mass[:, 0] * jnp.arange(5)).sum(axis=-1)

    slopes = jax.jit(jax.jacrev(to_the_right))(jnp.zeros((len(sides), 1, 5, 2)))[:, 0, 0, 2, 0]
    np.testing.assert_allclose(slopes, [0.125] + [0] * (len(sides) - 1), atol=1e-6)


def test_rounding_passes_the_gradient_straight_through():
    """On the lattice the outcome is a staircase in v, whose own slope is 0; the gradient is that off the lattice."""
    mass, velocity = jnp.full((1, 4, 4), 0.3), jnp.full((1, 4, 4, 2), 0.123)
    weight = jnp.arange(16.0).reshape(1, 4, 4)

    @partial(jax.jit, static_argnames="quantum")
    @partial(jax.value_and_grad, argnums=0)
    def outcome(velocity, quantum):
        return (advect(mass, velocity, quantum=quantum).mass * weight).sum()

    assert outcome(velocity, 2.0**-10)[0] == outcome(velocity + 1e-5, 2.0**-10)[0]
    on, off = (outcome(velocity, quantum)[1] for quantum in (2.0**-10, None))
    np.testing.assert_allclose(on, off, rtol=0.02, atol=1e-4)
    assert np.abs(on).max() > 0.01


def test_those_of_diffusion_agree():
    with jax.enable_x64(True):
        rng = np.random.default_rng(4)
        mass = jnp.asarray(0.4 * rng.random((2, 7, 9)) + 0.05)
        weight = jnp.asarray(rng.normal(size=(2, 7, 9)))
        terrain = Terrain.plain(7, 9)
        for slope, measured in directional(
            lambda mass: (diffuse(mass, 0.2, terrain, quantum=None) ** 2 * weight).sum(), (mass,), rng
        ):
            assert abs(slope - measured) <= 1e-3 * abs(measured)


def test_a_cell_that_holds_little_is_not_multiplied_without_bound():
    """Beside a ford of a hundredth's capacity mass would else be multiplied by a hundred in derivatives, every tick."""
    capacity = jnp.where(jnp.arange(6) % 2 == 0, 1, 0.01)[None, :]
    mass, velocity = 0.5 * capacity[None], jnp.ones((1, 1, 6, 2)) * 0.8
    slope = jax.jit(jax.jacrev(lambda mass: advect(mass, velocity, Terrain(capacity > 0, capacity), quantum=None).mass))
    jacobian = np.asarray(slope(mass)).reshape(6, 6)
    np.testing.assert_allclose(jacobian.sum(axis=0), 1, atol=1e-5)
    assert np.abs(jacobian).max() < 4


@pytest.mark.parametrize("scheme", [LIMITERS["superbee"], *long_forms(LIMITERS["van_leer"], LIMITERS["ultra_bee"])])
def test_a_cell_that_others_fill_is_compared_in_full(scheme):
    """Its mass counts there by what others leave of it, tenfold and more: that is the slope, and it is not bounded."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(8)
        others = jnp.asarray(np.where(np.arange(8) % 2, 0.95, 0.1) + 0.02 * rng.random(8))
        own = (1 - others) * jnp.asarray(0.9 * 0.85 ** np.arange(8))  # off the kink of even slopes
        mass = jnp.stack([own, others])[:, None]
        velocity = jnp.zeros((2, 1, 8, 2)).at[..., 0].set(jnp.asarray([0.8, -0.6])[:, None, None])
        weight = jnp.asarray(rng.normal(size=(2, 1, 8)))

        def outcome(mass):
            return (advect(mass, velocity, scheme=scheme, quantum=None, sides=(0, 1)).mass * weight).sum()

        for _ in range(4):
            for slope, measured in directional(outcome, (mass,), rng):
                assert abs(slope - measured) <= 1e-5 * abs(measured)


def test_where_the_derivative_is_anothers_what_others_fill_is_bounded():
    """superbee_smooth's would else count a cell for fifty times itself, without being superbee's own."""
    others = np.where(np.arange(8) == 1, 0.98, 0.0)
    mass = jnp.asarray(np.stack([(1 - others) * 0.9 * 0.85 ** np.arange(8), others])[:, None], jnp.float32)
    velocity = jnp.zeros((2, 1, 8, 2)).at[..., 0].set(jnp.asarray([0.8, -0.6])[:, None, None])

    def step(mass):
        return advect(mass, velocity, scheme=LIMITERS["superbee_smooth"], quantum=None, sides=(0, 1)).mass

    assert np.abs(jax.jit(jax.jacrev(step))(mass)[0, 0, :, 0, 0]).max() < 1.1


def test_forward_mode_agrees_with_reverse_mode():
    rng = np.random.default_rng(9)
    mass = jnp.asarray(rng.random((1, 6, 7)), jnp.float32)
    velocity, along = (jnp.asarray(rng.normal(size=(1, 6, 7, 2)), jnp.float32) for _ in range(2))

    def outcome(velocity):
        return (advect(mass, velocity).mass ** 2).sum()

    @jax.jit
    def both_ways(velocity, along):
        return jax.jvp(outcome, (velocity,), (along,))[1], (jax.grad(outcome)(velocity) * along).sum()

    forward, reverse = both_ways(velocity, along)
    np.testing.assert_allclose(forward, reverse, rtol=1e-4)


def test_those_of_a_donor_cell_step_are_shares():
    """In mass: what a little more of it becomes adds up to itself and is nowhere below 0, by empty cells and full."""
    rng = np.random.default_rng(6)
    open_cells = rng.random((9, 10)) > 0.1
    filled = np.choose(rng.integers(3, size=(9, 10)), [0.0, 0.4, 1.0]) * open_cells
    velocity = jnp.asarray(rng.normal(size=(1, 9, 10, 2)) * (rng.random((1, 9, 10, 1)) > 0.2))

    def step(mass):
        return advect(mass, velocity, Terrain(open_cells), dt=0.25, scheme=LIMITERS["donor_cell"], quantum=None).mass

    shares = jax.jit(jax.jacfwd(step))(jnp.asarray(filled, jnp.float32)[None]).reshape(90, 90)
    assert shares.min() >= -1e-6
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-5)


@pytest.mark.parametrize("scheme", [patchwork(*LASTING), *long_forms(*LASTING)])
def test_they_stay_small_over_two_hundred_ticks(scheme):
    """In the mass of every cell, empty ones too, under smooth velocities that drive an army together and apart."""
    rows, columns = np.mgrid[0:28, 0:28] / 8
    velocity = 0.4 * np.stack([np.sin(rows + columns), np.cos(columns - 2 * rows)], axis=-1)
    mass = jnp.zeros((1, 28, 28)).at[0, 6:16, 8:22].set(1)
    target = jnp.zeros((28, 28)).at[8:18, 12:26].set(1)
    # A step along y first is one along x first where x and y are exchanged: one step to compile instead of two.
    winds = jnp.asarray(np.stack([velocity, velocity.swapaxes(0, 1)[..., ::-1]] * 200), jnp.float32)[:, None]

    def filled(mass):
        def step(mass, wind):
            return advect(mass, wind, dt=0.25, scheme=scheme).mass.swapaxes(1, 2), None

        return jnp.minimum(jax.lax.scan(step, mass, winds)[0][0], target).sum()

    norm = float(jnp.linalg.norm(jax.jit(jax.grad(filled))(mass)))
    assert 1 < norm < 40  # a slope of 1 in each of 784 cells would be 28
