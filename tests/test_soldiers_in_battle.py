"""Soldiers along whole battles of the real simulation: formation after formation, and after a charge."""

from itertools import pairwise

import numpy as np
import pytest
from likeness import variation

from engine import formations
from engine.battle import Battle
from engine.orders import Order, Scatter
from engine.plugin import Ground
from engine.scenarios import Regiment
from engine.soldiers.separation import near_pairs
from nca_controller import JaxSimulation, load_controller

pytestmark = pytest.mark.usefixtures("somewhat_optimised")
GROUND = Ground(np.ones((64, 96), bool))  # as in test_keys.py, so that one program serves both
MASS, MEN = 260.0, 2600
LEGS = 1.6 * 0.5  # cells per tick
CHARGE_AT = 350
STAGES = (  # ticks at which a formation is ordered, and until when it has to stand
    (0, 110, Order("square", (40, 32), 15)),
    (110, 230, Order("wedge", (44, 30), 120)),
    (230, CHARGE_AT, Order("loose", (36, 34), -40)),
)
END = 500


def nearest(position, reach):
    distance = np.full(len(position), reach)
    first, second, _, _, apart = near_pairs(position, reach)
    np.minimum.at(distance, first, apart)
    np.minimum.at(distance, second, apart)
    return distance


@pytest.fixture(scope="module")
def battle(somewhat_optimised):
    """Soldiers, mass, placement and the speed of the mass after each tick of the battle; the muster comes first."""
    library = formations.load()
    mass = formations.crowd(MASS, GROUND)[None]
    regiment = Regiment("army", 0, MASS, MEN, "nca")
    controllers = {"nca": load_controller("default")}
    field = Battle(JaxSimulation(), controllers, GROUND, library, [regiment], [STAGES[0][2]], mass)
    orders = {begin: order for begin, _, order in STAGES}
    seen = []
    for tick in range(END):
        if tick in orders and tick:
            field.give(orders[tick])
        if tick == CHARGE_AT:
            field.execute(Scatter((36.0, 34.0), 6.0))
        before = field.state.mass[0]
        field.tick()
        moved = np.abs(field.state.mass[0] - before).sum() / MASS
        seen.append((field.state.soldiers[0], field.state.mass[0], field.state.placements[0], moved))
    return seen


def test_nobody_jumps_or_outruns_his_legs(battle):
    for (before, *_), (after, *_) in pairwise(battle):
        np.testing.assert_array_equal(after.last_position, before.position)
        assert np.hypot(*(after.position - before.position).T).max() <= LEGS


def test_men_are_where_the_mass_is_in_motion(battle):
    likeness = np.array(
        [variation(soldiers.position, soldiers.mass_per_soldier, mass) for soldiers, mass, *_ in battle]
    )
    assert likeness.max() < 0.02, f"in tick {likeness.argmax()}"


@pytest.mark.parametrize("tick", [end - 1 for _, end, _ in STAGES] + [END - 1])
def test_men_at_rest_stand_in_rank_and_file(battle, tick):
    soldiers, mass, placement, _ = battle[tick]
    assert variation(soldiers.position, soldiers.mass_per_soldier, mass) < 0.01
    # Men in loose order have more room, which its density says.
    ideal = np.sqrt(soldiers.mass_per_soldier / placement.target.max())
    assert (nearest(soldiers.position, 2 * ideal) > 0.7 * ideal).mean() > 0.95
    off = np.abs(np.angle(np.exp(1j * (soldiers.facing - np.radians(placement.angle)))))
    assert (off < 0.1).mean() > 0.98
    slots = placement.slots(MEN)
    places = soldiers.slots.position
    assert places is not None
    assert np.hypot(*(soldiers.position - places).T).max() < 0.6, "somebody is far from his place"
    assert np.sort(soldiers.slots.slot).tolist() == list(range(MEN)), "a place is dealt twice, or not at all"
    # The ranks are bent no more than the mass asks for.
    assert np.median(np.hypot(*(soldiers.position - slots[soldiers.slots.slot]).T)) < 0.35 * ideal


def test_nobody_fidgets_at_rest(battle):
    walked = battle[CHARGE_AT - 1][0].walked - battle[CHARGE_AT - 20][0].walked
    assert np.quantile(walked, 0.99) < 0.01
    assert (walked > 0).mean() < 0.02


def test_the_charge_was_felt(battle):
    moved = [shift for *_, shift in battle[CHARGE_AT : CHARGE_AT + 15]]
    assert max(moved) > 0.005
    before, after = battle[CHARGE_AT - 1][0], battle[CHARGE_AT + 25][0]
    assert np.quantile(np.hypot(*(after.position - before.position).T), 0.9) > 1.0
