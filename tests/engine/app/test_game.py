"""The real game in a real view without a screen: keys are posted as pygame's events, and time is the test's."""

from itertools import pairwise

import numpy as np
import pygame
import pytest
from PIL import Image
from session import FRAME, order, rows

from engine.controls import gestures
from engine.controls.bindings import bindings, help_rows
from engine.orders.commands import GiveOrders
from engine.orders.order import Order


@pytest.fixture
def session(start):
    session = start()
    session.muster()
    return session


@pytest.mark.filterwarnings("ignore:pygame.init")
class TestKeys:
    def test_every_formation_is_ordered_by_its_key(self, session):
        for key, name in enumerate(session.game.setup.formations, start=1):
            session.press(str(key))
            assert order(session).formation == name

    def test_turning_and_moving(self, session):
        session.press("6")
        x, y = order(session).centre
        session.press("e", "e", "q", "e")
        assert order(session).angle == 30
        session.press("right", "right", "down", "up", "up", "left")
        assert order(session).centre == (x + 4, y - 4)

    def test_pause_and_step(self, session):
        session.play(0.5)
        session.press("space")
        ticks = session.game.battle.state.tick
        session.play(0.5)
        assert session.game.battle.state.tick == ticks > 10
        assert session.game.scene().banner == "Paused"
        session.press(".")
        session.play(0.2)
        assert session.game.battle.state.tick == ticks + 1
        session.press("space")
        session.play(0.5)
        assert session.game.battle.state.tick >= ticks + 15
        assert session.game.scene().banner is None

    def test_step_back_and_on_again(self, session):
        session.play(0.5)
        session.press("space")
        mass, ticks = session.game.battle.state.mass, session.game.battle.state.tick
        session.press(",", ",", ",")
        assert session.game.battle.state.tick == ticks - 3
        assert session.game.scene().banner == "Paused"
        session.press(".", ".", ".")
        assert session.game.battle.state.tick == ticks
        assert (session.game.battle.state.mass == mass).all()

    def test_a_held_key_turns_on_and_on_but_pauses_once(self, session):
        for key in ("e", "space"):
            for _ in range(3):
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.key.key_code(key)))
        session.play(FRAME)
        assert order(session).angle == 45
        assert session.game.scene().banner == "Paused"

    @pytest.mark.parametrize(("keys", "factor"), [(["+"], 2), (["=", "+"], 4), (["-"], 0.5), (["-", "+"], 1)])
    def test_speed(self, session, keys, factor):
        session.press(*keys)
        ticks = session.game.battle.state.tick
        session.play(1.0)
        assert session.game.battle.state.tick - ticks == pytest.approx(30 * factor, abs=1)

    def test_help_shows_the_table_and_hides_it(self, session):
        session.press("space")
        assert session.game.clock.paused, "what moves would change the picture as well"
        closed = session.picture()
        session.press("f1")
        table = bindings(session.game.setup.formations.values())
        shown = [one for one in table if one.when != "combat"]
        assert session.game.scene().keys == (*gestures(lambda when: when != "combat"), *help_rows(shown))
        assert (session.picture() != closed).any()
        session.press("f1")
        assert session.game.scene().keys is None

    def test_screenshots_are_numbered_and_show_what_is_seen(self, session, tmp_path):
        session.press("space")
        session.press("f12")
        first = np.asarray(Image.open(tmp_path / "maniple-0001.png")).astype(int)
        assert ("", f"saved maniple-0001.png in {tmp_path}") in session.game.scene().status
        # All but the HUD, which now speaks of the screenshot.
        np.testing.assert_array_equal(first[:, 200:], session.picture()[:, 200:])
        session.press("f12")
        assert (tmp_path / "maniple-0002.png").exists()

    def test_a_screenshot_that_cannot_be_written_is_said(self, session, tmp_path):
        (tmp_path / "file").write_text("")
        session.game.capture._folder = tmp_path / "file"
        session.press("f12")
        assert session.game.notice == f"cannot save a picture in {tmp_path / 'file'}: File exists"

    def test_escape_and_the_window_s_cross_leave_before_there_is_a_battle(self, start):
        for event in (
            pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE),
            pygame.event.Event(pygame.QUIT),
        ):
            session = start()
            pygame.event.post(event)
            session.game.play()
            assert not session.game.actions.running

    def test_other_keys_do_nothing(self, session):
        before = order(session)
        session.press("z", "f15", "return")
        assert order(session) == before
        assert session.game.actions.running


