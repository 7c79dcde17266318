import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.soldiers import FADES_AFTER, NONE_FALLEN, Flow, spawn, step, still_lying, strength, struck
from engine.soldiers.casualties import COMBAT_SPEED, WITHIN
from engine.soldiers.owed import QUANTUM

GRID = (24, 32)
QUANTA = round(1 / QUANTUM)


def block(left=8, top=6, width=12, height=10, density=0.8):
    mass = np.zeros(GRID, np.float32)
    mass[top : top + height, left : left + width] = np.float32(round(density * QUANTA) * QUANTUM)
    return mass


def nothing():
    return np.zeros(GRID, np.int32)


def quanta(mass):
    return np.round(mass.astype(np.float64) * QUANTA).astype(np.int64)


def still(mass):
    height, width = mass.shape
    return Flow(mass, np.zeros((height, width + 1), np.float32), np.zeros((height + 1, width), np.float32))


def battle(ticks=120, count=96, rate=0.004, seed=1, flee_after=90):
    """Play a regiment that dies at its right edge, and then flees over the lower border: what `struck` got and gave."""
    mass, random = quanta(block()), np.random.default_rng(seed)
    soldiers = spawn(block(), count, seed=0)
    for tick in range(1, ticks + 1):
        fallen, fled = nothing(), nothing()
        fallen[:, 16:] = np.minimum(mass[:, 16:], random.integers(0, round(2 * rate * QUANTA), (GRID[0], 16)))
        if tick > flee_after:
            fled[12:] = np.minimum((mass - fallen)[12:], QUANTA // 25)
        mass = mass - fallen - fled
        standing = float(mass.sum()) * QUANTUM
        before = soldiers
        soldiers, lying = struck(soldiers, fallen, fled, standing, (7, tick, 3), tick)
        yield before, soldiers, lying, fallen, fled, standing
        soldiers = step(soldiers, still((mass * QUANTUM).astype(np.float32)), 0.0)


def test_a_soldier_goes_for_every_share_that_is_lost():
    share = float(block().sum(dtype=np.float64)) / 96
    dead = 0
    for before, after, lying, *_, standing in battle():
        assert len(after) == strength(standing, share) == math.ceil(round(standing / share, 9))
        assert len(before) - len(after) >= len(lying)
        dead += len(lying)
    assert dead > 10 and len(after) < 60


def test_whoever_falls_stood_where_mass_was_lost():
    lost, dead, gone = nothing().astype(bool), 0, 0
    for before, after, lying, fallen, fled, _ in battle():
        lost |= fallen > 0
        row, column = np.nonzero(lost)
        cells = np.stack([column, row], axis=1) + 0.5
        for place in lying.position:
            assert np.hypot(*(cells - place).T).min() <= WITHIN
        dead += len(lying)
        missing = np.setdiff1d(before.numbers, np.concatenate([after.numbers, lying.number]))
        gone += len(missing)
        row, column = np.nonzero(fled)
        for place in before.position[np.isin(before.numbers, missing)]:
            assert place[1] > 12 - WITHIN - 0.5
    assert dead and gone


def test_the_fallen_are_as_many_as_the_mass_that_fell():
    share = float(block().sum(dtype=np.float64)) / 96
    fell = fled_mass = dead = gone = 0
    for before, after, lying, fallen, fled, _ in battle():
        fell, fled_mass = fell + fallen.sum() * QUANTUM, fled_mass + fled.sum() * QUANTUM
        dead += len(lying)
        gone += len(before) - len(after) - len(lying)
        assert abs(dead - fell / share) <= 1.5  # what is owed in all is less than a share
        assert abs(gone - fled_mass / share) <= 1.5


def test_they_fall_all_along_the_front_and_not_at_one_place():
    places = np.concatenate([lying.position for _, _, lying, *_ in battle(ticks=90)])
    assert len(places) > 10
    assert np.ptp(places[:, 1]) > 6.0 and places[:, 0].min() > 16 - WITHIN


def test_the_same_losses_fell_the_same_soldiers():
    one, other = ([(tuple(after.numbers), tuple(lying.number)) for _, after, lying, *_ in battle()] for _ in range(2))
    assert one == other


def test_who_is_left_keeps_its_number_and_its_place():
    for before, after, *_ in battle(ticks=60):
        kept = np.isin(before.numbers, after.numbers)
        assert np.array_equal(before.position[kept], after.position)
        assert np.array_equal(before.numbers[kept], after.numbers)


def test_nobody_jumps():
    for _, after, *_ in battle():
        moved = np.hypot(*(after.position - after.last_position).T)
        assert moved.max(initial=0.0) <= COMBAT_SPEED + 1e-5


def test_the_ranks_close_up_where_soldiers_fell():
    *_, (_, after, *_, standing) = battle(ticks=90)
    mass = after.mass_per_soldier * len(after)
    assert mass == pytest.approx(standing, abs=after.mass_per_soldier)
    assert after.position[:, 0].max() > 17.0  # the mass is thinner there, and still has its soldiers


def test_nobody_is_left_of_a_regiment_that_has_fled():
    mass = block()
    soldiers, fled = spawn(mass, 40, seed=0), quanta(mass).astype(np.int32)
    soldiers, lying = struck(soldiers, nothing(), fled, 0.0, (0, 1, 0), 1)
    assert len(soldiers) == 0 and len(lying) == 0
    after = step(soldiers, still(np.zeros(GRID, np.float32)), 0.0)
    assert len(after) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 2**31), st.data())
def test_shares_are_counted_without_rounding(count, mustered, data):
    share = mustered * QUANTUM / count
    standing = data.draw(st.integers(0, mustered))
    assert strength(standing * QUANTUM, share) == -(-standing * count // mustered)


def test_the_fallen_fade_within_a_minute():
    soldiers, fallen = spawn(block(), 40, seed=0), nothing()
    fallen[8, 14] = quanta(block()).sum() // 10
    standing = float(quanta(block()).sum() - fallen.sum()) * QUANTUM
    _, four = struck(soldiers, fallen, nothing(), standing, (0, 5, 2), 5)
    assert len(four) == 4 and set(four.regiment) == {2}
    lying = still_lying(NONE_FALLEN, [NONE_FALLEN, four], 5)
    assert lying.age(5).max() == 0.0 and lying.age(5 + FADES_AFTER / 2) == pytest.approx(0.5)
    assert still_lying(lying, [], 4 + FADES_AFTER) is lying
    later = replace(four, since=four.since + 100)
    both = still_lying(lying, [later], 105)
    assert len(both) == 8
    assert len(still_lying(both, [], 5 + FADES_AFTER)) == 4
