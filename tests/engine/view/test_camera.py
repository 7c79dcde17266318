"""Where the field lies in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from engine.view.camera import COLUMN, whole_field

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
