"""What each scheme is worth: sharp marches, measured order, no new extremes."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller.physics import LIMITERS, Terrain, advect, superbee, superbee_smooth, ultra_bee, van_leer

ALL = list(LIMITERS.values())


def numbered(number):
    """Return the scheme of that place among all, for a program that serves them all."""
    return lambda *field: jax.lax.switch(number, ALL, *field)


def covered(start, length, count):
    """Return the share of each of `count` unit cells that an interval covers."""
    edges = np.arange(count + 1)
    return np.clip(np.minimum(edges[1:], start + length) - np.maximum(edges[:-1], start), 0, 1)


def march(scheme, direction, speed=1.0):
    """March a 32 x 32 block of density 1 by 40 cells; return the share in its shifted footprint, its speed, its peak.

    The speed is that of its centre of mass along the march, as a share of the one commanded.
    """
    mass = np.zeros((1, 104, 104), np.float32)
    mass[0, 20:52, 20:52] = 1
    velocity = np.broadcast_to(np.float32(speed * direction), (*mass.shape, 2))
    pairs = round(40 / (speed * 0.5))
    moved, peak = marched(jnp.asarray(mass), jnp.asarray(velocity), pairs, ALL.index(scheme))
    moved = np.asarray(moved[0], np.float64)
    distance = pairs * 0.5 * speed
    x, y = 20 + distance * direction
    footprint = np.outer(covered(y, 32, 104), covered(x, 32, 104))
    centre = np.array([(moved.sum(axis=0) * np.arange(104)).sum(), (moved.sum(axis=1) * np.arange(104)).sum()]) / 1024
    return np.minimum(moved, footprint).sum() / 1024, (centre - 35.5) @ direction / distance, float(peak)


@jax.jit
def marched(mass, velocity, pairs, number):
    """Return the mass after so many pairs of steps, and the fullest that any cell ever was."""
    scheme = numbered(number)

    def pair(_, so_far):
        mass, peak = so_far
        once = advect(mass, velocity, scheme=scheme).mass
        twice = advect(once, velocity, scheme=scheme, first="y").mass
        return twice, jnp.maximum(peak, jnp.maximum(once.max(), twice.max()))

    return jax.lax.fori_loop(0, pairs, pair, (mass, jnp.float32(0)))


@pytest.mark.parametrize(
    ("degrees", "speed"),
    [
        *((degrees, 1.0) for degrees in (0, 45, 18)),
        (18, 0.3),
        *(pytest.param(degrees, 0.3, marks=pytest.mark.long) for degrees in (0, 45)),
    ],
)
def test_ultra_bee_keeps_a_marching_block_together(degrees, speed):
    kept, pace, peak = march(ultra_bee, np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))]), speed)
    assert kept >= 0.999
    assert pace >= 0.99
    assert peak <= 1


def test_the_table_goes_from_smearing_to_sharpening():
    direction = np.array([np.cos(np.deg2rad(18)), np.sin(np.deg2rad(18))])
    kept = [march(scheme, direction)[0] for scheme in LIMITERS.values()]
    assert list(LIMITERS) == ["donor_cell", "van_leer", "superbee", "superbee_smooth", "ultra_bee"]
    assert kept == sorted(kept) and kept[0] < kept[-1]


def test_superbee_smooth_is_superbee_with_van_leers_derivative():
    """To the bit, and in both modes."""
    rng = np.random.default_rng(6)
    at = (*(jnp.float32(rng.normal(size=200)) for _ in range(2)), jnp.float32(rng.random(200)))
    along = tuple(jnp.asarray(rng.normal(size=200), jnp.float32) for _ in range(3))
    smooth, slope = jax.jit(partial(jax.jvp, superbee_smooth))(at, along)
    assert (smooth == jax.jit(superbee)(*at)).all()
    np.testing.assert_allclose(slope, jax.jvp(van_leer, at, along)[1], rtol=1e-5, atol=1e-6)
    back = jax.grad(lambda *at: superbee_smooth(*at).sum(), argnums=(0, 1, 2))(*at)
    for one, other in zip(back, jax.grad(lambda *at: van_leer(*at).sum(), argnums=(0, 1, 2))(*at), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def errors_after_a_round(scheme, size):
    """Carry sines over half a torus and over all of it, along the diagonal, by their length; return the mean errors."""
    with jax.enable_x64(True):
        velocity, terrain = jnp.ones((1, size, size, 2)), Terrain(np.ones((size, size), bool), 4.0, "torus")

        @jax.jit
        def carry(mass, pairs):
            def pair(_, mass):
                once = advect(mass, velocity, terrain, scheme=scheme, quantum=None).mass
                return advect(once, velocity, terrain, scheme=scheme, quantum=None, first="y").mass

            return jax.lax.fori_loop(0, pairs, pair, mass)

        errors = []
        for length in (size // 2, size):
            phase = 2 * np.pi * (np.arange(size) + 0.5) / length
            mass = jnp.asarray(1 + 0.4 * np.sin(phase)[:, None] + 0.4 * np.cos(phase))[None]
            # At a Courant number of 1/4 two pairs carry it on by a cell.
            errors.append(float(jnp.abs(carry(mass, 2 * length) - mass).mean()))
        return errors


def test_van_leer_is_of_second_order_on_smooth_data_and_donor_cell_of_first():
    coarse, fine = errors_after_a_round(van_leer, 64)
    assert np.log2(coarse / fine) >= 1.8
    coarse, fine = errors_after_a_round(LIMITERS["donor_cell"], 128)
    assert 0.7 < np.log2(coarse / fine) < 1.1


@jax.jit
def step(mass, velocity, number):
    return advect(mass, velocity, Terrain(np.ones((1, 64), bool), 4.0, "torus"), scheme=numbered(number)).mass


@pytest.mark.parametrize("name", LIMITERS)
def test_no_new_extremes_and_no_more_variation(name):
    """In an even wind the total variation along a row never grows (TVD, Harten 1983)."""
    rng = np.random.default_rng(1)
    mass = (rng.random((1, 1, 64)) * (rng.random((1, 1, 64)) < 0.5)).astype(np.float32)
    velocity = np.zeros((1, 1, 64, 2), np.float32)
    velocity[..., 0] = 0.7
    highest = mass.max()
    variation = np.abs(np.diff(mass, append=mass[..., :1])).sum()
    for _ in range(50):
        mass = np.asarray(step(mass, velocity, list(LIMITERS).index(name)))
        now = np.abs(np.diff(mass, append=mass[..., :1])).sum()
        assert now <= variation + 1e-4 and mass.max() <= highest + 1e-5
        variation = now
