"""Diffusion spreads mass as the heat equation does, exactly conservative, and not through walls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nca_controller.physics import QUANTUM, Terrain, diffuse


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.08, 0.25]), st.sampled_from(["wall", "torus"]))
def test_totals_are_exact_and_extremes_only_shrink(seed, rate, boundary):
    mass = np.floor(np.random.default_rng(seed).random((2, 9, 11)) / 2 / QUANTUM) * QUANTUM
    spread = np.asarray(diffuse(mass.astype(np.float32), rate, Terrain.plain(9, 11, boundary=boundary)))
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
