"""The camera as the player moves it."""

import numpy as np
import pytest

from engine.controls.camera_control import PACE, CameraControl
from engine.view.camera import whole_field

GRID, SIZE = (128, 192), (1280, 720)


@pytest.fixture
def camera_control():
    camera_control = CameraControl(GRID, SIZE)
    camera_control.frame(96, 64, 60)
    return camera_control


def test_a_frame_is_so_many_cells_wide(camera_control):
    assert camera_control.camera.scale == pytest.approx(1280 / 60)
    assert camera_control.middle == pytest.approx((96, 64))


@pytest.mark.parametrize(("going", "way"), [("right", (1, 0)), ("left", (-1, 0)), ("up", (0, -1)), ("down", (0, 1))])
def test_held_keys_pan_at_an_even_pace(camera_control, going, way):
    camera_control.pan(going, True)
    for _ in range(10):
        camera_control.advance(SIZE, 0.01)
    moved = np.subtract(camera_control.middle, (96, 64)) * camera_control.camera.scale
    assert moved == pytest.approx(np.array(way) * PACE * 0.1 * 1280)
    camera_control.pan(going, False)
    before = camera_control.camera
    camera_control.advance(SIZE, 0.1)
    assert camera_control.camera is before


def test_two_keys_pan_aslant_no_faster_and_opposite_ones_not_at_all(camera_control):
    for going in ("right", "down"):
        camera_control.pan(going, True)
    camera_control.advance(SIZE, 0.1)
    moved = np.subtract(camera_control.middle, (96, 64)) * camera_control.camera.scale
    assert np.hypot(*moved) == pytest.approx(PACE * 0.1 * 1280)
    before = camera_control.camera
    for going in ("left", "up"):
        camera_control.pan(going, True)
    camera_control.advance(SIZE, 0.1)
    assert camera_control.camera is before


def test_a_jump_comes_close_enough_to_make_out_what_is_there_and_never_goes_away(camera_control):
    camera_control.whole()
    assert camera_control.camera == whole_field(GRID, SIZE)
    camera_control.jump((90, 60), 20)
    scale = camera_control.camera.scale
    assert 720 / 4 < 20 * scale < 720
    assert camera_control.middle == pytest.approx((90, 60))
    camera_control.jump((80, 60), 100)
    assert camera_control.camera.scale == scale
    camera_control.jump((70, 60))
    assert camera_control.camera.scale == scale


def test_the_window_may_change_its_size(camera_control):
    camera_control.advance((2560, 1440), 0.0)
    assert camera_control.camera.size == (2560, 1440)
    assert camera_control.middle == pytest.approx((96, 64), abs=0.1)
    assert camera_control.camera.scale == pytest.approx(2 * 1280 / 60, rel=0.01)


def test_the_wheel_keeps_what_is_under_the_cursor(camera_control):
    pixel = (700.0, 300.0)
    before = camera_control.camera.cells(np.array(pixel))
    for steps in (3, -1, 0.5):
        camera_control.zoom(pixel, steps)
        assert camera_control.camera.cells(np.array(pixel)) == pytest.approx(before)
