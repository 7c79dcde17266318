"""Where the field lies in the picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.view.camera import (
    COLUMN,
    Camera,
    centre_of_sight,
    closest,
    looking_at,
    panned,
    resized,
    whole_field,
    within,
    zoomed,
)

GRID = (128, 192)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (3440, 1440), (320, 200), (40, 30)])
def test_the_whole_field_is_inside_the_picture_and_keeps_its_shape(size):
    camera = whole_field(GRID, size)
    (left, top), (right, bottom) = camera.pixels(np.array([[0.0, 0.0], [192.0, 128.0]]))
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    assert np.isclose((right - left) / (bottom - top), 192 / 128)


def test_a_wide_picture_keeps_a_column_for_the_status():
    assert whole_field(GRID, (1280, 720)).origin[0] >= COLUMN - 1


def test_pixels_and_cells_are_each_others_inverse():
    camera = whole_field(GRID, (1280, 720))
    points = np.random.default_rng(0).uniform(0, 128, (10, 2))
    assert np.allclose(camera.cells(camera.pixels(points)), points)


def test_clip_coordinates_agree_with_pixels():
    camera = whole_field(GRID, (1280, 720))
    point = np.array([37.0, 101.0])
    a, b, c, d = camera.clip
    column, row = camera.pixels(point)
    assert np.isclose((point[0] * a + c + 1) / 2 * 1280, column)
    assert np.isclose((1 - (point[1] * b + d)) / 2 * 720, row)


grids = st.tuples(st.integers(16, 400), st.integers(16, 400))
sizes = st.tuples(st.integers(200, 4000), st.integers(150, 2200))
shares = st.tuples(st.floats(0, 1), st.floats(0, 1))


@st.composite
def cameras(draw):
    """A field, and a camera over it: anywhere, at any distance."""
    grid, size = draw(grids), draw(sizes)
    scale = whole_field(grid, size).scale * draw(st.floats(1, 12))
    x, y = draw(shares)
    return grid, looking_at(grid, size, (x * grid[1], y * grid[0]), scale)


def seen(camera, grid):
    """Return the pixels of the field's corners."""
    return camera.pixels(np.array([[0.0, 0.0], [grid[1], grid[0]]]))


def limit(camera, grid, axis, way):
    """Return where the field's corner lies once it was dragged as far as it goes along an axis."""
    return panned(camera, grid, *((way, 0.0) if axis == 0 else (0.0, way))).origin[axis]


@settings(deadline=None)
@given(cameras(), shares)
def test_pixels_and_cells_are_each_others_inverse_wherever_the_camera_looks(view, share):
    _, camera = view
    pixel = np.array(share) * camera.size
    assert np.allclose(camera.pixels(camera.cells(pixel)), pixel, atol=1e-6)


@settings(deadline=None)
@given(cameras(), shares, st.floats(1, 4))
def test_coming_closer_keeps_the_cell_under_the_cursor(view, share, factor):
    grid, camera = view
    low, high = seen(camera, grid)
    pixel = low + np.array(share) * (high - low)
    after = zoomed(camera, grid, factor, tuple(pixel))
    assert np.allclose(after.cells(pixel), camera.cells(pixel), atol=1e-6)
    assert np.isclose(after.scale, min(camera.scale * factor, closest(grid, camera.size)))


@settings(deadline=None)
@given(cameras(), shares, st.floats(1, 4))
def test_going_away_keeps_the_cell_under_the_cursor_unless_the_field_would_end(view, share, factor):
    grid, camera = view
    pixel = np.array(share) * camera.size
    after = zoomed(camera, grid, 1 / factor, tuple(pixel))
    stops = [after.origin[axis] in (limit(after, grid, axis, -9e9), limit(after, grid, axis, 9e9)) for axis in (0, 1)]
    kept = np.isclose(after.cells(pixel), camera.cells(pixel), atol=1e-6)
    assert (stops | kept).all()


@settings(deadline=None)
@given(cameras(), st.tuples(st.floats(-9e3, 9e3), st.floats(-9e3, 9e3)))
def test_no_panning_loses_the_field(view, way):
    grid, camera = view
    after = panned(camera, grid, *way)
    middle = after.cells(np.array(centre_of_sight(grid, camera.size)))
    assert (middle > -1e-6).all()
    assert (middle < np.array([grid[1], grid[0]]) + 1e-6).all()
    assert after.scale == camera.scale


@settings(deadline=None)
@given(cameras())
def test_the_field_follows_the_hand_that_drags_it(view):
    grid, camera = view
    after = panned(camera, grid, -7, 4)
    moved = seen(after, grid)[0] - seen(camera, grid)[0]
    assert np.isclose(moved[0], -7) or after.origin[0] == limit(camera, grid, 0, -9e9)
    assert np.isclose(moved[1], 4) or after.origin[1] == limit(camera, grid, 1, 9e9)


@settings(deadline=None)
@given(grids, sizes)
def test_the_farthest_camera_is_the_one_that_shows_all(grid, size):
    home = whole_field(grid, size)
    assert zoomed(home, grid, 0.1, (5, 5)) == home
    assert within(Camera(size, 1e-3, (9, -9)), grid) == home


def test_a_jump_brings_the_place_to_the_middle_of_what_is_seen():
    size = (1280, 720)
    camera = looking_at(GRID, size, (100.0, 60.0), 20.0)
    assert np.allclose(camera.cells(np.array(centre_of_sight(GRID, size))), [100, 60])


@settings(deadline=None)
@given(cameras(), sizes)
def test_a_window_of_another_size_does_not_lose_the_field_either(view, size):
    grid, camera = view
    after = resized(camera, grid, size)
    assert resized(camera, grid, camera.size) is camera
    assert after.size == size
    assert np.allclose(seen(after, grid), seen(within(after, grid), grid))


def test_a_window_of_another_size_looks_at_the_same_place():
    before = looking_at(GRID, (1280, 720), (100.0, 60.0), 20.0)
    after = resized(before, GRID, (3840, 2160))
    assert np.allclose(after.cells(np.array(centre_of_sight(GRID, (3840, 2160)))), [100, 60], atol=0.1)
    assert np.isclose(after.scale, 60, rtol=0.01)
