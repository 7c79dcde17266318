"""What ends without an outcome, in the real game: focus that goes, panels that are pressed, drags too short."""

import pygame
import pytest
from army import PLACES, chosen, last, press_with
from session import FRAME, post

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class TestFocus:
    @pytest.mark.parametrize(("button", "number"), [("right", 3), ("left", 1), ("middle", 2)])
    def test_the_drag_in_hand_ends_without_an_order(self, session, button, number):
        session.click("left", session.at(PLACES[0]))
        post(pygame.MOUSEBUTTONDOWN, pos=session.at((10, 30)), button=number)
        post(pygame.WINDOWFOCUSLOST)
        post(pygame.MOUSEMOTION, pos=session.at((50, 30)), rel=(1, 1), buttons=(0, 0, 0))
        session.play(FRAME)
        assert session.game.mouse.drag is None and session.game.scene().preview is None
        session.mouse_up(button, session.at((50, 30)))
        assert session.commands == [] and chosen(session) == (0,)
        session.click("right", session.at((20, 30)))
        assert last(session).orders[0][1].centre == pytest.approx((20, 30), abs=0.2), "a click as any other"

    def test_keys_and_modifiers_are_let_go(self, session):
        session.wheel(session.at((36, 24)), 5)
        post(pygame.KEYDOWN, key=pygame.K_LSHIFT)
        post(pygame.KEYDOWN, key=0x444, scancode=pygame.KSCAN_A)  # the Russian key where A lies
        session.play(FRAME)
        assert session.game.mouse.camera_control._going == {"left"} and session.game.player.queueing
        post(pygame.WINDOWFOCUSLOST)
        session.play(FRAME)
        assert not session.game.mouse.camera_control._going and not session.game.player.queueing

    def test_a_key_comes_up_by_its_place(self, session):
        post(pygame.KEYDOWN, key=0x444, scancode=pygame.KSCAN_A)
        post(pygame.KEYUP, key=pygame.K_a, scancode=pygame.KSCAN_A)
        session.play(FRAME)
        assert not session.game.mouse.camera_control._going
        help_rows = {does: keys for keys, does in session.game.formation_keys.keymap.help}
        assert help_rows["move the camera"] == "W Ф S D"


class TestPanels:
    def rect(self, session, name):
        (panel,) = (panel for panel in session.view._shown if panel.name == name)
        return panel.surface.get_rect(topleft=panel.place)

    def card(self, session, regiment):
        """Return the pixel amid a regiment's card."""
        (panel,) = (panel for panel in session.view._shown if panel.name == "cards")
        x, y = panel.place
        return x + 20, y + round((panel.rows.index(regiment) + 0.5) * panel.pitch)

    @pytest.mark.parametrize("button", ["left", "right", "middle"])
    def test_a_press_on_a_panel_does_not_reach_the_field(self, session, button):
        press_with(session, "left ctrl", "a")
        session.press("f1", "f4", "f3")
        session.wheel(session.at((36, 24)), 3)  # now there is field under every panel
        before, names = session.game.mouse.camera_control.camera, [panel.name for panel in session.view._shown]
        assert {"status", "cards", "plot", "keys", "profile", "minimap"} <= set(names)
        for name in ("status", "cards", "plot", "keys", "profile"):
            x, y = self.rect(session, name).midbottom
            session.drag(button, (x, y - 1), (x + 40, y - 20))
        frame = self.rect(session, "minimap")
        session.click(button, frame.topleft)
        assert session.commands == [] and chosen(session) == (0, 1, 2)
        assert session.game.mouse.camera_control.camera == before
        session.wheel(self.rect(session, "status").center, 2)
        assert session.game.mouse.camera_control.camera.scale > before.scale, "the wheel zooms to the middle"

    def test_tools_in_hand_keep_to_the_field(self, session):
        press_with(session, "left ctrl", "a")
        for key in ("b", "c"):
            session.press(key)
            session.click("left", self.rect(session, "status").center)
            session.click("left", self.rect(session, "status").center, hold=["left alt"])
            session.press(key)
        assert session.commands == []

    def test_a_card_selects_its_regiment_and_twice_goes_there(self, session):
        session.drag("left", session.at((28, 5)), session.at((70, 24)))
        assert chosen(session) == (1, 2)
        second = self.card(session, 1)
        session.hover(second)
        assert session.game.scene().cursor == "hand"
        session.click("left", second, hold=["left shift"])
        assert chosen(session) == (2,)
        session.drag("left", session.at((28, 5)), session.at((70, 24)))
        session.play(1.0)
        session.click("left", self.card(session, 1))
        assert chosen(session) == (1,)
        before = session.game.mouse.camera_control.camera.scale
        session.click("left", self.card(session, 1))
        assert chosen(session) == (1,) and session.game.mouse.camera_control.camera.scale > before

    def test_what_is_hidden_is_no_panel(self, session):
        session.click("left", session.at(PLACES[0]))
        pixel = self.rect(session, "status").center
        session.press("f2")
        session.click("right", pixel)
        assert len(session.commands) == 1