@pytest.mark.filterwarnings("ignore:pygame.init")
class TestPictures:
    def test_the_ghost_shows_where_the_order_is(self, session):
        session.press("space", "2")  # a column, upright through the middle
        upright, column = session.picture(), session.game.battle.state.placements[0].target
        session.press("1")
        flat, line = session.picture(), session.game.battle.state.placements[0].target
        changed = np.abs(upright - flat).sum(axis=2)
        empty = session.game.battle.state.mass[0] == 0
        moved = np.argwhere((np.abs(line - column) > 0.9) & empty)
        elsewhere = np.argwhere((line + column == 0) & empty)[::7]
        at = {
            name: np.array([changed[session.pixel(x, y)] for y, x in cells])
            for name, cells in (("moved", moved), ("elsewhere", elsewhere))
        }
        assert len(moved) > 50
        assert np.median(at["moved"]) > 10
        assert np.quantile(at["elsewhere"], 0.9) == 0

    def test_the_men_go_where_they_are_ordered(self, session):
        session.press("6", *["right"] * 6)  # a testudo to the right
        session.press("space")
        before = session.picture()
        session.press("space", "+", "+")
        session.play(3.0)
        session.press("space")
        after = session.picture()
        x, y = order(session).centre
        row, column = session.pixel(x, y)
        here = (slice(row - 15, row + 15), slice(column - 15, column + 15))
        assert session.game.battle.state.overlaps[0] > 0.9
        # The team's colour is far from the grass: where men stand now, red leads green.
        assert (after[here][..., 0] - after[here][..., 1]).mean() > (
            before[here][..., 0] - before[here][..., 1]
        ).mean() + 20

    def test_men_are_drawn_between_ticks(self, session):
        session.press("2")
        session.play(0.3)
        battle, seen = session.game.battle, []
        for _ in range(4):
            session.clock.now += 1 / 240
            session.game.frame()
            seen.append((battle.state.tick, session.game.scene().soldiers.position))
        still = [(one, two) for (tick, one), (same, two) in pairwise(seen) if tick == same]
        assert still
        assert all((one != two).any() for one, two in still)


def test_the_status_says_how_the_battle_stands(session):
    session.play(0.5)
    said = rows(session)
    assert (said["formation"], said["facing"]) == ("Line", "0°")
    assert said["mass"] == "200.000000 (+0)"
    assert said["device"] == "NumPy stand-in"
    assert said["tick"] == str(session.game.battle.state.tick)
    assert said["overlap"] == f"{100 * session.game.battle.state.overlaps[0]:.1f} %"
    assert said["speed"] == "x1"
    assert int(said["frames/s"]) == pytest.approx(60, abs=3)
    session.press("-", "-")
    assert rows(session)["speed"] == "x1/4"


def form(*order):
    return GiveOrders(((0, Order(*order)),))


def test_a_script_gives_its_orders_when_they_are_due(start):
    session = start(schedule=((5, form("wedge", (30, 20))), (12, form("circle", (40, 24), 90))))
    session.muster()
    seen = {}
    while session.game.battle.state.tick < 15:
        session.play(FRAME)
        seen[session.game.battle.state.tick] = order(session).formation
    assert [seen[tick] for tick in (5, 6, 12, 13)] == ["line", "wedge", "wedge", "circle"]


def test_a_game_of_so_many_ticks_ends_by_itself(start):
    session = start()
    session.game._building.result()
    session.game.play(ticks=20)
    assert session.game.battle.state.tick == 20


def test_a_notice_stays_for_seconds_however_few_frames_they_have(start):
    session = start()
    session.game.notify("hear")
    frames = 0
    while ("", "hear") in session.game.scene().status:
        session.clock.now += 0.25
        session.game.frame()
        frames += 1
    assert frames == 16
