"""While the army musters in the background: the window lives, and what the player does is kept."""

import threading

import pytest
from session import FRAME, controller, order, rows
from stand_in import MASS, MEN, StandIn

from engine.io import InputError
from engine.view.opengl.ground import Ground

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


@pytest.fixture
def mustering(start):
    """A game whose army musters until the gate is set, and the gate."""
    gate = threading.Event()

    def slow():
        gate.wait()
        return StandIn()

    return start(simulation=slow), gate


def test_the_window_lives_while_the_army_musters(mustering):
    session, gate = mustering
    session.press("4", "e", "space", "space", "tab", "f1", "f12")
    assert session.game.battle is None
    scene = session.game.scene()
    assert scene.banner.startswith("Mustering")
    assert scene.soldiers is None
    assert scene.keys
    first = session.picture()
    session.press(",")
    session.play(0.5)
    assert not session.game.clock.paused, "there is nothing yet to step back in"
    assert (session.picture() != first).any()
    gate.set()
    session.until(lambda: session.game.battle)
    assert session.game.scene().banner is None
    assert len(session.game.scene().soldiers.position) == MEN
    # The orders have waited.
    assert (order(session).formation, order(session).angle) == ("wedge", 15)


def test_the_open_field_is_not_painted_anew_for_the_battle(mustering, monkeypatch):
    (session, gate), painted = mustering, []
    session.play(FRAME)
    monkeypatch.setattr(Ground, "_painted", lambda *_: painted.append("again"))
    gate.set()
    session.muster()
    session.play(FRAME)
    assert painted == []


def test_what_is_selected_and_stored_meanwhile_is_kept(mustering):
    session, gate = mustering
    session.play(FRAME)  # nothing is left on the screen of the test before
    session.click("left", session.at((36, 24)))  # the army musters amid the field
    with session.holding("left ctrl"):
        session.press("3")
    session.click("left", session.at((2, 2)))
    with session.holding("left shift"):
        session.press("4")
    with session.holding("left alt"):
        session.press("3")
    gate.set()
    session.until(lambda: session.game.battle)
    assert session.game.player.selection.groups == {3: (0,)}
    assert session.game.player.selection.regiments == (0,)
    (command,) = session.commands
    assert command.queued and not session.game.player.queueing, "Shift counts as it was"


def test_the_time_of_mustering_makes_no_ticks(start):
    session = start()
    session.game._building.result()
    session.clock.now += 30
    session.game.frame()
    assert session.game.battle.state.tick <= 1


def test_an_army_that_cannot_muster_ends_the_game_in_one_line(start):
    def broken():
        raise ValueError("trained_models/x: weights do not fit")

    session = start(controllers={"one": broken})
    with pytest.raises(InputError, match="trained_models/x: weights do not fit"):
        session.game.play()


def test_the_next_controller_is_prepared_while_the_battle_goes_on(start):
    gate = threading.Event()

    def slow():
        gate.wait()
        return "the second"

    session = start(controllers={"one": object, "two": slow})
    session.muster()
    session.press("tab")
    ticks = session.game.battle.state.tick
    session.play(0.5)
    assert session.game.battle.state.tick >= ticks + 14
    assert rows(session)["controller"] == "one (mustering two)"
    gate.set()
    session.until(lambda: controller(session) == "two")
    assert rows(session)["controller"] == "two"
    assert session.game.battle.state.simulation.resets[-1] == ("the second",)
    assert session.game.battle.state.mass_now == MASS
    session.press("tab")
    session.until(lambda: controller(session) == "one")


def test_a_controller_that_cannot_be_prepared_leaves_the_old_one_in_command(start):
    def broken():
        raise ValueError("no weights")

    session = start(controllers={"one": object, "two": broken})
    session.muster()
    session.press("tab")
    session.until(lambda: "two: no weights" in session.game.notice)
    assert controller(session) == "one"
    session.play(0.2)
    assert session.game.actions.running
