"""The camera, the minimap and the cursor in the hands of the player of the real game."""

import numpy as np
import pytest
from army import PLACES, chosen, last
from session import FRAME

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class TestCamera:
    def test_the_wheel_zooms_to_the_cursor(self, session):
        place = (50, 12)
        pixel = session.at(place)
        before = session.game.mouse.camera_control.camera
        session.wheel(pixel, 4)
        camera = session.game.mouse.camera_control.camera
        assert camera.scale == pytest.approx(before.scale * 1.2**4)
        assert camera.cells(np.array(pixel)) == pytest.approx(before.cells(np.array(pixel)))
        assert session.game.scene().camera == camera
        session.wheel(pixel, -9)
        assert session.game.mouse.camera_control.camera == before

    def test_the_middle_button_drags_the_field(self, session):
        session.wheel(session.at((36, 24)), 5)
        before = session.game.mouse.camera_control.camera
        session.drag("middle", (300, 200), (280, 190), (250, 170))
        after = session.game.mouse.camera_control.camera
        assert np.subtract(after.origin, before.origin) == pytest.approx((-50, -30))

    def test_keys_move_it_for_as_long_as_they_are_held(self, session):
        session.wheel(session.at((36, 24)), 5)
        x, y = session.game.mouse.camera_control.middle
        with session.holding("d", "s"):
            session.play(0.2)
        session.play(FRAME)
        moved = session.game.mouse.camera_control.middle
        assert moved[0] > x + 1
        assert moved[1] > y + 1
        session.play(0.5)
        assert session.game.mouse.camera_control.middle == pytest.approx(moved)
        session.press("home")
        assert session.game.mouse.camera_control.middle == pytest.approx((36, 24), abs=0.1)

    def test_the_picture_moves_with_it(self, session):
        before = session.picture()
        session.wheel(session.at((36, 14)), 6)
        after = session.picture()
        assert (before != after).any(axis=2).mean() > 0.3


class TestMinimap:
    def test_a_left_click_goes_there(self, session):
        session.wheel(session.at((36, 24)), 8)
        session.click("left", session.on_minimap((20, 15)))
        assert session.game.mouse.camera_control.middle == pytest.approx((20, 15), abs=1.0)
        session.drag("left", session.on_minimap((20, 15)), session.on_minimap((50, 30)))
        assert session.game.mouse.camera_control.middle == pytest.approx((50, 30), abs=1.0)
        assert chosen(session) == ()

    def test_a_right_click_orders(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("right", session.on_minimap((50, 36)))
        assert last(session).orders[0][1].centre == pytest.approx((50, 36), abs=1.0)

    def test_a_right_drag_deploys(self, session):
        session.click("left", session.at(PLACES[0]))
        session.drag("right", session.on_minimap((20, 30)), session.on_minimap((50, 30)))
        assert last(session).orders[0][1].frontage == pytest.approx(30, abs=1.0)


def test_the_cursor_says_what_a_click_would_do(session):
    cursors = []
    for place in (PLACES[0], (36, 28), PLACES[3]):
        session.hover(session.at(place))
        cursors.append(session.game.scene().cursor)
    session.press("c")
    cursors.append(session.game.scene().cursor)
    assert cursors == ["hand", "arrow", "arrow", "crosshair"]
