"""The camera in the player's hands."""

import numpy as np
import pytest

from engine.controls.outlook import PACE, Outlook
from engine.view.camera import whole_field

GRID, SIZE = (128, 192), (1280, 720)


@pytest.fixture
def outlook():
    outlook = Outlook(GRID, SIZE)
    outlook.frame(96, 64, 60)
    return outlook


def test_a_frame_is_so_many_cells_wide(outlook):
    assert outlook.camera.scale == pytest.approx(1280 / 60)
    assert outlook.middle == pytest.approx((96, 64))


@pytest.mark.parametrize(("going", "way"), [("right", (1, 0)), ("left", (-1, 0)), ("up", (0, -1)), ("down", (0, 1))])
def test_held_keys_pan_at_an_even_pace(outlook, going, way):
    outlook.look(going, True)
    for _ in range(10):
        outlook.advance(SIZE, 0.01)
    moved = np.subtract(outlook.middle, (96, 64)) * outlook.camera.scale
    assert moved == pytest.approx(np.array(way) * PACE * 0.1 * 1280)
    outlook.look(going, False)
    before = outlook.camera
    outlook.advance(SIZE, 0.1)
    assert outlook.camera is before


def test_two_keys_pan_aslant_no_faster_and_opposite_ones_not_at_all(outlook):
    for going in ("right", "down"):
        outlook.look(going, True)
    outlook.advance(SIZE, 0.1)
    moved = np.subtract(outlook.middle, (96, 64)) * outlook.camera.scale
    assert np.hypot(*moved) == pytest.approx(PACE * 0.1 * 1280)
    before = outlook.camera
    for going in ("left", "up"):
        outlook.look(going, True)
    outlook.advance(SIZE, 0.1)
    assert outlook.camera is before


def test_a_jump_comes_close_enough_to_make_out_what_is_there_and_never_goes_away(outlook):
    outlook.whole()
    assert outlook.camera == whole_field(GRID, SIZE)
    outlook.jump((90, 60), 20)
    scale = outlook.camera.scale
    assert 720 / 4 < 20 * scale < 720
    assert outlook.middle == pytest.approx((90, 60))
    outlook.jump((80, 60), 100)
    assert outlook.camera.scale == scale
    outlook.jump((70, 60))
    assert outlook.camera.scale == scale


def test_the_window_may_change_its_size(outlook):
    outlook.advance((2560, 1440), 0.0)
    assert outlook.camera.size == (2560, 1440)
    assert outlook.middle == pytest.approx((96, 64), abs=0.1)
    assert outlook.camera.scale == pytest.approx(2 * 1280 / 60, rel=0.01)


def test_the_wheel_keeps_what_is_under_the_cursor(outlook):
    pixel = (700.0, 300.0)
    before = outlook.camera.cells(np.array(pixel))
    for steps in (3, -1, 0.5):
        outlook.zoom(pixel, steps)
        assert outlook.camera.cells(np.array(pixel)) == pytest.approx(before)
