"""Small battles whose outcome each term of morale changes; durations; rally; wings; and the theory of attrition."""

from functools import cache

import numpy as np
import pytest
from melee import DOWN, LEFT, RIGHT, UP, begun, block, fought, ledger, row, without

from nca_controller.physics import Terrain

pytestmark = pytest.mark.long

SHAPE, SIDES = (40, 44), (0, 1, 0)
TERRAIN = Terrain.plain(*SHAPE)
NOBODY = np.zeros(SHAPE)
ON, BACK, ACROSS, HALT = (0.6, 0.0), (-0.6, 0.0), (0.0, 0.6), (0.0, 0.0)
LEFT_BLOCK, RIGHT_BLOCK = block(SHAPE, 20, 2, 16, 10), block(SHAPE, 20, 12, 16, 10)  # face to face
PINNED = 15.0  # seconds for which a regiment has fought when it is struck in flank or rear


def battle(masses, facing, wills, ticks=2700, *, rows=(), starts=(0,) * 3, weights=None, until=(), **given):
    missing = 3 - len(masses)
    rows = [row() if kind is None else kind for kind in (*rows, *(None,) * (3 - len(rows)))]
    mass, combat = begun(
        np.stack([*masses, *(NOBODY,) * missing]), (*facing, *(UP,) * missing), SIDES, rows
    )
    combat = combat.replace(**{name: np.asarray(value, getattr(combat, name).dtype) for name, value in given.items()})
    wills, more = (*wills, *(HALT,) * missing), {} if weights is None else {"weights": weights}
    mass, combat, course = fought(mass, combat, wills, TERRAIN, SIDES, ticks, starts=starts, until=until, **more)
    assert (sum(ledger(mass, combat)) == sum(ledger(*begun(np.stack([*masses, *(NOBODY,) * missing]), (UP,) * 3, SIDES)))).all()
    return mass, combat, course


def duel(first=None, second=None, **how):
    return battle((LEFT_BLOCK, RIGHT_BLOCK), (RIGHT, LEFT), (ON, BACK), rows=(first, second), until=(0, 1), **how)[2]


def struck(where, attacker=None, defender=None, **how):
    """Return the course in which the second, pinned by the first, is struck by the third."""
    third = {"rear": block(SHAPE, 20, 32, 16, 10), "flank": block(SHAPE, 1, 10, 10, 14)}[where]
    way = {"rear": (LEFT, BACK), "flank": (DOWN, ACROSS)}[where]
    return battle(
        (LEFT_BLOCK, RIGHT_BLOCK, third),
        (RIGHT, LEFT, way[0]),
        (ON, BACK, way[1]),
        rows=(None, defender, attacker),
        starts=(0, 0, int(30 * PINNED)),
        until=(1,),
        **how,
    )[2]


def after_contact(course):
    return course.broken(1) - course.contact(2)


@cache
def equal():
    return duel()


def test_equals_break_after_forty_to_ninety_seconds():
    assert 40 < equal().broken(0) - equal().contact(0) < 90


@pytest.mark.parametrize(
    ("where", "kind", "least", "most"),
    [("rear", "heavy-infantry", 5, 15), ("flank", "heavy-infantry", 8, 25), ("rear", "cavalry", 3, 10), ("flank", "cavalry", 3, 10)],
)
def test_a_charge_on_flank_or_rear_decides_in_seconds(where, kind, least, most):
    assert least < after_contact(struck(where, row(kind))) < most


@pytest.mark.parametrize("term", ["lost", "recent", "fatigue"])
def test_equals_hold_out_longer_without(term):
    """Losses in all, losses now, and weariness each bring the break nearer by more than a tenth."""
    assert duel(weights=without("morale", term), ticks=1800).broken(0) > 1.1 * equal().broken(0)
