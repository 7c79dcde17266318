"""Keys act on the selected, in the real game."""

import numpy as np
import pytest
from army import PLACES, last, press_with

from engine.orders.commands import GiveOrders, Halt, SetController

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class TestKeysForTheSelected:
    def test_formation_turn_and_move(self, session):
        session.click("left", session.at(PLACES[0]))
        session.press("4", "e", "right")
        orders = session.game.battle.state.orders
        assert (orders[0].formation, orders[0].angle) == ("wedge", 15)
        assert orders[0].centre[0] == pytest.approx(22)
        assert [order.formation for order in orders[1:]] == ["phalanx"] * 3
        assert all(isinstance(command, GiveOrders) for command in session.commands)

    def test_several_wheel_about_their_middle(self, session):
        session.drag("left", session.at((5, 5)), session.at((40, 24)))
        session.press("down", "down", *["e"] * 6)
        orders = session.game.battle.state.orders
        assert orders[0].centre == pytest.approx((30, 22 - 12), abs=0.1)
        assert orders[1].centre == pytest.approx((30, 22 + 6), abs=0.1)
        assert [orders[r].angle for r in (0, 1, 2)] == [90, 90, 0]

    def test_backspace_halts(self, session):
        session.click("left", session.at(PLACES[1]))
        session.click("right", session.at((36, 34)))
        session.press("space")
        session.play(0.5)
        session.press("backspace")
        assert last(session) == Halt((1,))
        assert session.game.battle.state.overlaps[1] > 0.95

    def test_shift_queues_waypoints_and_they_are_drawn(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("right", session.at((10, 30)))
        session.click("right", session.at((30, 40)), hold=["left shift"])
        press_with(session, "left shift", "4")
        assert [command.queued for command in session.commands] == [False, True, True]
        queue = session.game.battle.state.waiting_orders[0]
        assert [order.formation for order in queue] == ["phalanx", "wedge"]
        assert queue[1].centre == pytest.approx(queue[0].centre)
        (mark,) = session.game.scene().marks
        assert mark.kind == "waypoint"
        assert mark.points[0] == pytest.approx(PLACES[0], abs=0.5)
        assert mark.points[1:] == pytest.approx(np.array([(10, 30), queue[0].centre, queue[1].centre]), abs=1)
        before = session.picture()
        session.click("left", session.at((60, 30)))
        assert (session.picture() != before).any()

    def test_who_stands_where_he_was_told_has_no_way_before_him(self, session):
        session.click("left", session.at(PLACES[1]))
        session.press("4", "space", "+", "+", "+")  # the middle of a wedge's men is not the middle of its box
        session.play(1.0)
        assert session.game.battle.state.overlaps[1] > 0.95
        assert session.game.scene().marks == ()

    def test_tab_switches_the_controller_of_the_selected(self, session):
        session.click("left", session.at(PLACES[2]))
        session.click("left", session.at(PLACES[0]), hold=["left shift"])
        session.press("tab")
        session.until(lambda: len(session.commands) == 2)
        assert session.commands == [SetController(0, "two"), SetController(2, "two")]
        assert [regiment.controller for regiment in session.game.battle.state.regiments] == ["two", "one", "two", "one"]
