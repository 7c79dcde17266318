import numpy as np
import pytest

from engine.fields.cosines import cosines
from engine.fields.interpolation import bilinear, corners, deposit
from engine.fields.poisson import flux_for

GRID = (12, 17)


def test_bilinear_is_exact_for_planes():
    x, y = np.arange(17) + 0.5, np.arange(12)[:, None] + 0.5
    position = np.random.default_rng(0).uniform((0.5, 0.5), (16.5, 11.5), (200, 2))
    np.testing.assert_allclose(bilinear(3 * x - 2 * y, position), 3 * position[:, 0] - 2 * position[:, 1], atol=1e-4)


def test_several_fields_are_read_together():
    fields = np.random.default_rng(1).uniform(size=(12, 17, 3)).astype(np.float32)
    position = np.random.default_rng(0).uniform((-1, -1), (18, 13), (200, 2))
    together = corners(position, GRID).read(fields)
    for each in range(3):
        np.testing.assert_allclose(together[:, each], bilinear(fields[..., each], position), atol=1e-6)


def test_deposit_counts_every_man_once():
    position = np.random.default_rng(0).uniform((0, 0), (17, 12), (500, 2))
    density = deposit(position, GRID)
    assert density.sum() == pytest.approx(500)
    assert (density >= 0).all()
    assert deposit(np.array([[3.5, 7.5]]), GRID)[7, 3] == 1.0


def test_push_carries_the_excess_away_and_nothing_through_the_border():
    excess = np.random.default_rng(0).standard_normal(GRID).astype(np.float32)
    excess -= excess.mean()
    flux_x, flux_y = flux_for(excess, 0.0)
    np.testing.assert_allclose(np.diff(flux_x, axis=1) + np.diff(flux_y, axis=0), excess, atol=1e-5)
    for border in (flux_x[:, 0], flux_x[:, -1], flux_y[0], flux_y[-1]):
        assert not border.any()


def test_cosines_are_orthonormal():
    np.testing.assert_allclose(cosines(17) @ cosines(17).T, np.eye(17), atol=1e-6)
