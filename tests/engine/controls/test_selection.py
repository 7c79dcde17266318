"""Who is selected by a click, in a box, and in a group."""

import numpy as np
import pytest

from engine.controls.selection import Selection, standing_at, standing_in, whereabouts

MASS = np.zeros((3, 40, 60), np.float32)
MASS[0, 5:10, 5:20] = 1.0
MASS[1, 20:30, 20:40] = 1.0
MASS[2, 20:30, 20:40] = 0.4  # amid the second
MASS[2, 35, 50] = 0.05  # a thin mist
ALL = (0, 1, 2)


@pytest.mark.parametrize(
    ("place", "reach", "among", "found"),
    [
        ((10.0, 7.0), 0.75, ALL, 0),
        ((10.0, 12.0), 0.75, ALL, None),
        ((10.0, 12.0), 3.0, ALL, 0),
        ((10.0, 7.0), 0.75, (1, 2), None),
        ((30.0, 25.0), 0.75, ALL, 1),
        ((30.0, 25.0), 0.75, (0, 2), 2),
        ((50.5, 35.5), 0.75, ALL, None),
        ((59.9, 39.9), 5.0, ALL, None),
        ((0.0, 0.0), 2.0, ALL, None),
    ],
)
def test_a_click_finds_who_stands_there_most(place, reach, among, found):
    assert standing_at(MASS, place, reach, among) == found


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ((0, 0), (60, 40), ALL),
        ((60, 40), (0, 0), ALL),
        ((18, 8), (21, 21), ALL),
        ((6, 6), (7, 7), (0,)),
        ((41, 0), (60, 40), ()),
        ((25, 25), (25, 25), (1, 2)),
    ],
)
def test_a_box_holds_all_who_stand_in_it_in_part(one, other, found):
    assert standing_in(MASS, one, other, ALL) == found


def test_where_regiments_are_and_how_far_they_reach():
    middle, length = whereabouts(MASS, (0,))
    assert middle == pytest.approx((12.5, 7.5))
    assert length == 15
    middle, _ = whereabouts(MASS, (0, 1))
    assert middle == pytest.approx(((75 * 12.5 + 200 * 30) / 275, (75 * 7.5 + 200 * 25) / 275))


def test_selections_and_groups():
    some = Selection().choose((2, 0))
    assert some.regiments == (0, 2)
    assert some.choose((1,), add=True).regiments == (0, 1, 2)
    assert some.toggle(2).toggle(1).regiments == (0, 1)
    stored = some.store(4).choose((1,)).store(5)
    assert stored.recall(4).regiments == (0, 2)
    assert stored.recall(5).regiments == (1,)
    assert stored.recall(6).regiments == ()
    assert stored.store(4).recall(4).regiments == (1,)
