"""Small battles, one for each term of morale, whose outcome that term changes; and rally."""

import numpy as np
import pytest
from melee import DOWN, LEFT, RIGHT, UP, begun, block, fought, ledger, row, without

from nca_controller.physics import Terrain
from nca_controller.physics.combat import BROKEN, STEADY

pytestmark = pytest.mark.long

SHAPE, SIDES = (40, 44), (0, 1, 0)
TERRAIN = Terrain.plain(*SHAPE)
ON, BACK, ACROSS, HALT = (0.6, 0.0), (-0.6, 0.0), (0.0, 0.6), (0.0, 0.0)
HERE, THERE = block(SHAPE, 12, 2, 16, 10), block(SHAPE, 12, 12, 16, 10)  # face to face
FIRM = row(nerve=2.0)  # so that nothing but the blows decides


def battle(masses, facing, wills, *, rows=(), starts=(0, 0, 0), seconds=60, weights=None, until=(), **state):
    """Return the course of a battle of up to three regiments, two of them on one side."""
    missing = 3 - len(masses)
    rows = [*rows, *[row()] * (3 - len(rows))]
    mustered = np.stack([*masses, *[np.zeros(SHAPE)] * missing])
    mass, combat = begun(mustered, (*facing, *[UP] * missing), SIDES, rows)
    combat = combat.replace(**{name: np.asarray(value, getattr(combat, name).dtype) for name, value in state.items()})
    how = {"starts": starts, "until": until} | ({"weights": weights} if weights else {})
    wills, whole = (*wills, *[HALT] * missing), sum(ledger(mass, combat))
    mass, combat, course = fought(mass, combat, wills, TERRAIN, SIDES, 30 * seconds, **how)
    assert (sum(ledger(mass, combat)) == whole).all()
    return course


def duel(weights=None, **how):
    return battle((HERE, THERE), (RIGHT, LEFT), (ON, BACK), until=(0, 1), weights=weights, **how)


def tired(weights=None):
    return duel(weights, fatigue=[0.7, 0.7, 0.0])


def on_the_flank(weights=None):
    """The second, pinned by the first, is struck by the third on its flank alone."""
    third = block(SHAPE, 0, 12, 11, 9)
    rows, starts = (FIRM, FIRM, row(charge=0.0, nerve=9.0)), (0, 0, 200)
    masses, facing, wills = (HERE, THERE, third), (RIGHT, LEFT, DOWN), (ON, BACK, ACROSS)
    return battle(masses, facing, wills, rows=rows, starts=starts, until=(1,), weights=weights)


def in_the_rear(weights=None, **traits):
    rows, starts = (FIRM, row(nerve=2.0, **traits), row(charge=0.0)), (0, 0, 200)
    masses, facing, wills = (HERE, THERE, block(SHAPE, 12, 32, 16, 10)), (RIGHT, LEFT, LEFT), (ON, BACK, BACK)
    return battle(masses, facing, wills, rows=rows, starts=starts, until=(1,), weights=weights)


def a_square_in_the_rear(weights=None):
    return in_the_rear(weights, harm_side=1.0, harm_rear=1.0)


def ridden_down(weights=None):
    """Cavalry comes at those who have no brace."""
    masses, rows = (block(SHAPE, 12, 1, 16, 10), block(SHAPE, 12, 28, 16, 10)), (row("cavalry"), row(brace=0.0))
    return battle(masses, (RIGHT, LEFT), ((1.0, 0.0), HALT), rows=rows, until=(0, 1), weights=weights)


def uncovered_enemy(weights=None):
    """Equals fight; the first has friends at its flanks, who are too far behind the front to strike."""
    friends = block(SHAPE, 0, 2, 12, 5) + block(SHAPE, 28, 2, 12, 5)
    masses, facing, wills = (HERE, THERE, friends), (RIGHT, LEFT, RIGHT), (ON, BACK, HALT)
    return battle(masses, facing, wills, until=(0, 1), weights=weights)


def beside_the_fainthearted(weights=None):
    """The first and the third stand side by side against a long line; the first is soon lost."""
    masses = block(SHAPE, 3, 4, 16, 10), block(SHAPE, 3, 14, 32, 10), block(SHAPE, 19, 4, 16, 10)
    rows, wills = (row(nerve=0.6), row(), row()), (ON, BACK, ON)
    return battle(masses, (RIGHT, LEFT, RIGHT), wills, rows=rows, until=(1, 2), weights=weights)


def left_alone(weights=None):
    """A regiment has just broken, and nobody follows."""
    state = {"condition": [BROKEN, STEADY, STEADY], "morale": [0.2, 1.0, 1.0], "grief": [0.3, 0.0, 0.0]}
    return battle((HERE,), (RIGHT,), (HALT,), weights=weights, **state)


def rally(course):
    """Return the seconds after which a broken regiment has rallied."""
    return np.flatnonzero(course.condition[:, 0] < BROKEN)[0] / 30


@pytest.mark.parametrize(
    ("term", "fight", "who", "seconds"),
    [
        ("lost", duel, 0, 45),
        ("recent", duel, 0, 33),
        ("fatigue", tired, 0, 32),
        ("flank", on_the_flank, 1, 34),
        ("rear", in_the_rear, 1, 24.5),
        ("surrounded", a_square_in_the_rear, 1, 31.5),
        ("charged", ridden_down, 1, 26),
        ("rout", beside_the_fainthearted, 2, 24),
    ],
)
def test_within_that_time_a_regiment_breaks_only_by_that_term(term, fight, who, seconds):
    with_it, without_it = fight().broken(who), fight(without("morale", term)).broken(who)
    assert with_it < seconds < without_it, (with_it, without_it)


def test_friends_at_the_flanks_decide_between_equals():
    covered, alone = uncovered_enemy(), uncovered_enemy(without("morale", "covered"))
    assert covered.broken(1) < covered.broken(0), (covered.broken(0), covered.broken(1))
    assert abs(alone.broken(0) - alone.broken(1)) < 0.5, (alone.broken(0), alone.broken(1))


def test_who_breaks_rallies_in_twenty_to_forty_seconds_and_sooner_for_rest():
    with_it, without_it = rally(left_alone()), rally(left_alone(without("morale", "rest")))
    assert 20 < with_it < without_it - 5 and with_it < 40, (with_it, without_it)
