"""Soldiers of a battle with combat: who falls, who runs away, and that nobody jumps."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from skirmish import Skirmish
from skirmishers import BLUE, RED, setup

from engine.orders import Attack
from engine.soldiers import FADES_AFTER

LONGEST = 0.6  # cells that a soldier moves in a tick, at most
TICKS = 225


@pytest.fixture(scope="module")
def states():
    """The states of a battle in which red attacks blue, until one of them has run over its border."""
    battle = setup(simulation=partial(Skirmish, rate=0.08)).build()
    battle.execute(Attack((RED,), BLUE))
    seen = [battle.state]
    for _ in range(TICKS):
        battle.tick()
        seen.append(battle.state)
    return seen


def gone(before, after, regiment):
    """Who of a regiment left in a tick: the places of those who fell, and of those who fled."""
    one, two = before.soldiers[regiment], after.soldiers[regiment]
    newly = (after.fallen.regiment == regiment) & (after.fallen.since == before.tick)
    fell = after.fallen.number[newly]
    fled = np.setdiff1d(one.numbers, np.concatenate([two.numbers, fell]))
    return one.position[np.isin(one.numbers, fell)], one.position[np.isin(one.numbers, fled)]


def test_nobody_jumps(states):
    for before, after in pairwise(states):
        for one, two in zip(before.soldiers, after.soldiers, strict=True):
            stays = np.isin(one.numbers, two.numbers)
            assert np.array_equal(one.numbers[stays], two.numbers)
            moved = two.position - one.position[stays]
            assert np.hypot(moved[:, 0], moved[:, 1]).max(initial=0.0) <= LONGEST + 1e-4


def test_who_falls_stood_by_the_mass_that_fell_and_lies_there(states):
    count = 0
    for before, after in pairwise(states):
        for regiment in (RED, BLUE):
            fell, _ = gone(before, after, regiment)
            row, column = np.nonzero(after.lost["fallen"][regiment])
            for place in fell:
                assert np.hypot(column + 0.5 - place[0], row + 0.5 - place[1]).min() <= 2.0
                assert (np.abs(after.fallen.position - place) < 1e-6).all(axis=1).any()
            count += len(fell)
    assert count > 10
    assert len(states[-1].fallen) == sum(len(gone(a, b, r)[0]) for a, b in pairwise(states) for r in (0, 1, 2))
    assert FADES_AFTER > TICKS


def test_who_flees_vanishes_at_the_border(states):
    width, height = states[0].ground.grid[::-1]
    edges = []
    for before, after in pairwise(states):
        for regiment in (RED, BLUE):
            if after.combat.condition[regiment] == "dissolved" != before.combat.condition[regiment]:
                continue  # the last one, who stood for less than half a soldier
            x, y = gone(before, after, regiment)[1].T
            edges += np.minimum.reduce([x, y, width - x, height - y]).tolist()
    assert len(edges) > 20
    # The first of their mass, spread thin by the transport of this simulation, leaves before anybody.
    assert np.median(edges) < 2.0 and np.quantile(edges, 0.9) < 4.0


def test_soldiers_are_where_their_mass_is_while_they_march_and_fight(states):
    for state in states[20::20]:
        for regiment in (RED, BLUE):
            soldiers, mass = state.soldiers[regiment], state.mass[regiment]
            if len(soldiers) < 20 or state.combat.condition[regiment] == "broken":
                continue
            column, row = soldiers.position.astype(int).T
            around = np.pad(mass, 1)
            near = sum(around[row + down, column + right] for down in range(3) for right in range(3))
            assert (near > 0.05).mean() > 0.97
