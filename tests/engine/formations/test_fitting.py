"""Orders on bad ground: fitted by way, never across a wall that separates, or refused in one line."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from engine.fields import Geodesics
from engine.formations import (
    FormationError,
    crowd,
    fastest_way,
    fill,
    load,
    muster_order,
    muster_place,
    part_of,
    place_order,
    reachable_place,
    standing_place,
)
from engine.orders import Order
from engine.plugin import QUANTUM, Ground

FORMATIONS = load()
GRID = (40, 56)
PLAIN = Ground.plain(*GRID)


def walled(*walls):
    """Return a ground with these walls, each (top, bottom, left, right)."""
    cells = np.ones(GRID, bool)
    for top, bottom, left, right in walls:
        cells[top:bottom, left:right] = False
    return Ground(cells)


def placed(order, mass=120.0, ground=PLAIN, part=None):
    return place_order(order, FORMATIONS[order.formation], mass, ground, part)


def total(target):
    return target.sum(dtype=np.float64)


coordinate = st.tuples(st.floats(-5, 60), st.floats(-5, 45))
blocks = st.lists(
    st.builds(lambda top, left, tall, wide: (top, top + tall, left, left + wide),
              st.integers(0, 36), st.integers(0, 50), st.integers(1, 25), st.integers(1, 25)),
    min_size=1, max_size=7,
)  # fmt: skip
orders = st.one_of(
    st.builds(lambda angle, frontage: {"angle": angle, "frontage": frontage}, st.floats(0, 360), st.floats(3, 60)),
    st.builds(lambda line: {"path": tuple(line)}, st.lists(coordinate, min_size=2, max_size=4)),
    st.builds(
        lambda discs: {"area": tuple((*place, radius) for place, radius in discs)},
        st.lists(st.tuples(coordinate, st.floats(0.2, 12)), min_size=1, max_size=4),
    ),
)


@settings(max_examples=80, deadline=None)
@given(
    blocks,
    st.integers(0, 2**32 - 1),
    st.sampled_from(sorted(FORMATIONS)),
    coordinate,
    orders,
    st.integers(1, 400 * 2**20),
)
def test_a_target_is_exact_on_open_ground_that_can_be_reached_or_refused(walls, seed, name, centre, drawn, quanta):
    rng = np.random.default_rng(seed)
    cells = walled(*walls).open_cells
    assume(cells.any())
    capacity = np.where(rng.random(GRID) < 0.2, 0.5, 1.0) if seed % 2 else 1.0
    ground, mass = Ground(cells, capacity), quanta * QUANTUM
    pieces, count = label(cells)  # by faces: the way of the mass, independent of the code under test
    mine = pieces == rng.integers(1, count + 1)
    part = part_of(mine.astype(float), ground)
    order = Order(name, centre, **drawn)
    try:
        found = placed(order, mass, ground, part)
    except FormationError as error:
        line = str(error)
        assert any(
            words in line for words in ("no way leads there", "too little room", "no open ground was", "larger grid")
        )
        if "too little room" in line:
            assert np.where(mine, capacity, 0).sum() * 0.9 < mass
        return
    assert total(found.target) == mass
    assert (found.target >= 0).all() and (found.target / QUANTUM % 1 == 0).all()
    assert not found.target[~mine].any() and (found.target <= np.broadcast_to(capacity, GRID)).all()
    column, row = np.floor(found.slots(90)).astype(int).T
    assert mine[row, column].all() and (found.target[row, column] > 0).all()


@settings(max_examples=60, deadline=None)
@given(blocks, st.sampled_from(sorted(FORMATIONS)), coordinate, st.floats(0, 360), st.floats(20, 300))
def test_what_the_outline_cannot_hold_goes_to_what_is_nearest_by_way(walls, name, centre, angle, mass):
    ground = walled(*walls)
    order = Order(name, (min(max(centre[0], 0.0), 55.9), min(max(centre[1], 0.0), 39.9)), angle)
    at = int(order.centre[1]), int(order.centre[0])
    assume(ground.open_cells[at])
    pieces, _ = label(ground.open_cells)
    mine = pieces == pieces[at]
    assume(mine.sum() * 0.9 > mass * 2)
    part = part_of(mine.astype(float), ground)
    found = placed(order, mass, ground, part)  # never refused: it stands where the order is
    centre_row, centre_column = int(found.centre[1]), int(found.centre[0])
    assume(mine[centre_row, centre_column])
    # The box around the formation, and what of it hangs together with its middle.
    y, x = np.mgrid[: GRID[0], : GRID[1]] + 0.5
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = x - found.centre[0], y - found.centre[1]
    across, ahead = np.abs(x * cos + y * sin), np.abs(x * sin - y * cos)
    box = (across <= found.frontage / 2 + 0.5) & (ahead <= found.depth / 2 + 0.5) & mine
    pieces, _ = label(box)
    assume(box[centre_row, centre_column])
    near = pieces == pieces[centre_row, centre_column]
    away = Geodesics(ground.open_cells).distances(near)
    # How far outside of the box as the crow flies: on open ground the edge moves out evenly.
    outside = np.hypot(np.maximum(across - found.frontage / 2, 0), np.maximum(ahead - found.depth / 2, 0))
    farthest = away[found.target > 0].max()
    left = mine & (found.target < FORMATIONS[name].density * (1 - 1e-3)) & ~near
    assert (np.maximum(away, outside + 3)[left] > farthest - 4).all()


@pytest.mark.parametrize("name", ["line", "phalanx", "square", "circle"])
def test_nobody_stands_across_a_wall_that_separates(name):
    ground = walled((0, 34, 27, 29))  # a way leads round its lower end
    for x, side in ((25.0, np.s_[:, 29:]), (31.0, np.s_[:, :27])):
        target = placed(Order(name, (x, 12.0)), 120.0, ground, 0).target
        assert total(target) == 120 and total(target[side]) == 0
    # Where the way leads through the formation itself, the wall does not separate.
    gate = walled((0, 10, 27, 29), (14, 40, 27, 29))
    target = placed(Order(name, (26.0, 12.0)), 120.0, gate, 0).target
    assert total(target[:, 29:]) > 10


@pytest.mark.parametrize(("name", "angle"), [("line", 90), ("column", 0), ("line", 30), ("circle", 0), ("square", 45)])
@pytest.mark.parametrize("thick", [1, 9, 20])
def test_an_order_at_the_border_is_pushed_across_no_wall(name, angle, thick):
    order = Order(name, (24.0, 3.0), angle)
    for gap in (56, 50):  # no way leads to the other side, or one far away
        ground = walled((7, 7 + thick, 0, gap))
        for part in (part_of(np.where(np.arange(40)[:, None] < 7, ground.open_cells, 0.0), ground), None):
            found = placed(order, 100.0, ground, part)
            assert total(found.target) == total(found.target[:7]) == 100
            row, column = np.floor(found.slots(90)).astype(int).T[::-1]
            assert (found.target[row, column] > 0).all()
    near = walled((7, 7 + thick, 26, 30))  # a way as short leads past the wall: it is pushed as on open ground
    assert placed(order, 100.0, near, 0).centre == placed(order, 100.0).centre


def test_an_army_that_musters_beside_a_yard_is_not_pushed_into_it():
    ground = walled((12, 15, 20, 36), (25, 28, 20, 36), (15, 25, 20, 23), (15, 25, 33, 36))
    place = muster_place(600.0, ground)
    heap = crowd(600.0, ground)
    for part in (None, part_of(heap, ground)):
        found = placed(Order("line", place), 600.0, ground, part)
        assert total(found.target) == 600 and total(found.target[15:25, 23:33]) == 0


def test_a_line_that_is_drawn_over_a_wall_is_filled_on_both_sides_and_one_along_it_on_its_own():
    ground = walled((10, 30, 27, 29))
    over = placed(Order("line", (0, 0), path=((15, 20), (41, 20))), 120.0, ground, 0).target
    assert total(over[:, :27]) > 40 and total(over[:, 29:]) > 40
    along = placed(Order("line", (0, 0), path=((25.5, 12), (25.5, 28))), 100.0, ground, 0).target
    assert total(along[:, :27]) > 95 and not along[10:30, 29:].any()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(FORMATIONS)), st.floats(0, 360), orders)
def test_a_target_that_touches_no_closed_cell_is_the_same_to_the_bit(name, angle, drawn):
    order = Order(name, (30, 16), **{"angle": angle, **drawn})
    try:
        alone = placed(order, 60.0)
    except FormationError:
        assume(False)
    reach = np.zeros(GRID, bool)
    rows, columns = np.nonzero(alone.target)
    reach[max(rows.min() - 2, 0) : rows.max() + 3, max(columns.min() - 2, 0) : columns.max() + 3] = True
    cells = reach | (np.random.default_rng(3).random(GRID) < 0.7)
    assume(not cells.all())
    part = part_of(alone.target, Ground(cells))
    found = placed(order, 60.0, Ground(cells), part)
    if drawn.get("area"):  # how thin an army spreads depends on all open ground that was painted
        assume(found.target.max() == alone.target.max())
    assert np.array_equal(found.target, alone.target)
    assert found.centre == alone.centre and np.array_equal(found.slots(70), alone.slots(70))


def test_no_way_and_too_little_room_are_one_line_each():
    island = walled((5, 25, 20, 22), (5, 25, 40, 42), (5, 7, 20, 42), (23, 25, 20, 42))
    shore, inner = part_of(walled((0, 30, 0, 56)).open_cells.astype(float), island), (31.0, 15.0)
    for drawn in ({}, {"path": ((26, 15), (36, 15))}, {"area": ((31, 15, 5),)}):
        with pytest.raises(FormationError, match="no way leads there from where they stand"):
            placed(Order("line", inner, **drawn), 60.0, island, shore)
    # Beside the island, on its closed shore: the nearest ground is on this side.
    beside = placed(Order("line", (21.0, 15.0), 90), 60.0, island, shore).target
    assert total(beside) == 60 and not beside[7:23, 22:].any()
    inside = part_of((placed(Order("line", inner), 60.0, island).target > 0).astype(float), island)
    with pytest.raises(FormationError, match=r"too little room there: for a mass of 259\.2, and not of 300"):
        placed(Order("line", inner), 300.0, island, inside)


@pytest.mark.parametrize(("columns", "mass"), [(1, 0.5), (10, 9.0)])
def test_paint_on_a_rock_that_touches_open_ground_with_its_rim_alone_ends(columns, mass):
    pocket, beyond = np.zeros(GRID, bool), np.zeros(GRID, bool)
    pocket[12, 2 : 2 + columns] = True  # in which the army stands, and hardly has room
    beyond[:, 20:] = True
    beyond[8:14, 28:34] = False
    ground = Ground(pocket | beyond)
    paint = Order("line", (0, 0), area=((31.0, 11.0, 3.2),))
    with pytest.raises(FormationError, match="no way leads there"):
        placed(paint, mass, ground, part_of(pocket.astype(float), ground))
    around = placed(paint, mass, ground, part_of(beyond.astype(float), ground)).target
    assert total(around) == mass and not around[:, :27].any() and not around[:, 35:].any()


def test_a_target_for_which_all_that_can_be_reached_is_too_little_is_refused():
    distance = np.where(np.arange(12) < 4, 1.0, np.inf)[None]
    assert fill(distance, 4.0, np.ones((1, 12))).sum() == 4
    with pytest.raises(FormationError, match="too little room there: for a mass of 4, and not of 5"):
        fill(distance, 5.0, np.ones((1, 12)))


def test_nobody_musters_in_a_wall():
    ground = walled((10, 24, 20, 40))
    for name in ("line", "phalanx", "wedge"):
        with pytest.raises(FormationError, match="it would muster in a wall: the ground at 30, 17 is closed"):
            muster_order(Order(name, (30, 17)), FORMATIONS[name], 60.0, ground)
    for drawn, at in (({"path": ((29, 12), (29, 21))}, "29, 12"), ({"area": ((30, 22.8, 1.6),)}, "30, 22.8")):
        with pytest.raises(FormationError, match=f"it would muster in a wall: the ground at {at} is closed"):
            muster_order(Order("line", (8, 8), **drawn), FORMATIONS["line"], 200.0, ground)
    over_it = muster_order(Order("line", (8, 8), path=((12, 12), (29, 12))), FORMATIONS["line"], 60.0, ground)
    assert total(over_it.target) == 60 and not over_it.target[~ground.open_cells].any()
    around = walled((18, 21, 27, 30))  # a rock in the middle of a hollow square
    target = muster_order(Order("square", (28.5, 19.5)), FORMATIONS["square"], 150.0, around).target
    assert total(target) == 150 and not target[18:21, 27:30].any()


def test_an_army_musters_where_it_has_room():
    assert muster_place(100.0, PLAIN) == PLAIN.middle
    assert muster_place(100.0, walled((0, 2, 0, 9))) == PLAIN.middle
    ground = walled((0, 40, 24, 32), (0, 40, 0, 4))  # the middle is closed, and the right is wider
    x, y = muster_place(100.0, ground)
    assert 32 + np.sqrt(100 / np.pi) < x < 44 and y == pytest.approx(20, abs=1)  # and no farther than it has to
    heap = crowd(100.0, ground)
    assert total(heap) == 100 and total(heap[:, :32]) == 0
    with pytest.raises(FormationError, match="too little room"):
        crowd(1200.0, ground)
    assert reachable_place((3.0, 3.0), ground) == (32.5, 3.5)
    assert reachable_place((50.2, 3.0), ground) == (50.2, 3.0)


@settings(max_examples=60, deadline=None)
@given(blocks, coordinate, coordinate)
def test_the_fastest_way_keeps_to_open_ground_and_is_no_longer_than_the_cells_way(walls, start, end):
    ground = walled(*walls)
    assume(ground.open_cells.any())
    start, end = ((min(max(x, 0.01), 55.9), min(max(y, 0.01), 39.9)) for x, y in (start, end))
    pieces, _ = label(ground.open_cells)
    first, last = (int(start[1]), int(start[0])), (int(end[1]), int(end[0]))
    assume(ground.open_cells[first] and ground.open_cells[last])
    way = fastest_way(ground, start, end)
    if pieces[first] != pieces[last]:
        assert len(way) == 0
        return
    assert way[0].tolist() == list(start) and way[-1].tolist() == list(end)
    length = 0.0
    for one, other in pairwise(way):
        column, row = (one + np.linspace(0, 1, 400)[:, None] * (other - one)).astype(int).T
        assert ground.open_cells[row, column].mean() > 0.97  # a sliver of a corner may be cut
        length += np.hypot(*(other - one))
    there = np.zeros(GRID, bool)
    there[first] = True
    assert length <= Geodesics(ground.open_cells).distances(there)[last] + 2.5
    assert fastest_way(PLAIN, start, end).tolist() == [list(start), list(end)]


def test_a_body_that_is_hollow_or_in_two_stands_where_it_has_cells():
    hollow = placed(Order("square", (28, 20)), 150.0).target
    assert hollow[int(standing_place(hollow)[1]), int(standing_place(hollow)[0])] > 0
    full = placed(Order("phalanx", (28, 20)), 150.0).target
    assert standing_place(full) == pytest.approx((28, 20), abs=0.1)
