"""A battle with combat under the real laws, in contact: rewound, saved, replayed, and led by another in the middle."""

from dataclasses import replace

import numpy as np
import pytest
from skirmishers import BLUE, RED, check_ledger, play, setup

from engine.battle import replays
from engine.orders.commands import Attack, SetController
from engine.scenarios.replay_file import load_replay, write_replay
from nca_controller import JaxSimulation, Poisson

TICKS, BACK = 80, 24
SIMULATION = JaxSimulation()  # one for all, so that its programs are compiled once


def war(log=()):
    made = setup(lambda: SIMULATION, log=log, apart=9)
    return replace(made, controllers={"one": Poisson, "two": Poisson})


def bits(state):
    """Return all that the eye and the ledger see of a state, as bytes."""
    soldiers = [part.position for part in state.soldiers]
    fields = (state.mass, *state.lost.values(), state.combat.morale, state.fallen.position, *soldiers)
    return tuple(np.asarray(field).tobytes() for field in fields)


@pytest.fixture(scope="module")
def fought():
    battle = war().build()
    battle.add_controller("two", Poisson())
    battle.execute(Attack((RED,), BLUE))
    play(battle, TICKS // 2)
    battle.execute(SetController(RED, "two"))
    play(battle, TICKS // 2)
    return battle


def test_they_fight_and_another_controller_forgets_nobody(fought):
    combat = fought.state.combat
    assert min(combat.fallen[:2]) > 2**20 and combat.engaged[RED] > 0.5 and combat.fatigue[RED] > 0
    assert len(fought.state.fallen) >= 3
    assert fought.state.regiments[RED].controller == "two"


def test_a_step_back_raises_the_dead_and_leads_to_the_same_battle(fought):
    after, lying = bits(fought.state), len(fought.state.fallen)
    fought.step_back(BACK)
    assert fought.state.tick == TICKS - BACK and len(fought.state.fallen) < lying
    check_ledger(fought.state)
    play(fought, BACK)
    assert bits(fought.state) == after


def test_a_replay_of_it_ends_with_the_same_bits(fought, tmp_path):
    write_replay(tmp_path / "war.toml", replays.record(war(fought.executed_log), fought, "0"))
    replay = load_replay(tmp_path / "war.toml")
    again = war(replay.log).build()
    play(again, replay.ticks)
    assert replays.check(replay, again)["same_to_the_bit"] is True
    assert bits(again.state) == bits(fought.state)
