"""Soldiers who have lost their mass find back to it round walls, and nobody else is led."""

from dataclasses import replace

import numpy as np
import pytest

from engine.formations import load, place_order
from engine.orders import Order
from engine.plugin import Ground
from engine.soldiers import Flow, spawn, step

GRID = (32, 48)
LINE = load()["line"]


def still(mass):
    height, width = mass.shape
    return Flow(mass, np.zeros((height, width + 1), np.float32), np.zeros((height + 1, width), np.float32))


def walled():
    """Return cells with a wall that is open at its upper end alone, and a hook that a straight way home runs into."""
    cells = np.ones(GRID, bool)
    cells[4:, 24:26] = False
    cells[18, 18:24] = False
    return cells


def body():
    mass = np.zeros(GRID, np.float32)
    mass[18:28, 28:40] = 1.0
    return mass


@pytest.fixture
def lost():
    """An army of which five have been left behind on the other side of the wall."""
    soldiers = spawn(body(), 480, seed=0)
    position = soldiers.position.copy()
    position[:5] = [(22.5, 22.5), (23.4, 20.2), (19.5, 25.0), (10.0, 16.0), (22.0, 17.5)]
    return replace(soldiers, position=position, last_position=position)


def played(soldiers, cells, ticks, placement=None):
    for _ in range(ticks):
        before = soldiers.position
        soldiers = step(soldiers, still(body()), 0.0, placement, cells)
        assert np.hypot(*(soldiers.position - before).T).max() <= 0.8
        column, row = soldiers.position.astype(int).T
        assert cells[row, column].all()
    return soldiers


def at_home(soldiers):
    column, row = soldiers.position.astype(int).T
    return body()[row, column] > 0


def test_whoever_is_lost_behind_a_wall_goes_round_it(lost):
    assert (~at_home(lost)).sum() == 5
    found = played(lost, walled(), 220)
    assert at_home(found).mean() > 0.99 and (found.position[:, 0] > 26).all()


def test_with_slots_in_rank_and_file_too(lost):
    placement = place_order(Order("line", (34, 23), frontage=12.0), LINE, 120.0, Ground(walled()))
    found = played(lost, walled(), 300, placement)
    assert found.slots.position is not None
    assert np.hypot(*(found.slots.position - found.position).T).max() < 1.0


def test_nobody_else_is_led(lost):
    home = spawn(body(), 480, seed=0)
    for cells in (walled(), np.ones(GRID, bool)):
        assert step(home, still(body()), 0.0, None, cells).homeward.distance is None
    on_the_meadow = step(lost, still(body()), 0.0, None, np.ones(GRID, bool))
    free = step(lost, still(body()), 0.0)
    assert np.array_equal(on_the_meadow.position, free.position) and on_the_meadow.homeward.distance is None
    walked = step(lost, still(body()), 0.0, None, walled())
    assert np.array_equal(walked.position[5:], free.position[5:])
