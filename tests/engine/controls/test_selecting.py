"""Who is selected by which gesture: events are posted, the selection and pictures looked at."""

from dataclasses import replace

import numpy as np
import pytest
from army import PLACES, around, chosen, is_watched, press_with
from session import Session

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class TestSelection:
    def test_a_click_selects_the_regiment_that_stands_there(self, session):
        for regiment in (0, 1, 2):
            session.click("left", session.at(PLACES[regiment]))
            assert chosen(session) == (regiment,)
        session.click("left", session.at((36, 28)))
        assert chosen(session) == ()

    def test_the_other_side_cannot_be_selected(self, session):
        session.click("left", session.at(PLACES[3]))
        assert chosen(session) == ()
        session.drag("left", session.at((70, 2)), session.at((2, 47)))
        assert chosen(session) == (0, 1, 2)

    def test_who_plays_both_sides_selects_all(self, army, shared_offscreen, tmp_path):
        session = Session(replace(army, scenario=replace(army.scenario, player=None)), shared_offscreen, tmp_path)
        session.muster()
        session.click("left", session.at(PLACES[3]))
        assert chosen(session) == (3,)

    def test_a_box_selects_those_in_it_and_shows_them_while_it_is_drawn(self, session):
        session.drag("left", session.at((60, 24)), session.at((40, 20)), session.at((28, 5)), done=False)
        scene = session.game.scene()
        (mark,) = scene.marks
        assert (mark.kind, mark.closed, len(mark.points)) == ("selection", True, 4)
        marked = np.repeat([False, True, True, False], [160, 320, 160, 160])
        assert (scene.soldiers.selected == marked).all()
        assert chosen(session) == ()
        session.drag("left", session.at((60, 24)), session.at((28, 5)))
        session.drag("left", session.at((60, 24)), session.at((28, 5)))
        assert chosen(session) == (1, 2)

    def test_shift_adds_and_takes_away(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("left", session.at(PLACES[2]), hold=["left shift"])
        assert chosen(session) == (0, 2)
        session.drag("left", session.at((28, 5)), session.at((45, 24)), hold=["left shift"])
        assert chosen(session) == (0, 1, 2)
        session.click("left", session.at(PLACES[0]), hold=["left shift"])
        assert chosen(session) == (1, 2)
        session.click("left", session.at((36, 28)), hold=["right shift"])
        assert chosen(session) == (1, 2)

    def test_a_hand_that_shakes_draws_no_box(self, session):
        x, y = session.at(PLACES[1])
        session.drag("left", (x, y), (x + 3, y + 2), (x + 1, y))
        assert chosen(session) == (1,)

    def test_select_all(self, session):
        press_with(session, "left ctrl", "a")
        assert chosen(session) == (0, 1, 2)

    def test_the_selected_are_marked_in_the_picture(self, session):
        before = session.picture()
        session.click("left", session.at(PLACES[1]))
        after = session.picture()
        here, there = around(session, PLACES[1]), around(session, PLACES[0])
        assert session.game.scene().soldiers.selected.sum() == 320
        assert (before[here] != after[here]).any()
        assert (before[there] == after[there]).all()


class TestGroups:
    def test_a_group_is_stored_and_recalled(self, session):
        session.drag("left", session.at((28, 5)), session.at((70, 24)))
        press_with(session, "left ctrl", "3")
        assert session.game.notice == "group 3: B, C"
        session.click("left", session.at(PLACES[0]))
        press_with(session, "left ctrl", "9")
        press_with(session, "left alt", "3")
        assert chosen(session) == (1, 2)
        press_with(session, "left alt", "9")
        assert chosen(session) == (0,)
        assert session.commands == []

    def test_an_empty_group_selects_nobody_else(self, session):
        session.click("left", session.at(PLACES[0]))
        press_with(session, "left alt", "5")
        assert chosen(session) == (0,)
        assert session.game.notice == "group 5 is empty: Ctrl+5 stores the selected"

    def test_recalling_it_twice_goes_there(self, session):
        session.click("left", session.at(PLACES[2]))
        press_with(session, "left ctrl", "1")
        before = session.game.mouse.camera_control.camera
        press_with(session, "left alt", "1")
        session.play(1.0)
        press_with(session, "left alt", "1")
        assert session.game.mouse.camera_control.camera == before
        press_with(session, "left alt", "1")
        assert is_watched(session, PLACES[2])

    def test_clicking_a_regiment_twice_goes_there(self, session):
        pixel = session.at(PLACES[0])
        session.click("left", pixel)
        session.play(1.0)
        session.click("left", pixel)
        assert session.game.mouse.camera_control.middle == pytest.approx((36, 24), abs=0.5)
        session.click("left", pixel)
        assert is_watched(session, PLACES[0])
