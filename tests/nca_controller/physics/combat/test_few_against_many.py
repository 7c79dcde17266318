"""A handful in the rear, or all around, is beaten off by a regiment that an equal breaks from there."""

from functools import cache

import numpy as np
import pytest
from melee import DOWN, LEFT, UP, begun, block, fought, ledger, row

from nca_controller.physics import Terrain
from nca_controller.physics.combat import WAVERING, laws

pytestmark = pytest.mark.long

SHAPE, SIDES = (40, 44), (0, 1, 1)
TERRAIN = Terrain.plain(*SHAPE)
NOBODY, HALT = np.zeros(SHAPE), (0.0, 0.0)
BODY = block(SHAPE, 10, 10, 20, 12)  # looks left, and turns to nobody
REAR = {
    "tenth": block(SHAPE, 16, 30, 8, 3),
    "sixth": block(SHAPE, 15, 30, 10, 4),
    "equal": block(SHAPE, 10, 30, 20, 12),
}
ABOVE, BELOW = block(SHAPE, 1, 13, 2, 6), block(SHAPE, 37, 13, 2, 6)  # a tenth together
TRIED = {"condition": [WAVERING, 0, 0], "morale": [0.45, 1.0, 1.0], "grief": [0.08, 0.0, 0.0]}
LAW = laws().morale


def struck(masses, facing, wills, kind="heavy-infantry", **state):
    """Return the course of a battle in which a regiment stands, and others charge it, until it or the second breaks."""
    mass, combat = begun(np.stack([BODY, *masses]), (LEFT, *facing), SIDES, [row(turn=0.0), row(kind), row(kind)])
    combat = combat.replace(**{name: np.asarray(value, getattr(combat, name).dtype) for name, value in state.items()})
    whole = sum(ledger(mass, combat))
    mass, combat, course = fought(mass, combat, (HALT, *wills), TERRAIN, SIDES, 1800, until=(0, 1))
    assert (sum(ledger(mass, combat)) == whole).all()
    return course


@cache
def in_the_rear(number, kind="heavy-infantry", tried=False):
    state = TRIED if tried else {}
    return struck((REAR[number], NOBODY), (LEFT, UP), ((-0.6, 0.0), HALT), kind, **state)


@cache
def on_both_flanks(tried=False):
    return struck((ABOVE, BELOW), (DOWN, UP), ((0.0, 0.6), (0.0, -0.6)), **(TRIED if tried else {}))


@pytest.mark.parametrize("kind", ["heavy-infantry", "cavalry"])
@pytest.mark.parametrize("number", ["tenth", "sixth"])
def test_a_few_in_the_rear_break_and_the_regiment_does_not_even_waver(number, kind):
    course = in_the_rear(number, kind)
    assert course.broken(1) < course.broken(0) == np.inf
    assert course.morale[:, 0].min() > LAW.wavers, course.morale[:, 0].min()


@pytest.mark.parametrize("kind", ["heavy-infantry", "cavalry"])
def test_a_few_in_the_rear_do_not_break_who_wavers(kind):
    course = in_the_rear("tenth", kind, tried=True)
    assert course.broken(1) < course.broken(0) == np.inf, course.morale[:, 0].min()
    assert course.morale[-1, 0] > course.morale[:, 0].min() + 0.01, "it recovers while it beats them off"


@pytest.mark.parametrize(("kind", "soonest", "latest"), [("heavy-infantry", 5, 15), ("cavalry", 3, 10)])
def test_as_many_in_the_rear_break_it_soon_and_who_wavers_sooner(kind, soonest, latest):
    fresh, tried = (in_the_rear("equal", kind, tried) for tried in (False, True))
    assert soonest < fresh.broken(0) - fresh.contact(0) < latest
    assert tried.broken(0) < fresh.broken(0) / 2


def test_a_few_on_both_flanks_do_not_break_it_either():
    fresh, tried = on_both_flanks(), on_both_flanks(tried=True)
    assert fresh.morale[:, 0].min() > LAW.wavers, fresh.morale[:, 0].min()
    assert tried.broken(0) == np.inf, tried.morale[:, 0].min()
    assert tried.morale[-1, 0] > tried.morale[:, 0].min() + 0.01
