"""A small battle with combat, of two regiments and a third in reserve, moved by the skirmish of the tests."""

from __future__ import annotations

import math

from skirmish import Skirmish

from engine import formations, units
from engine.battle.setup import BattleSetup
from engine.orders.order import Order
from engine.plugin import Ground
from engine.scenarios.regiment import Regiment
from engine.scenarios.scenario import Scenario

RED, BLUE, RESERVE = range(3)
FIELD = Ground.plain(32, 56)
MASS, MEN = 40.0, 80


def setup(simulation=Skirmish, log=(), ground=FIELD, combat=True, apart=26, angle=90, red="phalanx"):
    """Return the setup of red, which looks to an `angle` in a formation, and a reserve, against blue `apart`."""
    army = (
        Regiment("Red", 0, MASS, MEN, "one"),
        Regiment("Blue", 1, MASS, MEN, "one"),
        Regiment("Reserve", 0, MASS, MEN, "one"),
    )
    orders = (Order(red, (16, 16), angle), Order("phalanx", (16 + apart, 16), 270), Order("line", (6, 16), 90))
    scenario = Scenario("skirmish", ground, army, orders, combat=combat)
    known = units.load() if combat else {}
    return BattleSetup(simulation, {"one": object, "two": object}, formations.load(), scenario, log=log, units=known)


def play(battle, ticks, until=lambda state: False):
    """Play so many ticks, or until something is so, and hold the battle to its ledger; return what was remarked."""
    remarks = []
    for _ in range(ticks):
        if until(battle.state):
            return remarks
        battle.tick()
        remarks += battle.state.remarks
        check_ledger(battle.state)
    return remarks


def check_ledger(state):
    """Hold a state to its promises: exact masses, and a soldier for each share that stands."""
    combat = state.combat
    for regiment, mass in enumerate(state.mustered):
        parts = combat.standing[regiment], combat.fallen[regiment], combat.fled[regiment]
        assert sum(parts) == combat.mustered[regiment] == mass * 2**20
        assert parts[0] == float(state.mass[regiment].astype(float).sum()) * 2**20
        assert len(state.soldiers[regiment]) == math.ceil(state.standing(regiment) / (mass / MEN) * (1 - 2e-15))
    assert state.drift == 0
