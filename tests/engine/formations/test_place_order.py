"""Orders with a frontage, along a line, and on painted ground: always the exact mass, where it was asked for."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.formations import FormationError, load
from engine.formations.place_order import place_order
from engine.orders.order import Order, moved, turned, with_formation
from engine.plugin import QUANTUM, Ground

GROUND = Ground(np.ones((64, 96), bool))
FORMATIONS = load()
ROWS, COLUMNS = np.mgrid[:64, :96] + 0.5


def stand(order, mass=300.0, ground=GROUND):
    return place_order(order, FORMATIONS[order.formation], mass, ground)


def held(target, where):
    return target[where].sum(dtype=np.float64) / target.sum(dtype=np.float64)


coordinate = st.floats(-20, 120)
disc = st.tuples(st.floats(5, 90), st.floats(5, 60), st.floats(0.8, 15))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(FORMATIONS)),
    st.integers(1, 2000 * 2**20),
    st.one_of(
        st.builds(lambda frontage: {"frontage": frontage}, st.floats(0.5, 200)),
        st.builds(lambda line: {"path": tuple(line)}, st.lists(st.tuples(coordinate, coordinate), min_size=1)),
        st.builds(lambda discs: {"area": tuple(discs)}, st.lists(disc, min_size=1, max_size=8)),
    ),
)
def test_every_stand_has_the_exact_mass_and_fits_the_ground(name, quanta, drawn):
    mass = quanta * QUANTUM
    ground = Ground(np.hypot(COLUMNS - 40, ROWS - 30) > 9)
    try:
        target = stand(Order(name, (48, 32), 20, **drawn), mass, ground).target
    except FormationError as error:  # all that was painted lies in the lake
        assert str(error) == "no open ground was painted"
        assume(False)
    assert target.sum(dtype=np.float64) == mass
    assert (target >= 0).all()
    assert (target <= ground.open_cells).all()
    assert (target / QUANTUM % 1 == 0).all()


@pytest.mark.parametrize("name", ["line", "wedge", "square", "circle"])
@pytest.mark.parametrize("frontage", [20.0, 30.0, 45.0])
def test_a_frontage_is_taken(name, frontage):
    order = Order(name, (48, 32), 0, frontage=frontage)
    taken = stand(order, 200.0)
    assert taken.frontage == pytest.approx(frontage, rel=1e-6)
    columns = np.flatnonzero(taken.target.max(axis=0) > 0.3)
    assert columns[-1] - columns[0] + 1 == pytest.approx(frontage, abs=3)


def test_a_line_is_stood_along_and_faces_to_its_left():
    line = tuple((48 + 30 * math.cos(t), 58 + 30 * math.sin(t)) for t in np.linspace(math.pi, 2 * math.pi, 40))
    taken = stand(Order("line", (0, 0), path=line))
    ring = np.abs(np.hypot(COLUMNS - 48, ROWS - 58) - 30)
    assert held(taken.target, ring < 300 / (2 * math.pi * 15) + 1) > 0.97
    assert taken.angle == pytest.approx(0, abs=1)
    assert stand(Order("line", (0, 0), path=line[::-1])).angle == pytest.approx(180, abs=1)
    downwards = stand(Order("line", (0, 0), path=((40, 10), (40, 50))))
    assert downwards.angle == pytest.approx(90)
    assert (downwards.frontage, downwards.depth) == pytest.approx((45, 7), abs=3)


def test_paint_is_covered_evenly_and_overflows_where_it_is_too_little():
    wide = stand(Order("line", (0, 0), area=((20, 20, 9), (70, 40, 9)))).target
    assert wide[20, 20] == wide[40, 70] == pytest.approx(300 / (2 * math.pi * 81), rel=0.03)
    narrow = stand(Order("line", (0, 0), area=((20, 20, 4), (70, 40, 4)))).target
    assert narrow[20, 20] == narrow[40, 70] == 1
    assert held(narrow, np.hypot(COLUMNS - 20, ROWS - 20) < 9) == pytest.approx(0.5, abs=0.02)
    vast = stand(Order("line", (0, 0), area=((48, 32, 30),))).target
    assert vast.max() == pytest.approx(0.5, abs=0.01)  # no thinner than that


def test_what_cannot_be_done_is_said():
    with pytest.raises(FormationError, match="no open ground was painted"):
        stand(Order("line", (0, 0), area=((-30, -30, 4),)))
    with pytest.raises(FormationError, match="frontage"):
        stand(Order("line", (48, 32), frontage=0))
    with pytest.raises(FormationError, match="no number"):
        stand(Order("line", (48, 32), path=((3, 4), (math.nan, 3))))


def test_orders_are_turned_and_moved_with_all_that_was_drawn():
    order = Order("line", (10, 10), 30, 12.0, path=((10, 5), (10, 15)), area=((15, 10, 2),))
    there = moved(order, 3, -4)
    assert there == Order("line", (13, 6), 30, 12.0, path=((13, 1), (13, 11)), area=((18, 6, 2),))
    after = turned(order, 90)
    assert (after.centre, after.angle, after.frontage) == ((10, 10), 120, 12.0)
    np.testing.assert_allclose(after.path, [(15, 10), (5, 10)])
    np.testing.assert_allclose(after.area, [(10, 15, 2)])
    assert with_formation(order, "wedge") == Order("wedge", (10, 10), 30)
