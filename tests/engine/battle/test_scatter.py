"""Charges near walls: whoever is thrown apart stays on its side of them, in room that it can reach."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.battle.scatter import begin, scatter_targets
from engine.fields import Geodesics
from engine.formations import FormationError
from engine.orders import Scatter
from engine.plugin import QUANTUM, Ground

GRID = (32, 48)


def walled(gate=()):
    """Return a ground with a wall of two columns, open in the gate's rows alone."""
    cells = np.ones(GRID, bool)
    cells[:, 24:26] = False
    cells[list(gate), 24:26] = True
    return Ground(cells)


def body(*box):
    mass = np.zeros((1, *GRID), np.float32)
    mass[0, box[0] : box[1], box[2] : box[3]] = 1.0
    return mass


def scattered(mass, ground, *discs):
    return scatter_targets(mass, [begin(Scatter(place, radius), 0, ground) for place, radius in discs], ground)


def test_nobody_is_thrown_across_a_wall_that_separates():
    mass = body(8, 24, 16, 24)
    (target,) = scattered(mass, walled(), ((23.0, 16.0), 6.0)).values()
    assert not target[:, 24:].any() and target.sum(dtype=np.float64) == 128
    y, x = np.indices(GRID) + 0.5
    assert not target[np.hypot(x - 23, y - 16) < 6].any()
    assert target.max() <= 1


def test_a_wall_with_a_gate_far_away_separates_for_a_charge_and_one_near_by_does_not():
    mass = body(8, 24, 16, 24)
    (far,) = scattered(mass, walled((0, 1)), ((23.0, 20.0), 4.0)).values()
    assert not far[:, 24:].any()
    (near,) = scattered(mass, walled((18, 19, 20, 21)), ((23.0, 20.0), 4.0)).values()
    assert near[:, 26:].sum() > 3 and near.sum(dtype=np.float64) == 128


def test_whoever_stands_on_both_sides_of_a_wall_stays_there_in_equal_numbers():
    mass = body(8, 24, 20, 30) * walled().open_cells
    (target,) = scattered(mass, walled((0,)), ((25.0, 16.0), 5.0)).values()
    assert target[:, :24].sum() == mass[0, :, :24].sum() and target[:, 26:].sum() == mass[0, :, 26:].sum()


def test_a_chamber_without_room_is_one_line():
    cells = np.zeros(GRID, bool)
    cells[10:16, 10:16], cells[:, 24:] = True, True
    with pytest.raises(FormationError, match="a charge needs open ground around it, and there is too little"):
        scattered(body(10, 15, 10, 16), Ground(cells), ((12.0, 12.0), 3.5))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 31), st.integers(0, 47), st.integers(1, 9), st.integers(1, 9)), max_size=6),
    st.tuples(st.floats(0, 48), st.floats(0, 32)),
    st.floats(1, 9),
    st.integers(0, 2**31),
)
def test_each_target_holds_the_mass_of_each_part_to_the_bit(walls, place, radius, seed):
    cells = walled().open_cells.copy()  # two parts at least
    for top, left, high, wide in walls:
        cells[top : top + high, left : left + wide] = False
    share = np.random.default_rng(seed).integers(0, 2**19, (2, *GRID)) * cells
    mass = (share * QUANTUM * (np.random.default_rng(seed).random(GRID) < 0.5)).astype(np.float32)
    ground = Ground(cells)
    try:
        targets = scattered(mass, ground, (place, radius))
    except FormationError:
        return
    parts = Geodesics(cells).parts
    for regiment, target in targets.items():
        assert (target / QUANTUM % 1 == 0).all() and (target >= 0).all()
        for part in range(parts.max() + 1):
            there = parts == part
            assert target[there].sum(dtype=np.float64) == mass[regiment][there].sum(dtype=np.float64)
        assert not target[~cells].any()
