"""Means over boxes: weights, border, mirrors, and the same in cells of any size."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nca_controller.physics.combat.boxes import box_mean, box_weights

RNG = np.random.default_rng(3)
FIELD = RNG.random((2, 9, 13)).astype(np.float32)
mean = jax.jit(box_mean, static_argnums=(1, 2, 3))


@settings(deadline=None)
@given(st.floats(0.05, 40))
def test_weights_are_a_mean(half_width):
    weights = box_weights(half_width)
    assert weights[0] + 2 * weights[1:].sum() == pytest.approx(1)
    assert (weights > 0).all() or half_width == pytest.approx(round(half_width))
    assert (np.diff(weights) <= 1e-12).all()


def test_a_box_without_width_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        box_weights(0.0)


def test_a_mean_is_what_its_weights_say():
    """Half a metre in cells of a metre: three quarters of itself, an eighth of each neighbour, on both axes."""
    spike = jnp.zeros((1, 5, 5)).at[0, 2, 2].set(64)
    expected = np.outer([0, 8, 48, 8, 0], [0, 8, 48, 8, 0]) / 64
    assert (np.asarray(mean(spike, 0.5, 1.0, "wall"))[0] == expected).all()


@pytest.mark.parametrize("boundary", ["wall", "torus"])
def test_mirrored_fields_have_mirrored_means(boundary):
    straight = np.asarray(mean(FIELD, 2.3, 1.0, boundary))
    for axes in (1, 2, (1, 2)):
        assert (np.flip(np.asarray(mean(np.flip(FIELD, axes), 2.3, 1.0, boundary)), axes) == straight).all()


def test_a_torus_loses_nothing_and_a_wall_holds_nothing():
    around = np.asarray(mean(FIELD, 2.0, 1.0, "torus"))
    assert around.sum() == pytest.approx(FIELD.sum(), rel=1e-5)
    rolled = np.roll(FIELD, (4, 7), (1, 2))
    np.testing.assert_allclose(np.roll(around, (4, 7), (1, 2)), mean(rolled, 2.0, 1.0, "torus"), rtol=1e-6)
    alone = np.asarray(mean(np.ones((1, 9, 13), np.float32), 2.0, 1.0, "wall"))[0]
    assert alone[4, 6] == pytest.approx(1) and alone[4, 0] == pytest.approx(5 / 8)  # of 2 m there are 2.5 of 4 cells


@pytest.mark.parametrize("boundary", ["wall", "torus"])
def test_a_box_may_be_wider_than_the_ground(boundary):
    wide = np.asarray(mean(FIELD, 40.0, 1.0, boundary))
    level = FIELD.sum(axis=(1, 2)) / (80 * 80) if boundary == "wall" else FIELD.mean(axis=(1, 2))
    np.testing.assert_allclose(wide, np.broadcast_to(level[:, None, None], wide.shape), rtol=0.15)


@pytest.mark.parametrize("half_width", [0.5, 4.0])
def test_cells_of_half_the_size_see_the_same(half_width):
    """A step from full to empty ground: the mean in fine cells, averaged over each coarse one, differs by a rim."""
    coarse = np.zeros((1, 24, 24), np.float32)
    coarse[:, 8:16, 6:18] = 1
    fine = coarse.repeat(2, axis=1).repeat(2, axis=2)
    seen = np.asarray(mean(fine, half_width, 0.5, "wall")).reshape(1, 24, 2, 24, 2).mean(axis=(2, 4))
    assert np.abs(seen - np.asarray(mean(coarse, half_width, 1.0, "wall"))).max() < 0.08
