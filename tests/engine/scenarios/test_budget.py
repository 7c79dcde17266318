"""The joint budget: what would take gigabytes or minutes is refused before anything is built, and nothing else is."""

import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from stand_in import StandIn

from engine import formations, scenarios
from engine.battle.setup import BattleSetup
from engine.formations import place_order
from engine.io import InputError
from engine.orders import GiveOrders, Order, SetController
from engine.plugin import Ground
from engine.scenarios import Regiment, Scenario
from engine.soldiers import separation

PLAIN = Scenario("t", Ground.plain(48, 64), (Regiment("S", 0, 60.0, 240, "plan"),), (Order("line", (32.0, 24.0)),))
DISCS = Order("line", (32.0, 24.0), area=((32.0, 24.0, 30.0),) * 20_000)
MORE_DISCS = replace(DISCS, area=((32.0, 24.0, 200.0),) * 20_000)
TOO_LARGE = {
    "cells": (replace(PLAIN, ground=Ground.plain(4096, 4096)), "a field of 4096x4096 cells is too large"),
    "regiments": (
        replace(PLAIN, ground=Ground.plain(2048, 2048), regiments=PLAIN.regiments * 32, orders=PLAIN.orders * 32),
        "32 times 4194304 cells",
    ),
    "soldiers": (replace(PLAIN, regiments=(Regiment("S", 0, 900.0, 200_000, "plan"),) * 6), "1200000 soldiers"),
    "soldiers to a mass": (
        replace(PLAIN, regiments=(Regiment("S", 0, 0.001, 200_000, "plan"),)),
        "200000 soldiers are too many for a mass of 0.001",
    ),
    "discs": (replace(PLAIN, orders=(DISCS,)), "20000 discs are too many"),
    "orders": (
        replace(PLAIN, ground=Ground.plain(128, 192), schedule=((1, GiveOrders(((0, MORE_DISCS),))),) * 5),
        "take too long to place",
    ),
    "controllers": (
        replace(PLAIN, schedule=tuple((1, SetController(0, f"./{number}")) for number in range(40))),
        "over 32 controllers",
    ),
}


@pytest.mark.parametrize("kind", TOO_LARGE)
def test_what_would_take_gigabytes_or_minutes_is_refused_first(kind):
    scenario, complaint = TOO_LARGE[kind]
    setup = BattleSetup(StandIn, {"plan": object}, formations.load(), scenario)
    tracemalloc.start()
    begun = time.process_time()
    try:
        with pytest.raises(InputError, match=complaint):
            setup.check()
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("radius", [1e155, 1e300, 1.7e308])
def test_a_disc_beyond_all_fields_is_reckoned_with(radius):
    order = replace(DISCS, area=((10.0, 10.0, radius),))
    scenarios.check_budget(replace(PLAIN, orders=(order,)))
    with pytest.raises(InputError, match="beyond all fields"):
        BattleSetup(StandIn, {"plan": object}, formations.load(), replace(PLAIN, orders=(order,))).check()


def test_what_ships_is_far_from_the_limits():
    for path in scenarios.list_files().values():
        scenario = scenarios.load(path)
        scenarios.check_budget(replace(scenario, regiments=scenario.regiments * 4, orders=scenario.orders * 4))
    busy = tuple((tick, GiveOrders(((0, Order("line", (9.0, 9.0))),))) for tick in range(8_000))
    scenarios.check_budget(replace(PLAIN, ground=Ground.plain(128, 192)), busy)


def test_painted_ground_is_the_same_whether_all_cells_are_looked_at_or_those_nearby(monkeypatch):
    rng = np.random.default_rng(3)
    lines = formations.load()["line"]
    for _ in range(12):
        ground = Ground(rng.random((40, 60)) < 0.9)
        discs = tuple((x, y, radius) for x, y, radius in rng.uniform((-4, -4, 0.3), (64, 44, 5), (9, 3)).tolist())
        order = Order("line", (30.0, 20.0), area=discs)
        for mass in (3.0, 400.0, 1500.0):
            near = place_order(order, lines, mass, ground).target
            with monkeypatch.context() as patch:
                patch.setitem(place_order.__globals__, "NEAR_DISC", np.inf)
                np.testing.assert_array_equal(near, place_order(order, lines, mass, ground).target)


def test_soldiers_on_much_ground_part_as_they_do_with_a_table_of_all_of_it(monkeypatch):
    rng = np.random.default_rng(5)
    position = rng.uniform(0, 300, (400, 2)).astype(np.float32)
    position[200:] = position[:200] + rng.uniform(-0.3, 0.3, (200, 2)).astype(np.float32)
    room = rng.uniform(0.2, 0.9, 400).astype(np.float32)
    searched = separation.separation(position, room)
    monkeypatch.setattr(separation, "FEW_BINS", 10**9)
    np.testing.assert_array_equal(searched, separation.separation(position, room))
    assert np.abs(searched).sum() > 1
