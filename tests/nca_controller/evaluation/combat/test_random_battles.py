"""Random battles: whatever is drawn, the ledger is exact and no cell is over its capacity."""

import numpy as np
import pytest

from engine import formations, units
from engine.plugin import QUANTUM, Combat, Conduct
from nca_controller import JaxSimulation, Poisson
from nca_controller.dynamics import RestRule
from nca_controller.evaluation.combat import random_battles
from nca_controller.evaluation.tables import table
from nca_controller.tasks import random_encounter

GRID = (24, 40)  # and two regiments, as in tests of the tick, which then compile the same
SEED = 7


@pytest.fixture(scope="module")
def simulation():
    return JaxSimulation(RestRule(ticks=3))


def told(encounter):
    """Return how the regiments of an encounter bear themselves: at a run."""
    kinds, shapes = units.load(), formations.load()
    traits = np.stack([units.row(kinds[body.kind], shapes[body.formation]) for body in encounter.bodies])
    regiments = len(encounter.bodies)
    return Conduct(traits, encounter.facing, np.full(regiments, 0.6, np.float32), np.zeros(regiments, bool))


def fought(simulation, encounter, ticks):
    """Yield the state after each tick of a battle in which each marches to where the other stood."""
    conduct = told(encounter)
    asked = Combat(1.0, (4.0, 4.0), (0.25, 0.25), conduct)
    state = simulation.reset(encounter.mass, encounter.ground, [Poisson()] * 2, 0, encounter.sides, asked)
    for _ in range(ticks):
        state = simulation.tick(state, encounter.mass[::-1], conduct)
        yield state


@pytest.mark.parametrize("number", range(12))
def test_twelve_short_ones(simulation, number):
    encounter = random_encounter(SEED, number, 2, GRID)
    mustered = np.round(encounter.mass.sum(axis=(1, 2), dtype=np.float64) / QUANTUM).astype(np.int64)
    room = np.where(encounter.ground.open_cells, encounter.ground.capacity, 0)
    for number, state in enumerate(fought(simulation, encounter, 60)):
        if number % 20 < 19:
            continue
        read = simulation.read(state, ("mass", "fallen", "fled", "morale", "fatigue", "engaged", "facing"))
        standing = (read["mass"].astype(np.float64) / QUANTUM).sum(axis=(1, 2))
        gone = [read[name].sum(axis=(1, 2), dtype=np.int64) for name in ("fallen", "fled")]
        assert (standing + gone[0] + gone[1] == mustered).all()
        assert read["mass"].min() >= 0 and read["fallen"].min() >= 0 and read["fled"].min() >= 0
        assert (read["mass"].sum(axis=0, dtype=np.float64) <= room).all()
        assert all(np.isfinite(field).all() for field in read.values())
    assert (gone[0] > 0).all()  # they met


@pytest.mark.long
def test_the_command_s_battles_are_decided():
    """Three of the three hundred, among walls and on open ground, of two and three regiments."""
    rows = [random_battles.fought(random_battles.encounter(number, 3, (2,)), 2400) for number in range(3)]
    found = random_battles.summary(rows)
    assert found["battles"] == 3 and found["with walls"] == 1
    assert (found["ledgers exact"], found["finite"], found["over capacity"]) == ("all", "all", 0)
    assert found["of those decided"] >= found["with contact"] - 1
    assert table([found]).count("\n") == 2
