from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from likeness import variation
from stand_in import GROUND, MASS, MEN, StandIn

from engine import formations
from engine.battle.battle import Battle
from engine.fields.interpolation import bilinear
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment
from engine.soldiers.flow import Flow
from engine.soldiers.separation import near_pairs
from engine.soldiers.soldiers import NEAREST_WALL, interpolated, spawn, step


def nearest(position):
    distance = np.full(len(position), 3.0)
    first, second, _, _, apart = near_pairs(position, 3.0)
    np.minimum.at(distance, first, apart)
    np.minimum.at(distance, second, apart)
    return distance


def speed(soldiers):
    return np.linalg.norm(soldiers.position - soldiers.last_position, axis=1)


@pytest.fixture(scope="module")
def march_past():
    """The soldiers after each tick of a battle in which a line forms, and on its way a wedge is ordered elsewhere."""
    known = formations.load()
    mass = formations.crowd(MASS, GROUND)[None]
    order = Order("line", (36, 24))
    battle = Battle(StandIn(), {"one": None}, GROUND, known, [Regiment("army", 0, MASS, MEN, "one")], [order], mass)
    seen = [(battle.state.soldiers[0], battle.state.mass[0])]
    for tick in range(260):
        if tick == 40:
            battle.give(Order("wedge", (44, 20), 60))
        battle.tick()
        seen.append((battle.state.soldiers[0], battle.state.mass[0]))
    return seen


def test_men_muster_where_the_mass_is():
    mass = formations.crowd(MASS, GROUND)
    soldiers = spawn(mass, MEN, seed=3)
    assert len(soldiers) == MEN
    assert soldiers.mass_per_soldier * MEN == pytest.approx(MASS)
    assert variation(soldiers.position, soldiers.mass_per_soldier, mass) < 0.01
    assert (nearest(soldiers.position) > 0.7 * np.sqrt(soldiers.mass_per_soldier)).mean() > 0.95
    assert not speed(soldiers).any()


@pytest.mark.parametrize("men", [1, 7, 3000])
def test_any_number_of_soldiers_musters_inside_the_mass(men):
    mass = formations.crowd(MASS, GROUND)
    soldiers = spawn(mass, men, seed=0)
    assert soldiers.position.shape == (men, 2)
    assert (bilinear(mass, soldiers.position) > 0.05).all()


def test_no_man_is_lost_or_swapped_or_outruns_his_legs(march_past):
    for soldiers, _ in march_past:
        assert len(soldiers) == MEN
        assert np.isfinite(soldiers.position).all()
        assert speed(soldiers).max() <= 0.8  # 1.6 times the half cell a tick of the field
    for (before, _), (after, _) in pairwise(march_past):
        np.testing.assert_array_equal(after.last_position, before.position)


def test_men_stay_inside_the_field(march_past):
    height, width = GROUND.grid
    for soldiers, _ in march_past:
        assert (soldiers.position >= NEAREST_WALL).all()
        assert (soldiers.position <= (width - NEAREST_WALL, height - NEAREST_WALL)).all()


def test_men_are_where_the_mass_is(march_past):
    variations = [variation(soldiers.position, soldiers.mass_per_soldier, mass) for soldiers, mass in march_past]
    # The stand-in smears mass into a mist, which soldiers leave to itself: hence the width of these bounds.
    assert max(variations) < 0.09
    assert np.median(variations) < 0.04


def test_men_at_rest_have_elbow_room(march_past):
    soldiers, _ = march_past[-1]
    assert (nearest(soldiers.position) > 0.7 * np.sqrt(soldiers.mass_per_soldier)).mean() > 0.95


def test_men_at_rest_stand_and_look_to_the_front(march_past):
    soldiers, _ = march_past[-1]
    assert (speed(soldiers) < 0.01).mean() > 0.95
    front = np.radians(60)
    assert (np.abs(np.angle(np.exp(1j * (soldiers.facing - front)))) < 0.2).mean() > 0.9


def test_men_on_the_march_look_where_they_go():
    """A block carried to the right by a steady flow."""
    mass = np.zeros((24, 60), np.float32)
    mass[8:16, 5:15] = 1.0
    soldiers = spawn(mass, 320, seed=0)
    for tick in range(40):
        offset = 0.4 * (tick + 1)
        whole, part = int(offset), offset % 1
        moved = (1 - part) * np.roll(mass, whole, axis=1) + part * np.roll(mass, whole + 1, axis=1)
        flux_x = np.pad(0.4 * moved, ((0, 0), (1, 0)))
        soldiers = step(soldiers, Flow(moved, flux_x, np.zeros((25, 60))), front=0.0)
    assert np.median(speed(soldiers)) == pytest.approx(0.4, rel=0.1)
    assert np.abs(soldiers.facing - np.pi / 2).max() < 0.5
    assert soldiers.walked.mean() == pytest.approx(16, rel=0.1)
    assert soldiers.position[:, 0].mean() == pytest.approx(10 + 16, abs=0.5)


def test_stragglers_walk_home(march_past):
    soldiers, mass = march_past[-1]
    astray = replace(soldiers, position=soldiers.position + np.where(np.arange(MEN) < 6, -12.0, 0.0)[:, None])
    still = Flow(mass, np.zeros((48, 73)), np.zeros((49, 72)))
    assert (bilinear(mass, astray.position[:6]) < 0.02).any()
    for _ in range(150):
        astray = step(astray, still, front=0.0)
    assert (bilinear(mass, astray.position) > 0.02).all()


@pytest.mark.parametrize("mass", [0.003, 3000.0])
def test_an_army_of_any_mass_marches(mass):
    field = formations.crowd(mass, GROUND)
    soldiers = spawn(field, 100, seed=0)
    assert np.isfinite(soldiers.position).all()
    assert variation(soldiers.position, soldiers.mass_per_soldier, field) < 0.25


def test_between_two_ticks_men_are_on_their_way(march_past):
    soldiers, _ = march_past[60]
    position, _, walked = interpolated(soldiers, 0.0)
    np.testing.assert_array_equal(position, soldiers.last_position)
    np.testing.assert_allclose(interpolated(soldiers, 1.0)[0], soldiers.position)
    middle, _, walked_half = interpolated(soldiers, 0.5)
    np.testing.assert_allclose(middle, (soldiers.position + soldiers.last_position) / 2)
    np.testing.assert_allclose(walked_half, (soldiers.walked + walked) / 2)


def test_turning_takes_the_short_way_round():
    mass = formations.crowd(MASS, GROUND)
    soldiers = spawn(mass, 10, seed=0, facing=np.radians(170))
    still = Flow(mass, np.zeros((48, 73)), np.zeros((49, 72)))
    for _ in range(40):
        soldiers = step(soldiers, still, front=np.radians(-170))
    assert np.abs(np.degrees(soldiers.facing) - 190).max() < 5


def test_a_seed_makes_the_same_soldiers():
    mass = formations.crowd(MASS, GROUND)
    one, same, other = (spawn(mass, 50, seed=seed).position for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
