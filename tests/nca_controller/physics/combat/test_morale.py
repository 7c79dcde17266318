"""Morale and fatigue by themselves: what each term weighs, how fast moods change, and which conditions follow."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from melee import row

from nca_controller.physics.combat import BROKEN, DISSOLVED, STEADY, WAVERING, laws
from nca_controller.physics.combat.fatigue import slowed, tired, weakened
from nca_controller.physics.combat.morale import Plight, dismay, grave, judged, spirit, swayed
from nca_controller.physics.combat.state import Traits

LAW = laws().morale
NONE = Plight(*(jnp.zeros(1),) * len(Plight._fields))


def left_by(nerve=1.0, **plight):
    """Return what is left of morale, in the long run, by so much of a plight."""
    return float(spirit(NONE._replace(**{name: jnp.array([value]) for name, value in plight.items()}), nerve, LAW)[0])


@pytest.mark.parametrize(
    ("plight", "weight"),
    [
        ({"lost": 0.1}, 0.1 * LAW.lost),
        ({"recent": LAW.recent_rate}, LAW.recent),
        ({"recent": 9 * LAW.recent_rate}, 2 * LAW.recent),
        ({"beside": 0.5}, 0.5 * LAW.flank),
        ({"behind": 0.5}, 0.5 * LAW.rear),
        ({"surrounded": 0.5}, 0.5 * LAW.surrounded),
        ({"charged": 0.5}, 0.5 * LAW.charged),
        ({"fatigue": 1.0}, LAW.fatigue),
        ({"lost": 0.1, "covered": 1.0}, 0.1 * LAW.lost - LAW.covered),
    ],
)  # fmt: skip
def test_each_term_weighs_what_it_says_and_nerve_divides_it(plight, weight):
    assert left_by(**plight) == pytest.approx(1 - weight, abs=1e-6)
    assert left_by(nerve=2.0, **plight) == pytest.approx(1 - weight / 2, abs=1e-6)


@pytest.mark.parametrize(("rate", "found"), [(0, 0.0), (1 / 3, 0.1), (1, 0.5), (3, 0.9), (1e4, 1.0)])
def test_blows_are_the_graver_the_more_of_those_who_stand_fall_by_them(rate, found):
    rates = jnp.array([rate * LAW.grave])
    assert float(grave(rates, LAW)[0]) == pytest.approx(found, abs=1e-6)
    slope = float(jax.grad(lambda rates: grave(rates, LAW).sum())(rates)[0])
    assert slope == pytest.approx(2 * found * (1 - found) / (rate * LAW.grave) if rate else 0, rel=1e-4, abs=1e-6)


def test_directions_are_as_exposed_as_a_line_where_they_are_as_weak():
    line, square, doubly = row(), row(harm_side=1.0, harm_rear=1.0), row(harm_side=2.5, harm_rear=5.5)
    exposed = Traits.of_rows(np.array([line, square, doubly])).exposed(laws().losses)
    np.testing.assert_allclose(exposed, [[0, 1, 1], [0, 0, 0], [0, 2, 2]], atol=1e-6)


def test_a_charge_shakes_even_those_in_the_worst_plight_and_friends_lift_nobody_above_one():
    assert left_by(lost=1.0) == LAW.worst
    assert left_by(lost=1.0, charged=0.5) == pytest.approx(LAW.worst - 0.5 * LAW.charged)
    assert left_by(covered=1.0) == 1


def test_morale_falls_fast_recovers_slowly_and_faster_at_rest():
    def change(morale, goal, rests):
        return float(swayed(jnp.array([morale]), jnp.array([goal]), jnp.array([rests]), LAW)[0]) - morale

    assert change(0.9, 0.4, 0.0) == pytest.approx(-0.5 / LAW.falls / 30, rel=1e-3)
    assert change(0.4, 0.9, 0.0) == pytest.approx(0.5 / LAW.recovers / 30, rel=1e-3)
    assert change(0.4, 0.9, 1.0) == pytest.approx(0.5 / LAW.recovers / 30 * (1 + LAW.rest), rel=1e-3)
    assert change(0.01, -30.0, 0.0) == pytest.approx(-0.01)


@pytest.mark.parametrize(
    ("before", "morale", "calm", "gone", "after"),
    [
        (STEADY, 0.9, 0, False, STEADY),
        (STEADY, 0.45, 0, False, WAVERING),
        (WAVERING, 0.55, 0, False, STEADY),
        (WAVERING, 0.29, 0, False, BROKEN),
        (STEADY, 0.29, 9999, False, BROKEN),
        (BROKEN, 0.45, 9999, False, BROKEN),
        (BROKEN, 0.55, 30, False, BROKEN),
        (BROKEN, 0.55, 601, False, STEADY),
        (BROKEN, 0.9, 601, True, DISSOLVED),
        (DISSOLVED, 1.0, 9999, False, DISSOLVED),
    ],
)  # fmt: skip
def test_conditions_follow_from_morale(before, morale, calm, gone, after):
    found = judged(jnp.array([before], jnp.int8), jnp.array([morale]), jnp.array([calm]), jnp.array([gone]), LAW)
    assert found.dtype == jnp.int8 and int(found[0]) == after


def test_friends_who_break_beside_dismay_and_enemies_do_not():
    places = jnp.array([[0.0, 0.0], [LAW.rout_metres, 0.0], [0.0, 1.0], [0.0, 0.0]])
    friends = jnp.array([[False, True, True, False]] * 4).at[0, 0].set(False)
    found = np.asarray(dismay(jnp.array([False, True, False, True]), places, friends, LAW))
    assert found[0] == pytest.approx(LAW.rout / np.e, rel=1e-3)  # from the second alone


def test_running_and_fighting_tire_and_rest_restores():
    traits, law = Traits.of_rows([row()]), laws().fatigue

    def after(fatigue, speed, engaged, seconds):
        known = jnp.array([fatigue])
        for _ in range(seconds * 30):
            known = tired(known, jnp.array([speed]), jnp.array([engaged]), traits, law)
        return float(known[0])

    assert after(0.0, 0.4, 0.0, 10) == pytest.approx(0, abs=1e-4)  # a march at a walk
    assert after(0.0, 0.6, 0.0, 10) == pytest.approx(1 - np.exp(-10 / law.run), rel=0.01)
    assert after(0.0, 0.0, 1.0, 10) == pytest.approx(1 - np.exp(-10 / law.fight), rel=0.01)
    assert after(0.5, 0.0, 0.0, 10) == pytest.approx(0.5 * np.exp(-10 / law.rest), rel=0.01)
    assert float(slowed(1.0, law)) == 1 - law.slows and float(weakened(0.5, law)) == law.weakens / 2
