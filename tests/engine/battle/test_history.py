"""Stepping back, and forward into the same future again."""

import numpy as np
import pytest

from engine.battle.history import KEYFRAME_EVERY, REWIND_TICKS
from engine.orders.commands import GiveOrders, Halt, Scatter
from engine.orders.order import Order

COMMANDS = {
    4: GiveOrders(((0, Order("wedge", (40, 20), 60)),)),
    9: Scatter((36, 24), 4.0),
    21: GiveOrders(((0, Order("column", (30, 24))),), queued=True),
    33: Halt((0,)),
}


def print_of(battle):
    """Return everything that shows of a battle, as bytes and plain data."""
    soldiers = battle.state.soldiers[0]
    fields = (
        battle.state.mass,
        battle.state.velocity,
        battle.state.placements[0].target,
        soldiers.position,
        soldiers.facing,
        soldiers.walked,
    )
    return (
        tuple(field.tobytes() for field in fields),
        battle.state.tick,
        battle.state.orders,
        battle.state.waiting_orders,
    )


def play(battle, ticks, commands=COMMANDS):
    prints = {battle.state.tick: print_of(battle)}
    for _ in range(ticks):
        if battle.state.tick in commands:
            battle.execute(commands[battle.state.tick])
        battle.tick()
        prints[battle.state.tick] = print_of(battle)
    return prints


@pytest.mark.parametrize("back", [1, 2, KEYFRAME_EVERY, 31, 50])
def test_a_step_back_shows_what_was_and_leads_to_the_same_future(battle, back):
    prints = play(battle, 50)
    battle.step_back(back)
    assert battle.state.tick == 50 - back
    shown = print_of(battle)
    # At a tick with a command, the order may be that before or after it; mass and soldiers are the same.
    assert (shown[0][0], shown[0][3:]) == (prints[50 - back][0][0], prints[50 - back][0][3:])
    again = play(battle, back, commands={})
    assert all(again[tick] == prints[tick] for tick in range(51 - back, 51))


def test_step_by_step_all_the_way_back(battle):
    prints = play(battle, 40)
    for tick in range(39, -1, -1):
        battle.step_back()
        assert battle.state.tick == tick
        assert print_of(battle)[0][0] == prints[tick][0][0]
    battle.step_back()
    assert battle.state.tick == 0


def test_another_command_makes_another_future(battle):
    play(battle, 40)
    battle.step_back(25)
    assert len(battle.log) == 4
    battle.execute(GiveOrders(((0, Order("circle", (36, 24))),)))
    assert [tick for tick, _ in battle.log] == [4, 9, 15]
    play(battle, 30, commands={})
    assert battle.state.orders[0].formation == "circle"


def test_ten_seconds_and_no_more(battle):
    for _ in range(REWIND_TICKS + 50):
        battle.tick()
    assert len(battle._history) < 3 + REWIND_TICKS / KEYFRAME_EVERY + KEYFRAME_EVERY
    battle.step_back(10_000)
    assert battle.state.tick == 50


def test_what_was_kept_does_not_change(battle):
    battle.tick()
    before = battle.state
    mass = before.mass.copy()
    play(battle, 20, commands={2: Scatter((36, 24), 4.0), 3: Scatter((30, 24), 3.0)})
    np.testing.assert_array_equal(before.mass, mass)
    assert before.scatter_targets == {}