class TestShortDrags:
    @pytest.mark.parametrize(("end", "angle"), [((16, 0), 0), ((0, 15), 90), ((-15, 0), 180), ((0, -20), 270)])
    def test_a_drag_too_short_for_a_front_sets_the_facing_and_keeps_the_front(self, session, end, angle):
        session.click("left", session.at(PLACES[1]))
        session.drag("right", session.at((10, 30)), session.at((30, 30)))
        wide = last(session).orders[0][1].frontage
        x, y = session.at((40, 20))
        session.drag("right", (x, y), (x + end[0], y + end[1]))
        ((_, order),) = last(session).orders
        assert order.angle % 360 == angle and order.frontage == wide
        assert order.centre == pytest.approx((40, 20), abs=0.2)

    def test_several_keep_how_they_lie_to_each_other(self, session):
        press_with(session, "left ctrl", "a")
        x, y = session.at((36, 30))
        session.drag("right", (x, y), (x, y + 40), done=False)
        assert len(session.game.scene().preview.position) == 640
        session.mouse_up("right", (x, y + 40))
        orders = [order for _, order in last(session).orders]
        assert [order.angle for order in orders] == [90] * 3 and [order.frontage for order in orders] == [None] * 3
        assert [order.centre for order in orders] == [pytest.approx((px, 30), abs=0.2) for px, _ in PLACES[:3]]

    def test_a_short_line_by_hand_makes_no_bar_either(self, session):
        session.click("left", session.at(PLACES[1]))
        x, y = session.at((36, 30))
        session.drag("right", (x, y), (x + 10, y), (x + 16, y), hold=["left alt"])
        assert last(session).orders[0][1].path == ()


class TestFreehandWithoutAlt:
    def test_ctrl_and_the_right_button_draw_a_line_too(self, session):
        session.click("left", session.at(PLACES[1]))
        curve = [(20, 30), (30, 36), (40, 30), (50, 36)]
        session.drag("right", *map(session.at, curve), hold=["left ctrl"])
        assert len(last(session).orders[0][1].path) == 4
        session.click("right", session.at((20, 30)), hold=["left ctrl"])
        assert last(session).orders[0][1].centre == pytest.approx((20, 30), abs=1), "a click moves there as ever"

    def test_altgr_draws_nothing_and_recalls_nobody(self, session):
        session.click("left", session.at(PLACES[1]))
        press_with(session, "left ctrl", "8")
        session.click("left", session.at(PLACES[0]))
        post(pygame.KEYDOWN, key=0xFC, scancode=pygame.KSCAN_LEFTBRACKET)  # ü: the keyboard is a German one
        session.play(FRAME)
        with session.holding("right alt"):
            session.press("8")
            session.drag("right", session.at((10, 30)), session.at((30, 36)), session.at((60, 30)))
        assert chosen(session) == (0,)
        assert [(order.formation, order.path) for _, order in last(session).orders] == [("phalanx", ())]
        with session.holding("left ctrl", "right alt"):  # as Windows reports AltGr
            session.press("1")
        assert not session.game.player.selection.groups.get(1)
        press_with(session, "left alt", "8")
        assert chosen(session) == (1,)


class TestLeaving:
    def ask(self, session):
        session.press("escape")
        assert session.game.actions.running and session.game.scene().question[0] == "Leave the battle?"

    @pytest.mark.parametrize("sure", ["escape", "return", "enter"])
    def test_esc_asks_and_a_second_one_or_enter_leaves(self, session, sure):
        session.click("left", session.at(PLACES[0]))
        session.press("escape")
        assert chosen(session) == () and session.game.scene().question == ()
        self.ask(session)
        session.press(sure)
        assert not session.game.actions.running

    def test_whatever_else_the_player_does_the_game_goes_on(self, session):
        self.ask(session)
        session.press("f1")
        assert session.game.scene().question == () and session.game.actions.help_open
        session.press("return", "f1")
        self.ask(session)
        session.click("left", session.at(PLACES[0]))
        session.press("escape", "return")
        assert session.game.actions.running and chosen(session) == ()

    def test_a_key_that_is_held_is_no_second_press(self, session):
        for _ in range(5):
            post(pygame.KEYDOWN, key=pygame.K_ESCAPE)
        session.play(FRAME)
        assert session.game.actions.running

    def test_the_window_s_cross_leaves_at_once(self, session):
        post(pygame.QUIT)
        session.play(FRAME)
        assert not session.game.actions.running
