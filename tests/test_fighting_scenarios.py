"""The scenarios that fight, played without a window by the game's own simulation until one side has nobody steady."""

from argparse import Namespace
from dataclasses import replace

import pytest

from engine.app.request import make_setup
from engine.orders import GiveOrders, Order
from engine.scenarios import load, resolve

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("somewhat_optimised")]

MOST_TICKS = 1200
IN_TIME = 120  # tick at which the player orders the pikes: four seconds after the start
FACING_THEM = GiveOrders(((0, Order("phalanx", (40, 29), 90)), (1, Order("phalanx", (40, 83), 90))))


def outcome(schedule):
    """Return by sides, after the fight, which regiments are steady, and how much has fallen."""
    args = Namespace(
        scenario="flank-march", replay=None, played=None, record=None, controller=None, seed=None, simulation=None,
        order=None, orders=(), grid=None, terrain=None, cells=None, mass=None, soldiers=None, assets=None,
    )  # fmt: skip
    setup = make_setup(args)
    battle = replace(setup, scenario=replace(setup.scenario, schedule=schedule)).build()
    sides = [regiment.side for regiment in battle.state.regiments]

    def steady(side):
        conditions = zip(sides, battle.state.combat.condition, strict=True)
        return [condition == "steady" for own, condition in conditions if own == side]

    while battle.state.tick < MOST_TICKS and any(steady(0)) and any(steady(1)):
        battle.tick()
    report = battle.state.combat
    fallen = [sum(fell for fell, own in zip(report.fallen, sides, strict=True) if own == side) for side in (0, 1)]
    for numbers in zip(report.mustered, report.standing, report.fallen, report.fled, strict=True):
        assert numbers[0] == sum(numbers[1:]), "whoever mustered stands, fell or fled, to the bit"
    return (steady(0), steady(1)), fallen


def test_the_same_pikes_lose_in_column_and_win_in_phalanx():
    scenario = load(resolve("flank-march"))
    assert {
        order.formation for order, one in zip(scenario.orders, scenario.regiments, strict=True) if one.side == 0
    } == {"column"}
    (pikes, riders), fallen = outcome(scenario.schedule)
    assert not any(pikes) and all(riders) and fallen[0] > fallen[1]
    (pikes, riders), fallen = outcome(
        tuple(sorted([*scenario.schedule, (IN_TIME, FACING_THEM)], key=lambda one: one[0]))
    )
    assert all(pikes) and not any(riders) and fallen[1] > 3 * fallen[0]
