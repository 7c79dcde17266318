"""From what is shown with the mouse to orders: laws that hold for any army and any drag."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.orders.deployment import (
    GAP,
    LEEWAY,
    Chosen,
    along_front,
    along_path,
    brush_discs,
    moved_to,
    over_area,
    reformed,
    shifted,
    straightened,
    wheeled,
)
from engine.orders.order import Order

places = st.tuples(st.floats(0, 200), st.floats(0, 120))
masses = st.floats(10, 500)
angles = st.floats(-360, 360)
orders = st.builds(Order, st.sampled_from(["line", "wedge"]), places, angles, st.none() | st.floats(2, 60))
armies = st.lists(st.tuples(masses, orders), min_size=1, max_size=8).map(
    lambda army: [Chosen(regiment, *one) for regiment, one in enumerate(army)]
)


def nothing(regiment, order):
    """A regiment without depth."""
    return 0.0


def ends(order):
    """Return the flanks of an order's front."""
    across = np.array([math.cos(math.radians(order.angle)), math.sin(math.radians(order.angle))])
    return [np.array(order.centre) + side * order.frontage / 2 * across for side in (-1, 1)]


@settings(deadline=None)
@given(armies, places, places)
def test_all_stand_on_the_line_side_by_side_in_proportion_to_their_mass(army, first, last):
    length = math.dist(first, last)
    if length < 5:
        return
    given_orders = along_front(army, first, last, nothing)
    assert [regiment for regiment, _ in given_orders] == [one.regiment for one in army]
    shares = [order.frontage / one.mass for one, (_, order) in zip(army, given_orders, strict=True)]
    assert np.allclose(shares, shares[0])
    along = (np.array(last) - first) / length
    stretches = sorted([float((end - first) @ along) for end in ends(order)] for _, order in given_orders)
    assert stretches[0][0] == pytest.approx(0, abs=1e-6)
    assert stretches[-1][1] == pytest.approx(length)
    gaps = [after[0] - before[1] for before, after in pairwise(stretches)]
    assert all(0 < gap <= GAP + 1e-6 for gap in gaps)
    assert [order.formation for _, order in given_orders] == [one.order.formation for one in army]


@settings(deadline=None)
@given(armies, places, places)
def test_nobody_crosses_anothers_way_to_the_line(army, first, last):
    if math.dist(first, last) < 5:
        return
    along = np.array(last) - first
    now = [float(along @ one.order.centre) for one in army]
    then = [float(along @ order.centre) for _, order in along_front(army, first, last, nothing)]
    for one in range(len(army)):
        for other in range(one):
            if abs(now[one] - now[other]) > 1e-6:
                assert (now[one] < now[other]) == (then[one] < then[other])


@settings(deadline=None)
@example((0.0, 0.0), 5.0, 360.0, 1.0)  # just below 0 degrees
@given(places, st.floats(5, 60), angles, st.floats(1, 30))
def test_the_first_rank_stands_on_the_line_and_the_others_behind_it(first, length, angle, deep):
    across = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    last = np.array(first) + length * across
    ((_, order),) = along_front([Chosen(0, 100.0, Order("line", (0.0, 0.0)))], first, tuple(last), lambda r, o: deep)
    front = np.array([math.sin(math.radians(order.angle)), -math.cos(math.radians(order.angle))])
    assert np.allclose(np.array(order.centre) + deep / 2 * front, (np.array(first) + last) / 2)
    assert np.allclose(front, (across[1], -across[0]))  # to the left of the hand that drew it
    assert 0 <= order.angle < 360


@settings(deadline=None)
@given(armies, places)
def test_all_come_to_a_place_as_they_stand_to_each_other(army, place):
    given_orders = moved_to(army, place)
    middle = np.average([order.centre for _, order in given_orders], axis=0, weights=[one.mass for one in army])
    assert np.allclose(middle, place)
    ways = [np.subtract(order.centre, one.order.centre) for one, (_, order) in zip(army, given_orders, strict=True)]
    assert np.allclose(ways, ways[0])
    assert all(order.angle == one.order.angle for one, (_, order) in zip(army, given_orders, strict=True))


