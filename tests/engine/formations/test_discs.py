"""Distances to discs, as they are by definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formations import distance_to_discs

GRID = (9, 13)
PLACES = st.floats(-20, 30)


@given(st.lists(st.tuples(PLACES, PLACES, st.floats(0.1, 8)), max_size=4), st.sampled_from((0.0, 2.0, math.inf)))
def test_each_cell_has_its_distance_to_the_nearest_rim_as_far_as_it_was_asked_for(discs, near):
    found = distance_to_discs(discs, GRID, near)
    for row, column in np.ndindex(GRID):
        true = min((math.hypot(column + 0.5 - x, row + 0.5 - y) - radius for x, y, radius in discs), default=math.inf)
        if true <= near:
            assert found[row, column] == pytest.approx(true, abs=1e-9)
        else:
            assert found[row, column] >= true - 1e-9
