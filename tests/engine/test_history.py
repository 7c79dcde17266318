"""Stepping back, and forward into the same future again."""

import numpy as np
import pytest

from engine.commands import Charge, Form, Halt
from engine.history import REACH, STRIDE
from engine.orders import Order

COMMANDS = {
    4: Form(((0, Order("wedge", (40, 20), 60)),)),
    9: Charge((36, 24), 4.0),
    21: Form(((0, Order("column", (30, 24))),), queued=True),
    33: Halt((0,)),
}


def print_of(battle):
    """Return everything that shows of a battle, as bytes and plain data."""
    troops = battle.troops[0]
    fields = (battle.mass, battle.velocity, battle.stands[0].target, troops.position, troops.facing, troops.walked)
    return tuple(field.tobytes() for field in fields), battle.ticks, tuple(battle.orders), tuple(battle.queued)


def play(battle, ticks, commands=COMMANDS):
    prints = {battle.ticks: print_of(battle)}
    for _ in range(ticks):
        if battle.ticks in commands:
            battle.carry_out(commands[battle.ticks])
        battle.tick()
        prints[battle.ticks] = print_of(battle)
    return prints


@pytest.mark.parametrize("back", [1, 2, STRIDE, 31, 50])
def test_a_step_back_shows_what_was_and_leads_to_the_same_future(battlefield, back):
    prints = play(battlefield, 50)
    battlefield.step_back(back)
    assert battlefield.ticks == 50 - back
    shown = print_of(battlefield)
    # At a tick at which a command was given, the order may stand for before or after it; mass and men are the same.
    assert (shown[0][0], shown[0][3:]) == (prints[50 - back][0][0], prints[50 - back][0][3:])
    again = play(battlefield, back, commands={})
    assert all(again[tick] == prints[tick] for tick in range(51 - back, 51))


def test_step_by_step_all_the_way_back(battlefield):
    prints = play(battlefield, 40)
    for tick in range(39, -1, -1):
        battlefield.step_back()
        assert battlefield.ticks == tick
        assert print_of(battlefield)[0][0] == prints[tick][0][0]
    battlefield.step_back()
    assert battlefield.ticks == 0


def test_another_command_makes_another_future(battlefield):
    play(battlefield, 40)
    battlefield.step_back(25)
    assert len(battlefield.log) == 4
    battlefield.carry_out(Form(((0, Order("circle", (36, 24))),)))
    assert [tick for tick, _ in battlefield.log] == [4, 9, 15]
    play(battlefield, 30, commands={})
    assert battlefield.orders[0].formation == "circle"


def test_ten_seconds_and_no_more(battlefield):
    for _ in range(REACH + 50):
        battlefield.tick()
    assert len(battlefield._history) < 3 + REACH / STRIDE + STRIDE
    battlefield.step_back(10_000)
    assert battlefield.ticks == 50


def test_what_was_kept_does_not_change(battlefield):
    battlefield.tick()
    before = battlefield._moment()
    mass = before.mass.copy()
    play(battlefield, 20, commands={2: Charge((36, 24), 4.0), 3: Charge((30, 24), 3.0)})
    np.testing.assert_array_equal(before.mass, mass)
    assert before.scattered == {}
