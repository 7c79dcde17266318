"""Orders by mouse and keys in the real game: events are posted, commands and pictures looked at."""

from dataclasses import replace

import numpy as np
import pytest
from army import MASSES, PLACES, chosen, last, pixels

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class TestOrders:
    def test_a_right_click_moves_the_selected_and_nobody_else(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("right", session.at((20, 30)))
        ((regiment, order),) = last(session).orders
        assert regiment == 0
        assert order == replace(session.game.battle.state.orders[0], centre=order.centre)
        assert order.centre == pytest.approx((20, 30), abs=0.2)
        assert not last(session).queued

    def test_several_move_as_they_stand_to_each_other(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.click("right", session.at((36, 30)))
        assert [order.centre for _, order in last(session).orders] == [
            pytest.approx((x, y + 16), abs=0.2) for x, y in PLACES[:3]
        ]

    def test_who_has_selected_nobody_is_told(self, session):
        session.click("right", session.at((20, 30)))
        assert session.commands == []
        assert session.game.notice.startswith("nobody is selected")

    def test_it_is_told_before_a_line_is_drawn_for_nobody(self, session):
        session.drag("right", session.at((20, 30)), session.at((50, 30)), done=False)
        assert session.game.notice.startswith("nobody is selected")
        assert session.game.scene().marks == ()

    def test_in_a_pause_the_banner_makes_room_for_orders(self, session):
        assert session.game.scene().banner == "Paused"
        session.click("left", session.at(PLACES[0]))
        assert session.game.scene().banner is None
        assert ("speed", "x1, paused") in session.game.scene().status
        session.press("escape")
        assert session.game.scene().banner == "Paused"

    def test_an_only_regiment_needs_no_selection(self, alone):
        alone.click("right", alone.at((30, 20)))
        assert last(alone).orders[0][1].centre == pytest.approx((30, 20), abs=0.2)

    def test_a_right_drag_sets_place_facing_and_frontage(self, session):
        session.click("left", session.at(PLACES[1]))
        session.drag("right", session.at((50, 24)), session.at((50, 30)), session.at((50, 40)))
        ((_, order),) = last(session).orders
        stand = session.game.battle.state.placements[1]
        assert order.frontage == pytest.approx(16, abs=0.3)
        assert stand.angle == pytest.approx(90)  # drawn downwards, it faces to the right
        assert (stand.centre[0] + stand.depth / 2, stand.centre[1]) == pytest.approx((50, 32), abs=0.3)
        assert 16 * stand.depth == pytest.approx(80, rel=0.05)

    def test_several_share_the_line_in_proportion_to_their_mass(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.drag("right", session.at((10, 30)), session.at((60, 30)))
        orders = dict(last(session).orders)
        assert orders[1].frontage == pytest.approx(2 * orders[0].frontage) == pytest.approx(2 * orders[2].frontage)
        assert sum(order.frontage for order in orders.values()) == pytest.approx(50 - 2 * 1.5, abs=0.3)
        assert [orders[r].centre[0] for r in (0, 1, 2)] == sorted(orders[r].centre[0] for r in (0, 1, 2))
        targets = np.sum([session.game.battle.state.placements[r].target for r in (0, 1, 2)], axis=0)
        assert targets.max() <= 1.0

    def test_the_preview_shows_exactly_the_soldiers_there_are_where_they_will_stand(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        before = session.picture()
        session.drag("right", session.at((10, 30)), session.at((30, 32)), session.at((60, 36)), done=False)
        scene = session.game.scene()
        assert len(scene.preview.position) == 160 + 320 + 160
        assert {mark.kind for mark in scene.marks} == {"drawn", "facing", "way"}
        preview = session.picture()
        assert session.commands == []
        shown = np.mean([(preview[pixel] != before[pixel]).any() for pixel in pixels(session, scene.preview.position)])
        assert shown > 0.9
        session.drag("right", session.at((10, 30)), session.at((60, 36)))  # cancels the drag
        session.drag("right", session.at((10, 30)), session.at((30, 32)), session.at((60, 36)))
        stands = session.game.battle.state.placements
        there = np.concatenate([stands[r].slots(int(4 * MASSES[r])) for r in (0, 1, 2)])
        assert np.allclose(scene.preview.position, there)
        assert session.game.scene().preview is None

    def test_a_short_right_drag_is_a_click(self, session):
        session.click("left", session.at(PLACES[1]))
        x, y = session.at((36, 30))
        session.drag("right", (x, y), (x + 9, y + 4))
        assert last(session).orders[0][1].frontage is None

    def test_another_button_or_escape_lets_go_of_it(self, session):
        session.click("left", session.at(PLACES[1]))
        session.drag("right", session.at((20, 30)), session.at((50, 30)), done=False)
        session.press("escape")
        assert session.game.mouse.drag is None
        assert session.game.actions.running
        session.drag("right", session.at((20, 30)), session.at((50, 30)), done=False)
        session.click("left", session.at((50, 30)))
        assert session.commands == []
        assert chosen(session) == (1,)

    def test_the_camera_may_move_while_a_line_is_drawn(self, session):
        session.click("left", session.at(PLACES[1]))
        session.wheel(session.at((36, 24)), 3)
        start = (30, 24)
        session.drag("right", session.at(start), session.at((33, 26)), done=False)
        session.game.mouse.camera_control.drag(-60, 0)
        pixel = session.at((45, 24))
        session.mouse_up("right", pixel)
        stand = session.game.battle.state.placements[1]
        assert stand.frontage == pytest.approx(15, abs=0.2)
        assert stand.centre[0] == pytest.approx(37.5, abs=0.2)
