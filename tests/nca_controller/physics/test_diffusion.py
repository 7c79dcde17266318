"""Diffusion spreads mass as the heat equation does, exactly conservative, and not through walls."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_battles import SHAPES, battles, check_ground, total

from nca_controller.physics import QUANTUM, Terrain, advect, diffuse, perturb


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.08, 0.25]), st.sampled_from(["wall", "torus"]))
def test_totals_are_exact_and_extremes_only_shrink(seed, rate, boundary):
    regiments, *grid = SHAPES[-1]
    mass = np.floor(np.random.default_rng(seed).random((regiments, *grid)) / regiments / QUANTUM) * QUANTUM
    spread = np.asarray(diffuse(mass.astype(np.float32), rate, Terrain.plain(*grid, boundary=boundary)))
    assert (spread.sum(axis=(1, 2), dtype=np.float64) == mass.sum(axis=(1, 2))).all()
    assert mass.min() <= spread.min() and spread.max() <= mass.max()


def test_the_variance_grows_by_twice_the_rate_a_step():
    mass = np.zeros((1, 41, 41), np.float32)
    mass[0, 20, 20] = 1
    for _ in range(20):
        mass = np.asarray(diffuse(mass, 0.1))
    offsets = np.arange(41) - 20
    assert (mass.sum(axis=(0, 1)) * offsets**2).sum() == pytest.approx(
        2 * 0.1 * 20, rel=5e-3
    )  # rounding to the lattice holds a little back


@settings(max_examples=40, deadline=None)
@given(battles(), st.sampled_from([0.08, 0.25]))
def test_the_guarantees_hold_for_any_ground_and_several_regiments(battle, rate):
    """Totals to the bit, and within a capacity that varies by cell, where an even spread would not fit."""
    terrain, mass, _ = battle
    totals = total(mass)
    for _ in range(3):
        mass = np.asarray(diffuse(mass, rate, terrain))
        assert (total(mass) == totals).all()
        check_ground(mass, terrain)


def test_it_fills_a_ford_to_the_brim_and_no_higher():
    capacity = np.ones((1, 9), np.float32)
    capacity[0, 4] = 0.125
    mass = np.zeros((1, 1, 9), np.float32)
    mass[0, 0, :4] = 1
    for _ in range(200):
        mass = np.asarray(diffuse(mass, 0.25, Terrain(np.ones((1, 9), bool), capacity)))
        assert mass[0, 0, 4] <= 0.125
    assert mass[0, 0, 5:].sum() > 0.49  # as dense as the ford lets through


def test_noise_shakes_the_velocity_and_the_transport_keeps_its_guarantees():
    """Behind a wall, at full density, in noise far above the speed limit: not a quantum is lost or leaks."""
    cells = np.ones((12, 20), bool)
    cells[:, 10] = False
    mass = np.zeros((1, 12, 20), np.float32)
    mass[0, 2:8, 2:8] = 1
    still = jnp.zeros((1, 12, 20, 2))
    for key in jax.random.split(jax.random.key(0), 60):
        shaken = perturb(still, 2.0, key)
        assert shaken.shape == still.shape and 1.5 < shaken.std() < 2.5
        mass = np.asarray(advect(mass, shaken, Terrain(cells)).mass)
        check_ground(mass, Terrain(cells))
    assert mass.sum(dtype=np.float64) == 36 and not mass[:, :, 10:].any()
    assert (mass[0, 2:8, 2:8] < 0.9).any()


def test_walls_stop_it():
    cells = np.ones((5, 5), bool)
    cells[:, 2] = False
    mass = np.zeros((1, 5, 5), np.float32)
    mass[0, 2, 1] = 1
    for _ in range(30):
        mass = np.asarray(diffuse(mass, 0.25, Terrain(cells)))
    assert mass[:, :, 2:].sum() == 0 and mass.sum() == 1


def test_a_rate_that_would_overshoot_is_refused():
    with pytest.raises(ValueError, match="rate"):
        diffuse(np.zeros((1, 4, 4), np.float32), 0.3)
