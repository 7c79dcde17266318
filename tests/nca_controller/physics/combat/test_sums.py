"""Sums in whole numbers: as exact ones, mirrored to the bit, with the slope of a plain sum; and blocks of cells."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import on_lattice

from nca_controller.physics import QUANTUM
from nca_controller.physics.combat.sums import around, blocks_of, pooled, shifted, spread, summed

RNG = np.random.default_rng(7)
FIELD = on_lattice(RNG.random((2, 20, 33)) * 4)


def test_sums_are_exact_and_mirror():
    assert np.asarray(summed(FIELD, QUANTUM)) == pytest.approx(FIELD.sum(axis=(1, 2), dtype=np.float64), rel=1e-7)
    signed = FIELD - FIELD[::-1]
    sums = [np.asarray(summed(field, QUANTUM)) for field in (signed, signed[..., ::-1], signed[:, ::-1], -signed)]
    assert (sums[0] == sums[1]).all() and (sums[0] == sums[2]).all() and (sums[0] == -sums[3]).all()


def test_wide_fields_of_full_cells_do_not_overflow():
    wide = np.full((1, 2, 1500), 4.0, np.float32)
    assert float(summed(wide, QUANTUM)[0]) == 12_000


def test_the_slope_is_that_of_a_plain_sum():
    slope = jax.grad(lambda field: (summed(field, QUANTUM) ** 2).sum())(jnp.asarray(FIELD))
    np.testing.assert_allclose(
        slope, np.broadcast_to(2 * FIELD.sum(axis=(1, 2))[:, None, None], FIELD.shape), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("shape", "cell_metres"), [((20, 33), 1.0), ((19, 32), 0.5), ((7, 5), 2.0), ((14, 14), 1.0), ((6, 7), 20.0)]
)
def test_blocks_cover_the_ground_and_mirror_with_it(shape, cell_metres):
    blocks = blocks_of(shape, cell_metres, 8.0)
    assert blocks.size % 2 == 1 and (cell_metres > 8 or abs(blocks.size * cell_metres - 8) <= 2)
    field = FIELD[:, : shape[0], : shape[1]]
    both = jax.jit(lambda field: (parts := pooled(field, blocks, QUANTUM), spread(parts, blocks)))
    parts, back = (np.asarray(one) for one in both(field))
    assert parts.sum(dtype=np.float64) == pytest.approx(field.sum(dtype=np.float64), rel=1e-6)
    assert back.shape == field.shape
    for mirrored in ((..., slice(None, None, -1)), (slice(None), slice(None, None, -1))):
        other = both(field[mirrored])
        assert (np.asarray(other[0]) == parts[mirrored]).all() and (np.asarray(other[1]) == back[mirrored]).all()


def test_neighbours_end_at_walls_and_wrap_on_a_torus():
    row = jnp.asarray([[1.0, 2.0, 4.0, 8.0]])
    assert shifted(row, 1, -1, "wall").tolist() == [[2, 4, 8, 0]] and shifted(row, -5, -1, "wall").tolist() == [[0] * 4]
    assert shifted(row, -1, -1, "torus").tolist() == [[8, 1, 2, 4]]
    assert around(row, 1, "wall").tolist() == [[3, 7, 14, 12]]
