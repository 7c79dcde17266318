"""Rectangles cover what is held, once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.gl.tiles import tile_extents


def covered(rectangles, shape) -> np.ndarray:
    count = np.zeros(shape, dtype=int)
    for left, top, right, bottom in rectangles.astype(int):
        assert 0 <= left < right <= shape[1] and 0 <= top < bottom <= shape[0]
        count[top:bottom, left:right] += 1
    return count


@given(arrays(bool, st.sampled_from([(5, 7), (8, 8), (13, 4), (1, 1)])), st.integers(0, 3))
def test_all_that_is_held_and_what_lies_around_it_is_covered_once(held, beyond):
    count = covered(tile_extents(held, beyond), held.shape)
    assert count.max(initial=0) <= 1
    for row, column in np.argwhere(held):
        near = count[max(row - beyond, 0) : row + beyond + 1, max(column - beyond, 0) : column + beyond + 1]
        assert (near == 1).all()


def test_the_empty_rest_is_left_out():
    held = np.zeros((128, 192), dtype=bool)
    assert len(tile_extents(held)) == 0
    held[10:20, 10:30] = held[100:110, 150:170] = True
    assert covered(tile_extents(held, 2), held.shape).sum() < 2 * 18 * 24 + 1
