import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from engine.fields import Geodesics


def one(shape, row, column):
    cells = np.zeros(shape, dtype=bool)
    cells[row, column] = True
    return cells


def octile(rows, columns):
    return np.maximum(rows, columns) + (np.sqrt(2) - 1) * np.minimum(rows, columns)


def test_open_ground_is_octile_and_never_below_the_straight_line():
    shape = (9, 14)
    far = Geodesics(np.ones(shape, dtype=bool)).distances(one(shape, 3, 5))
    rows, columns = np.abs(np.arange(9)[:, None] - 3), np.abs(np.arange(14) - 5)
    np.testing.assert_allclose(far, octile(rows, columns))
    straight = np.hypot(rows, columns)
    assert (far >= straight - 1e-12).all() and (far <= 1.0824 * straight + 1e-12).all()


def test_a_torus_wraps():
    shape = (9, 14)
    ways = Geodesics(np.ones(shape, dtype=bool), torus=True)
    far = ways.distances(one(shape, 0, 0))
    rows, columns = np.arange(9)[:, None], np.arange(14)
    np.testing.assert_allclose(far, octile(np.minimum(rows, 9 - rows), np.minimum(columns, 14 - columns)))
    assert ways.way(one(shape, 0, 1), one(shape, 0, 13)).tolist() == [[0, 1], [0, 0], [0, 13]]


def test_a_way_goes_round_a_wall_without_cutting_its_corner():
    open_cells = np.ones((7, 9), dtype=bool)
    open_cells[1:, 4] = False  # the gate is the uppermost row
    ways = Geodesics(open_cells)
    start, end = one(open_cells.shape, 3, 3), one(open_cells.shape, 3, 5)
    way = ways.way(start, end)
    assert way[0].tolist() == [3, 3] and way[-1].tolist() == [3, 5] and [0, 4] in way.tolist()
    assert ways.distances(start)[3, 5] == pytest.approx(8)
    open_cells[0, 4] = False
    shut = Geodesics(open_cells)
    assert np.isinf(shut.distances(start)[3, 5]) and shut.way(start, end).shape == (0, 2)
    assert shut.parts.max() == 1 and (shut.parts[:, 4] == -1).all()


def test_nothing_passes_where_two_closed_cells_touch():
    open_cells = np.eye(2, dtype=bool)
    assert Geodesics(open_cells).parts.tolist() == [[0, -1], [-1, 1]]


def test_no_cell_to_start_from_is_no_way():
    closed = Geodesics(np.zeros((3, 4), dtype=bool))
    assert np.isinf(closed.distances(one((3, 4), 1, 1))).all() and (closed.parts == -1).all()
    assert Geodesics(np.ones((3, 4), dtype=bool)).parts.max() == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_ways_are_as_long_as_distances_say_and_parts_are_those_of_faces(seed, torus):
    rng = np.random.default_rng(seed)
    open_cells = rng.random((rng.integers(3, 12), rng.integers(3, 12))) < 0.7
    ways = Geodesics(open_cells, torus)
    cells = np.argwhere(open_cells)
    if len(cells) < 2:
        return
    start, end = (one(open_cells.shape, *cell) for cell in cells[rng.choice(len(cells), 2, replace=False)])
    far, way = ways.distances(start), ways.way(start, end)
    assert np.isfinite(far[end]) == (len(way) > 0) == (ways.parts[start] == ways.parts[end])
    assert (np.isfinite(far) == (ways.parts == ways.parts[start])).all()
    if len(way):
        steps = np.abs(np.diff(way, axis=0))
        if torus:
            steps = np.minimum(steps, open_cells.shape - steps)
        assert (steps.max(axis=1) == 1).all() and open_cells[tuple(way.T)].all()
        assert np.hypot(*steps.T).sum() == pytest.approx(far[end][0])
    if not torus:
        labels, count = label(open_cells)
        assert count == ways.parts.max() + 1
        assert all(len(np.unique(ways.parts[labels == each])) == 1 for each in range(1, count + 1))
