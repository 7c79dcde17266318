"""What the player sees of a controller or simulation that fails or hangs: the real game in a view without a screen."""

import threading
import time
from dataclasses import replace

import numpy as np
import pygame
import pytest
from session import FRAME, Session
from stand_in import StandIn

from engine.app import headless
from engine.app.waiting import PATIENCE
from engine.battle import replays
from engine.io import PluginError, paths
from engine.orders.commands import GiveOrders, SetController

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class Faulty(StandIn):
    """Returns NaN under "bad", raises under "worse", and waits for `gate` under "slow" once `due`."""

    gate = threading.Event()
    due = False

    def tick(self, state, targets):
        moved = super().tick(state, targets)
        if "bad" in state.controllers:
            moved = replace(moved, mass=np.full_like(moved.mass, np.nan))
        if self.due and "worse" in state.controllers:
            raise ZeroDivisionError("no way")
        if self.due and "slow" in state.controllers:
            self.gate.wait(30)
        return moved


CONTROLLERS = {name: lambda name=name: name for name in ("good", "bad", "worse", "slow", "plan")}


@pytest.fixture
def start(campaign, shared_offscreen, tmp_path, monkeypatch):
    monkeypatch.setattr(Faulty, "gate", threading.Event())

    def begin(controller, **changes):
        army = replace(campaign.scenario.regiments[0], controller=controller, soldiers=40)
        scenario = replace(campaign.scenario, regiments=(army,))
        fields = {"simulation": Faulty, "controllers": CONTROLLERS, "scenario": scenario} | changes
        session = Session(replace(campaign, **fields), shared_offscreen, tmp_path)
        session.until(lambda: session.game.battle)
        session.play(0.2)
        monkeypatch.setattr(Faulty, "due", True)
        begun = session.game.battle.state.tick
        if controller == "slow":  # the tick that was begun before is none of the slow ones
            session.until(lambda: session.game.battle.state.tick > begun)
        return session

    yield begin
    Faulty.gate.set()


def controller(session):
    return session.game.battle.state.regiments[0].controller


def test_after_tab_to_a_controller_that_returns_nan_the_plan_leads(start):
    session = start("good")
    session.press("tab")
    session.until(lambda: controller(session) == "plan")
    battle = session.game.battle
    assert np.isfinite(battle.state.mass).all() and battle.state.drift == 0
    assert [command for _, command in battle.executed_log] == [SetController(0, "bad"), SetController(0, "plan")]
    assert "under 'bad': mass is not finite: the plan takes over army" in session.game.notice
    assert str(paths.log_file()) in session.game.notice
    assert "ValueError: mass is not finite" in paths.log_file().read_text()
    tick = battle.state.tick
    session.play(0.2)
    assert battle.state.tick > tick and session.game.actions.running


def test_where_no_plan_can_lead_the_battle_stands_and_another_may_take_over(start):
    session = start("worse", controllers={name: CONTROLLERS[name] for name in ("worse", "good")})
    session.play(0.2)
    state = session.game.battle.state
    assert session.game.clock.paused and session.game.actions.running
    assert "the simulation under 'worse': ZeroDivisionError: no way" in session.game.notice
    session.press("space")
    session.play(0.2)
    assert session.game.clock.paused and session.game.battle.state is state
    session.press(",")
    session.press("tab")
    session.until(lambda: controller(session) == "good")
    session.press("space")
    session.play(0.3)
    assert session.game.battle.state.tick > state.tick


def test_a_controller_that_cannot_be_warmed_up_leaves_the_old_one_in_command(start):
    session = start("good", controllers={name: CONTROLLERS[name] for name in ("good", "worse")})
    session.press("tab")
    session.until(lambda: session.game.notice)
    assert session.game.notice.startswith("worse: ZeroDivisionError: no way (its traceback is in ")
    assert controller(session) == "good"


@pytest.mark.parametrize("leave", ["cross", "signal"])
def test_a_simulation_that_hangs_can_be_left_and_the_recording_is_kept(start, leave, monkeypatch):
    session = start("slow")
    battle, drawn, draw = session.game.battle, [], session.view.draw
    stood = battle.state
    monkeypatch.setattr(session.view, "draw", lambda scene: (drawn.append(scene), draw(scene)))
    asked = threading.Event()
    leaving = {"cross": lambda: pygame.event.post(pygame.event.Event(pygame.QUIT)), "signal": asked.set}[leave]
    threading.Timer(2.6, leaving).start()
    began = time.monotonic()
    session.game.play(asked=asked.is_set)
    assert time.monotonic() - began < 5
    assert len(drawn) > 8
    assert any("the simulation has not answered for" in row for _, row in drawn[-1].status)
    assert battle.state is stood
    assert replays.record(session.game.setup, battle, "1").ticks == stood.tick


def test_what_is_commanded_while_a_tick_is_slow_waits_for_it_and_arrows_hide(start):
    session = start("slow")
    battle = session.game.battle
    stood, seen = battle.state, []

    def meanwhile():
        time.sleep(3 * PATIENCE)
        for key in ("4", ",", "v"):
            for kind in (pygame.KEYDOWN, pygame.KEYUP):
                pygame.event.post(pygame.event.Event(kind, key=pygame.key.key_code(key)))
        time.sleep(2 * PATIENCE)
        seen.append((battle.state, list(battle.log), session.game._waiting.serving))
        Faulty.gate.set()

    threading.Thread(target=meanwhile, daemon=True).start()
    while battle.state is stood:
        session.play(FRAME)
    assert seen == [(stood, [], True)]
    session.play(FRAME)
    ((tick, command),) = battle.log
    assert tick == stood.tick + 1 and isinstance(command, GiveOrders)
    assert battle.state.orders[0].formation == "wedge"


def test_without_a_window_faults_are_said_and_a_hang_can_be_left(campaign, capsys, monkeypatch):
    monkeypatch.setattr(Faulty, "due", True)
    army = replace(campaign.scenario.regiments[0], soldiers=40)

    def led_by(name, **changes):
        scenario = replace(campaign.scenario, regiments=(replace(army, controller=name),))
        return replace(campaign, simulation=Faulty, controllers=CONTROLLERS | changes, scenario=scenario).build

    battle = led_by("bad")()
    assert list(headless.play(battle, 5)) == [1, 2, 3, 4, 5]
    said = capsys.readouterr().err
    assert said.startswith("run_game.py: tick 1: the simulation under 'bad': mass is not finite: the plan takes over")
    assert said.count("\n") == 1
    monkeypatch.setattr(Faulty, "due", False)
    battle = led_by("slow")()
    monkeypatch.setattr(Faulty, "due", True)
    monkeypatch.setattr(Faulty, "gate", threading.Event())
    assert list(headless.play(battle, 5, asked=lambda: True)) == []
    Faulty.gate.set()
    with pytest.raises(PluginError, match=r"^worse: ZeroDivisionError: no way$"):
        led_by("worse")()
