"""Where the minimap lies, what lies under its pixels, and what is drawn in it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.view.minimap import minimap_camera, minimap_cell

GRIDS = [(128, 192), (64, 16), (1024, 1024)]
SIZES = [(1280, 720), (640, 360), (3840, 2160), (320, 200), (720, 1280)]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("size", SIZES)
def test_it_lies_in_the_lower_left_corner_and_knows_its_cells(size, grid):
    camera = minimap_camera(size, grid)
    (left, top), (right, bottom) = camera.pixels(np.array([[0.0, 0.0], [grid[1], grid[0]]]))
    assert 0 < left < right < 0.36 * size[0] + left
    assert size[1] / 2 < top < bottom < size[1]
    place = (0.3 * grid[1], 0.8 * grid[0])
    assert minimap_cell(tuple(camera.pixels(np.array(place))), size, grid) == pytest.approx(place)


@pytest.mark.parametrize("size", SIZES)
def test_beside_it_there_is_no_cell(size):
    grid = (128, 192)
    camera = minimap_camera(size, grid)
    (left, top), (right, bottom) = camera.pixels(np.array([[0.0, 0.0], [192.0, 128.0]]))
    middle = (left + right) / 2, (top + bottom) / 2
    for pixel in ((left - 2, middle[1]), (right + 2, middle[1]), (middle[0], top - 2), (middle[0], bottom + 2)):
        assert minimap_cell(pixel, size, grid) is None
