"""Orders of battles with combat, by mouse, keys and buttons in the real game: events are posted, commands looked at."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from army import PLACES, chosen, press_with
from session import FRAME, Session

from engine.battle import Engagement
from engine.orders import Attack, GiveOrders, Relieve, SetPace
from engine.soldiers import struck

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")
ENEMY = 3


@pytest.fixture
def session(game_of):
    return game_of(combat=False)


@pytest.fixture
def fight(game_of):
    return game_of()


def say(session, **changes):
    """Have the report of the battle say other things, until the next tick."""
    state = session.game.battle.state
    session.game.battle.state = replace(state, combat=replace(state.combat, **changes))


def conditions(session, **regiments):
    """Say of regiments, by letter, that they are broken, and so on."""
    say(session, condition=tuple(regiments.get(name, "steady") for name in "ABCX"))


def fought(session, *regiments):
    """Say that these regiments fight."""
    say(session, engaged=np.isin(np.arange(4), regiments).astype(np.float32))


def kinds(session):
    return [(mark.kind, mark.closed) for mark in session.game.scene().marks]


class TestAttack:
    def test_a_right_click_on_an_enemy_attacks_it_with_all_who_are_selected(self, fight):
        fight.drag("left", fight.at((5, 5)), fight.at((45, 24)))
        fight.click("right", fight.at(PLACES[ENEMY]))
        assert fight.commands == [Attack((0, 1), ENEMY)]
        assert {r: (one.kind, one.other) for r, one in fight.game.battle.state.engagements.items()} == {
            regiment: ("attack", ENEMY) for regiment in (0, 1)
        }

    def test_cursor_and_marks_show_it_before(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.hover(fight.at((10, 40)))
        assert (fight.game.scene().cursor, kinds(fight)) == ("arrow", [])
        fight.hover(fight.at(PLACES[ENEMY]))
        scene = fight.game.scene()
        assert scene.cursor == "crosshair" and kinds(fight) == [("attack", False), ("attack", True)]
        way, outline = (mark.points for mark in scene.marks)
        assert way == pytest.approx(np.array([PLACES[1], PLACES[ENEMY]]), abs=0.6)
        there = np.argwhere(fight.game.battle.state.mass[ENEMY] > 0.15)[:, ::-1] + 0.5
        assert outline.min(axis=0) == pytest.approx(there.min(axis=0) - 1)
        assert outline.max(axis=0) == pytest.approx(there.max(axis=0) + 1)
        before = fight.picture()
        fight.hover(fight.at((10, 40)))
        assert (fight.picture() != before).any()

    def test_the_press_shows_it_and_no_soldiers_where_they_would_stand(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.drag("right", fight.at(PLACES[ENEMY]), done=False)
        fight.clock.now += 0.5  # held for longer than a click
        fight.play(FRAME)
        assert kinds(fight) == [("attack", False), ("attack", True)] and fight.game.scene().preview is None

    def test_a_drag_over_an_enemy_is_a_front(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        x, y = PLACES[ENEMY]
        fight.drag("right", fight.at((x - 12, y)), fight.at((x + 12, y)))
        assert [type(one) for one in fight.commands] == [GiveOrders]

    def test_without_combat_it_is_a_move_and_nothing_shows_before(self, session):
        session.click("left", session.at(PLACES[1]))
        session.hover(session.at(PLACES[ENEMY]))
        assert (session.game.scene().cursor, session.game.scene().marks) == ("arrow", ())
        session.click("right", session.at(PLACES[ENEMY]))
        assert [type(one) for one in session.commands] == [GiveOrders]

    def test_so_does_one_on_the_minimap(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.click("right", fight.on_minimap(PLACES[ENEMY]))
        assert fight.commands == [Attack((1,), ENEMY)]

    def test_a_friend_is_not_attacked(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.click("right", fight.at(PLACES[0]))
        assert [type(one) for one in fight.commands] == [GiveOrders]

    def test_who_has_selected_nobody_is_told(self, fight):
        fight.hover(fight.at(PLACES[ENEMY]))
        assert fight.game.scene().cursor == "arrow"
        fight.click("right", fight.at(PLACES[ENEMY]))
        assert fight.commands == [] and fight.game.notice.startswith("nobody is selected")

    def test_it_waits_for_no_other_order(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.click("right", fight.at(PLACES[ENEMY]), hold=["left shift"])
        assert fight.commands == [] and fight.game.notice.startswith("an attack or a relief waits for no other order")

    def test_a_key_takes_it_in_hand_for_one_attack(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.press("t")
        assert fight.game.scene().cursor == "crosshair"
        fight.click("left", fight.at(PLACES[0]))
        assert fight.commands == [] and fight.game.notice == "nobody is attacked: left-click an enemy"
        fight.hover(fight.at(PLACES[ENEMY]))
        assert kinds(fight) == [("attack", False), ("attack", True)]
        fight.click("left", fight.at(PLACES[ENEMY]))
        assert fight.commands == [Attack((1,), ENEMY)]
        assert fight.game.mouse.in_hand is None and chosen(fight) == (1,)

    def test_who_commands_both_sides_attacks_with_either(self, game_of):
        session = game_of(player=None)
        session.click("left", session.at(PLACES[ENEMY]))
        session.click("right", session.at(PLACES[0]))
        assert session.commands == [Attack((ENEMY,), 0)]

    def test_whom_they_attack_shows_while_they_are_selected(self, fight):
        attack = Engagement("attack", ENEMY, 0, 0, "march")
        fight.game.battle.state = replace(fight.game.battle.state, engagements=MappingProxyType({1: attack}))
        assert kinds(fight) == []
        fight.click("left", fight.at(PLACES[1]))
        assert kinds(fight) == [("attack", False)]
        (card,) = fight.game.scene().cards
        assert card.remarks[0] == "steady · marches on X"


class TestPaces:
    @pytest.mark.parametrize(("key", "pace"), [("h", "hold"), ("g", "walk"), ("r", "run")])
    def test_keys_set_the_pace_of_the_selected(self, fight, key, pace):
        fight.drag("left", fight.at((5, 5)), fight.at((45, 24)))
        fight.press(key)
        assert fight.commands == [SetPace((0, 1), pace)]
        assert fight.game.battle.state.paces == (pace, pace, "walk", "walk")

    def test_they_mean_nothing_without_combat(self, session):
        session.click("left", session.at(PLACES[1]))
        for key in "hgrtx":
            session.game.notice = ""
            session.press(key)
            assert session.game.notice == "that is an order of battles with combat, which this scenario has not"
        assert session.commands == [] and session.game.mouse.in_hand is None

    def test_buttons_give_them_and_show_what_is_given(self, fight):
        assert fight.game.scene().buttons == ()
        fight.click("left", fight.at(PLACES[1]))
        assert [one.order for one in fight.game.scene().buttons if one.on] == ["walk"]
        fight.click("left", button(fight, "run"))
        assert fight.commands == [SetPace((1,), "run")] and chosen(fight) == (1,)
        fight.click("left", button(fight, "attack"))
        assert [one.order for one in fight.game.scene().buttons if one.on] == ["run", "attack"]
        fight.click("left", fight.at(PLACES[ENEMY]))
        assert fight.commands[1:] == [Attack((1,), ENEMY)]
        fight.hover(button(fight, "hold"))
        assert fight.game.scene().cursor == "hand"


def button(session, order):
    """Return the middle of a button."""
    session.play(FRAME)
    (panel,) = (panel for panel in session.view._shown if panel.name == "buttons")
    ends = dict(zip([name for name, _ in panel.orders], [0, *(end for _, end in panel.orders)], strict=False))
    begin, end = ends[order], dict(panel.orders)[order]
    return panel.place[0] + (begin + end) // 2, panel.place[1] + panel.surface.get_height() // 2


class TestRelief:
    def test_ctrl_and_a_right_click_on_a_fighting_friend_relieve_it(self, fight):
        fought(fight, 0, ENEMY)
        fight.drag("left", fight.at((28, 5)), fight.at((70, 24)))
        with fight.holding("left ctrl"):
            fight.hover(fight.at(PLACES[0]))
            assert fight.game.scene().cursor == "crosshair"
            assert kinds(fight) == [("relief", False), ("relief", True)], "the nearest goes"
        fight.click("right", fight.at(PLACES[0]), hold=["left ctrl"])
        assert fight.commands == [Relieve((1,), 0)]

    def test_one_who_does_not_fight_is_moved_to(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        fight.click("right", fight.at(PLACES[0]), hold=["left ctrl"])
        assert [type(one) for one in fight.commands] == [GiveOrders]

    def test_a_key_takes_it_in_hand(self, fight):
        fought(fight, 0)
        fight.drag("left", fight.at((5, 5)), fight.at((70, 24)))
        fight.press("x")
        for place, notice in ((PLACES[1], "B does not fight"), (PLACES[ENEMY], "nobody is relieved: ")):
            fight.click("left", fight.at(place))
            assert fight.commands == [] and fight.game.notice.startswith(notice)
        fight.click("left", fight.at(PLACES[0]))
        assert fight.commands == [Relieve((1,), 0)], "not by itself"


class TestWhoObeysNobody:
    def test_the_broken_are_seen_and_take_no_orders(self, fight):
        conditions(fight, A="broken")
        fight.click("left", fight.at(PLACES[0]))
        assert chosen(fight) == (0,) and len(fight.game.scene().cards) == 1
        fight.drag("right", fight.at((10, 30)), fight.at((30, 30)), done=False)
        assert fight.game.scene().preview is None and kinds(fight) == []
        fight.mouse_up("right", fight.at((30, 30)))
        for order in (lambda: fight.press("r"), lambda: fight.press("4"), lambda: fight.press("backspace")):
            fight.game.notice = ""
            order()
            assert fight.game.notice == "A is broken and takes no orders"
        fight.click("right", fight.at(PLACES[ENEMY]))
        assert fight.commands == []

    def test_the_others_go_and_one_line_names_who_does_not(self, fight):
        conditions(fight, A="broken", C="broken")
        press_with(fight, "left ctrl", "a")
        fight.click("right", fight.at(PLACES[ENEMY]))
        assert fight.commands == [Attack((1,), ENEMY)]
        assert fight.game.notice == "A and C are broken and take no orders"

    def test_the_dissolved_are_not_there(self, fight):
        fight.click("left", fight.at(PLACES[0]))
        mass = fight.game.battle.state.mass.copy()
        mass[0] = 0
        fight.game.battle.state = replace(fight.game.battle.state, mass=mass)
        conditions(fight, A="dissolved")
        scene = fight.game.scene()
        assert scene.cards == scene.buttons == scene.marks == ()
        fight.game.mouse.jump_to_selected()
        assert np.isfinite(fight.game.mouse.camera_control.camera.origin).all()
        press_with(fight, "left ctrl", "a")
        assert chosen(fight) == (1, 2)


class TestWhoIsLeft:
    def test_orders_and_what_shows_of_them_are_for_who_is_left(self, fight):
        state = fight.game.battle.state
        fallen = np.rint(state.mass[1] * 2**19).astype(np.int32)
        half = float(state.mass[1].sum(dtype=float)) / 2
        left, _ = struck(state.soldiers[1], fallen, np.zeros_like(fallen), half, (0, 0, 1), 0)
        standing = (*state.combat.standing[:1], round(half * 2**20), *state.combat.standing[2:])
        soldiers = (state.soldiers[0], left, *state.soldiers[2:])
        mass = state.mass * np.array([1, 0.5, 1, 1], np.float32)[:, None, None]
        fight.game.battle.state = replace(state, mass=mass, soldiers=soldiers)
        say(fight, standing=standing, fallen=(0, round(half * 2**20), 0, 0))
        fight.click("left", fight.at(PLACES[1]))
        scene = fight.game.scene()
        assert len(left) == 160 and scene.soldiers.selected.sum() == 160
        assert len(scene.soldiers.selected) == len(scene.soldiers.position)
        assert (scene.cards[0].fight.standing, scene.cards[0].fight.mustered) == (160, 320)
        fight.drag("right", fight.at((20, 30)), fight.at((50, 30)), done=False)
        assert len(fight.game.scene().preview.position) == 160
        fight.drag("left", fight.at((5, 5)), fight.at((45, 24)))  # cancels the drag
        fight.drag("left", fight.at((5, 5)), fight.at((45, 24)))
        fight.drag("right", fight.at((10, 30)), fight.at((60, 30)))
        fronts = dict(fight.commands[-1].orders)
        assert fronts[0].frontage == pytest.approx(fronts[1].frontage), "as many are left of both"


class TestScatter:
    def test_nobody_is_scattered_by_the_player_of_a_side_where_soldiers_fight(self, fight):
        fight.press("c")
        assert fight.game.mouse.in_hand is None
        assert fight.game.notice == "nobody can be scattered by hand in a battle with combat"

    @pytest.mark.parametrize(("player", "may"), [(None, True), (0, False)])
    def test_it_is_found_out_once_there_is_a_battle_and_who_commands_both_sides_may(
        self, setup_of, shared_offscreen, tmp_path, player, may
    ):
        session = Session(setup_of(player, combat=True), shared_offscreen, tmp_path)
        session.press("c")
        session.muster()
        in_hand = session.game.mouse.in_hand
        assert in_hand.name == "scatter" if may else in_hand is None


class TestWhatIsShown:
    def test_the_help_has_what_the_battle_has(self, session, fight):
        def actions(session):
            session.press("f1")
            rows = session.game.scene().keys
            session.press("f1")
            return [does for _, does in rows]

        fights, drills = (
            ("attack it", "relieve it where it fights", "hold, walk, run"),
            ("throw apart whoever stands there",),
        )
        without = actions(session)
        assert set(drills) < set(without) and not set(fights) & set(without)
        within = actions(fight)
        assert set(fights) < set(within) and not set(drills) & set(within)

    def test_of_the_enemy_s_orders_nothing_is_drawn(self, session):
        targets = [placement.target for placement in session.game.battle.state.placements]
        shown = session.game.scene().target_outline
        assert (shown == np.minimum(np.sum(targets[:3], axis=0), 1)).all() and targets[ENEMY].any()

    def test_who_commands_both_sides_sees_all_orders(self, game_of):
        session = game_of(player=None)
        assert session.game.scene().target_outline is session.game.battle.state.book.target_outline

    def test_words_can_be_hidden(self, fight):
        fight.click("left", fight.at(PLACES[1]))
        shown = fight.game.scene()
        assert len(shown.strengths) == 2 and shown.buttons and shown.cards
        fight.press("f2")
        hidden = fight.game.scene()
        fight.press("f2")
        assert hidden.strengths == hidden.buttons == hidden.cards == ()

    def test_news_stay_for_some_seconds_but_for_pauses_and_name_the_regiment(self, fight, monkeypatch):
        battle, before = fight.game.battle, fight.game.battle.state

        def tick():
            found = replace(before.combat, condition=("wavering", "steady", "steady", "broken"))
            battle.state = replace(before, combat=found, tick=before.tick + 1, remarks=("else",))

        monkeypatch.setattr(battle, "tick", tick)
        fight.press(".")
        assert [(one.team, one.text) for one in fight.game.scene().news] == [
            (3, "X: broken, and running"),
            (0, "A: wavering"),
        ]
        assert fight.game.notice == "else"
        for seconds, shown in ((60, 2), (5, 2), (1.5, 0)):  # the game is paused, and then goes on
            fight.clock.now += seconds
            fight.game.frame()
            assert len(fight.game.scene().news) == shown
            fight.game.clock.paused = False