@settings(deadline=None)
@given(armies, angles)
def test_a_wheel_keeps_middle_and_distances_and_turning_back_undoes_it(army, degrees):
    turned = wheeled(army, degrees)
    weights = [one.mass for one in army]
    before = np.array([one.order.centre for one in army])
    after = np.array([order.centre for _, order in turned])
    assert np.allclose(np.average(before, axis=0, weights=weights), np.average(after, axis=0, weights=weights))
    spread = np.linalg.norm(before - before[:1], axis=1)
    assert np.allclose(np.linalg.norm(after - after[:1], axis=1), spread, atol=1e-6)
    back = wheeled([Chosen(r, weights[r], order) for r, order in turned], -degrees)
    assert np.allclose([order.centre for _, order in back], before, atol=1e-6)


@settings(deadline=None)
@given(armies, places)
def test_what_was_drawn_by_hand_goes_along(army, way):
    line = ((1.0, 2.0), (3.0, 5.0))
    hand = [Chosen(one.regiment, one.mass, Order("line", (2.0, 3.5), path=line)) for one in army]
    for _, order in shifted(hand, *way):
        assert np.allclose(order.path, np.add(line, way))
    for _, order in reformed(hand, "wedge"):
        assert order == Order("wedge", (2.0, 3.5))


lines = st.lists(places, min_size=2, max_size=40).filter(
    lambda line: sum(math.dist(*pair) for pair in pairwise(line)) > 5
)


@settings(deadline=None)
@given(armies, lines)
def test_a_line_drawn_by_hand_is_shared_in_proportion_to_mass(army, line):
    given_orders = along_path(army, line)
    lengths = [sum(math.dist(*pair) for pair in pairwise(order.path)) for _, order in given_orders]
    shares = [length / one.mass for length, one in zip(lengths, army, strict=True)]
    assert np.allclose(shares, shares[0])
    whole = sum(math.dist(*pair) for pair in pairwise(straightened(line)))
    assert sum(lengths) >= 0.74 * whole
    assert sum(lengths) == pytest.approx(whole - min(GAP, 0.25 * whole / len(army)) * (len(army) - 1))


@settings(deadline=None)
@given(lines)
def test_a_straightened_line_keeps_its_ends_and_stays_near(line):
    kept = straightened(line)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    assert set(kept) <= set(line)
    for x, y in line:
        assert min(away((x, y), *pair) for pair in pairwise(kept)) <= LEEWAY + 1e-6


def away(point, begin, end):
    """Return how far a point lies from a stretch."""
    way, there = np.subtract(end, begin), np.subtract(point, begin)
    share = np.clip(there @ way / max(way @ way, 1e-12), 0, 1)
    return float(np.linalg.norm(there - share * way))


@settings(deadline=None)
@given(lines, st.floats(1, 20))
def test_a_brush_leaves_no_gap_where_it_was_led(line, radius):
    discs = brush_discs(line, radius)
    centres = np.array([disc[:2] for disc in discs])
    for x, y in line:
        assert np.linalg.norm(centres - (x, y), axis=1).min() <= radius / 2 + 1e-6
    assert all(math.dist(one[:2], other[:2]) <= radius for one, other in pairwise(discs))
    assert {disc[2] for disc in discs} == {radius}


@settings(max_examples=8, deadline=None)
@given(armies, lines, st.floats(2, 8))
def test_a_painting_is_shared_in_proportion_to_mass_and_no_cell_twice(army, line, radius):
    discs = brush_discs(line, radius)
    given_orders = over_area(army, discs)
    assert [regiment for regiment, _ in given_orders] == [one.regiment for one in army]
    parts = [order.area for _, order in given_orders]
    if len(army) == 1:
        assert parts[0] == discs
        return
    areas = [sum(math.pi * reach**2 for _, _, reach in part) for part in parts]
    total, mass = sum(areas), sum(one.mass for one in army)
    assert total >= mass - 1
    assert all(abs(area - total * one.mass / mass) <= 1 + 1e-6 for area, one in zip(areas, army, strict=True))
    owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    places, reaches = np.split(np.concatenate(parts), [2], axis=1)
    apart = np.linalg.norm(places[:, None] - places, axis=-1) - reaches - reaches.T
    # At the cuts blocks of neighbours touch, and no more.
    assert (apart[owner[:, None] != owner] > -1.5).all()


def test_a_small_spot_is_wide_enough_for_several():
    army = [Chosen(regiment, 100.0, Order("line", (50.0 + regiment, 50.0))) for regiment in range(3)]
    given_orders = over_area(army, ((60.0, 40.0, 3.0),))
    centres = sorted(order.centre for _, order in given_orders)
    assert np.allclose(np.mean(centres, axis=0), (60, 40), atol=0.3)
    assert all(math.dist(*pair) > 4 for pair in pairwise(centres))
