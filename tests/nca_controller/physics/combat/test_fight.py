"""A tick of combat on masses that stand: the ledger, who leaves, who is dissolved, mirrors, rows out of bounds."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melee import DOWN, LEFT, RIGHT, UP, begun, block, ledger, row
from random_battles import on_lattice

from engine.plugin import TRAITS
from nca_controller.physics import Terrain
from nca_controller.physics.combat import BROKEN, DISSOLVED, STEADY, fight
from nca_controller.physics.combat.ledger import MOST

SHAPE, SIDES = (15, 21), (0, 1, 0)
TERRAIN = Terrain.plain(*SHAPE)
FACED = block(SHAPE, 3, 4, 9, 6), block(SHAPE, 3, 11, 9, 6)
NOBODY = np.zeros(SHAPE)
FACING = (RIGHT, LEFT, DOWN)


@partial(jax.jit, static_argnames="quantum")
def stood(mass, combat, ticks, quantum=2.0**-20):
    """Return mass and combat after so many ticks in which nobody moves."""
    still = jnp.zeros((3, 15, 22), mass.dtype), jnp.zeros((3, 16, 21), mass.dtype)

    def tick(_, known):
        return fight(known[0], known[0], *still, known[1], known[1].conduct, TERRAIN, SIDES, quantum)

    return jax.lax.fori_loop(0, ticks, tick, (mass, combat))


def battle(*masses, facing=FACING, rows=None, **given):
    mass, combat = begun(np.stack(masses), facing, SIDES, rows)
    return mass, combat.replace(
        **{name: jnp.asarray(value, getattr(combat, name).dtype) for name, value in given.items()}
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_ledger_is_exact_whatever_stands_where(seed):
    rng = np.random.default_rng(seed)
    share = rng.random((3, *SHAPE)) ** rng.choice([0.1, 1.0, 8.0]) * (rng.random((3, *SHAPE)) < rng.choice([0.2, 1]))
    mass, combat = battle(
        *(share / np.maximum(share.sum(axis=0), 1)),
        rows=[list(rng.choice([0.0, 0.5, 1.0, 7.0], len(TRAITS))) for _ in SIDES],
        condition=rng.integers(0, 4, 3),
        impetus=rng.random(3),
        fatigue=rng.random(3),
        fallen=rng.choice([0, MOST - 3, MOST], (3, *SHAPE)),
        fled=rng.choice([0, MOST - 3, MOST], (3, *SHAPE)),
    )
    mustered = sum(ledger(mass, combat))
    mass, combat = stood(mass, combat, 5)
    assert (sum(ledger(mass, combat)) == mustered).all()
    mass = np.asarray(mass)
    assert mass.min() >= 0 and (mass == on_lattice(mass)).all()
    assert np.asarray(combat.fallen).max() <= MOST and np.asarray(combat.fled).max() <= MOST
    for number in (combat.morale, combat.fatigue, combat.engaged, combat.impetus, combat.facing, combat.fronts):
        assert np.isfinite(number).all()
    np.testing.assert_allclose(np.hypot(*np.moveaxis(np.asarray(combat.fronts), -1, 0)), 1, atol=1e-5)


def test_equals_lose_alike_and_far_from_the_enemy_nobody_does():
    mass, combat = stood(*battle(*FACED, NOBODY), 30)
    fallen = ledger(mass, combat)[1]
    assert fallen[0] == fallen[1] > 0
    apart = battle(block(SHAPE, 3, 0, 9, 4), block(SHAPE, 3, 17, 9, 4), NOBODY)
    mass, combat = stood(*apart, 30)
    assert (mass == apart[0]).all() and not np.asarray(combat.fallen).any()


def test_mirrored_battles_mirror_to_the_bit():
    """Left and right, sides swapped, and up and down."""
    rng = np.random.default_rng(5)
    left = on_lattice(rng.random(SHAPE) * 0.4 * (rng.random(SHAPE) < 0.7))
    slanted = np.array([(0.6, 0.8), (-0.6, 0.8), UP])
    mass, combat = stood(*battle(left, left[:, ::-1], NOBODY, facing=slanted), 40)
    assert ledger(mass, combat)[1][0] > 2**20
    assert (mass[0] == mass[1][:, ::-1]).all() and (combat.fallen[0] == combat.fallen[1][:, ::-1]).all()
    assert combat.morale[0] == combat.morale[1] and combat.fatigue[0] == combat.fatigue[1]
    slanted[1] = (0.6, -0.8)
    mass, combat = stood(*battle(left, left[::-1], NOBODY, facing=slanted), 40)
    assert (mass[0] == mass[1][::-1]).all() and combat.morale[0] == combat.morale[1]


@pytest.mark.parametrize(("facing", "factor"), [(LEFT, 1.0), (UP, 1.75), (RIGHT, 2.5)])
def test_blows_from_the_side_and_the_rear_cost_more(facing, factor):
    """Of a regiment that is struck from its left and has just begun to turn."""
    losses = []
    for now in (LEFT, facing):
        mass, combat = battle(*FACED, NOBODY, facing=(RIGHT, now, DOWN), rows=[row(), row(turn=0.0), row()])
        losses.append(ledger(*stood(mass, combat, 3))[1][1])
    assert losses[1] / losses[0] == pytest.approx(factor, rel=0.03)


@pytest.mark.parametrize(
    ("trait", "value", "who", "factor"),
    [
        ("attack", 2.0, 1, 2.0),
        ("defence", 2.0, 0, 0.5),
        ("strike_front", 0.5, 1, 0.5),
        ("harm_front", 0.8, 0, 0.8),
        ("attack", 0.0, 1, 0.0),
    ],
)
def test_traits_are_factors_of_losses(trait, value, who, factor):
    losses = []
    for its in (row(), row(**{trait: value})):
        losses.append(ledger(*stood(*battle(*FACED, NOBODY, rows=[its, row(), row()]), 3))[1][who])
    assert losses[1] == pytest.approx(factor * losses[0], rel=0.03)


def test_a_charge_adds_to_blows_and_a_brace_returns_it():
    def losses(impetus, brace):
        rows = [row(charge=2.0), row(brace=brace), row()]
        return ledger(*stood(*battle(*FACED, NOBODY, rows=rows, impetus=[impetus, 0, 0]), 1))[1]

    still, charged, braced = losses(0, 0), losses(0.6, 0), losses(0.6, 1)
    assert charged[1] == pytest.approx(3 * still[1], rel=0.03) and charged[0] == still[0]
    assert braced[1] == pytest.approx(still[1], rel=0.03) and braced[0] > 2 * still[0]


@pytest.mark.parametrize("impetus", [0.0, 0.6])
@pytest.mark.parametrize("now", [RIGHT, UP])
def test_a_handful_in_the_rear_or_on_the_flank_shakes_little_of_what_as_many_as_it_do(now, impetus):
    """Of a regiment that is struck from its left: by a twenty-seventh of its number, and by an equal."""
    shaken = []
    for attackers in (block(SHAPE, 6, 9, 2, 1), FACED[0]):
        how = {"facing": (RIGHT, now, DOWN), "rows": [row(), row(turn=0.0), row()], "impetus": [impetus, 0, 0]}
        _, combat = stood(*battle(attackers, FACED[1], NOBODY, **how), 60)
        shaken.append(1 - float(combat.morale[1]))
    assert 0 < shaken[0] < shaken[1] / 10, shaken


def test_the_weak_strike_weaker_and_the_broken_not_at_all():
    def lost_by_the_other(**given):
        return ledger(*stood(*battle(*FACED, NOBODY, **given), 1))[1][1]

    fresh = lost_by_the_other()
    assert lost_by_the_other(condition=[1, 0, 0], morale=[0.45, 1, 1]) == pytest.approx(0.7 * fresh, rel=0.02)
    assert lost_by_the_other(fatigue=[1, 0, 0]) == pytest.approx(0.7 * fresh, rel=0.02)
    assert lost_by_the_other(condition=[BROKEN, 0, 0]) == 0


def test_the_broken_leave_by_the_border_and_are_counted_there():
    edge = block(SHAPE, 0, 3, 5, 5)
    mass, combat = battle(edge, NOBODY, NOBODY, condition=[BROKEN, 0, 0], morale=[0.1, 1, 1])
    after, combat = stood(mass, combat, 1)
    assert not np.asarray(after)[0, 0].any() and (after[0, 1:] == mass[0, 1:]).all()
    assert (np.asarray(combat.fled)[0, 0] * 2.0**-20 == mass[0, 0]).all()


def test_less_than_half_a_soldier_is_dissolved():
    few = block(SHAPE, 3, 4, 1, 1, 0.2)
    mass, combat = stood(*battle(few, FACED[1], NOBODY), 1)
    assert combat.condition[0] == DISSOLVED and combat.condition[1] == STEADY
    assert not np.asarray(mass)[0].any()
    _, fallen, fled = ledger(mass, combat)
    assert fallen[0] + fled[0] == int(0.2 * 2**20) and fled[0] > 0


@pytest.mark.parametrize("value", [-3.0, 0.0])
def test_a_negative_or_empty_row_gives_no_nan(value):
    rows = [[value] * len(TRAITS), row(), [value] * len(TRAITS)]
    mass, combat = stood(*battle(*FACED, NOBODY, rows=rows, impetus=[1, 1, 1]), 5)
    for number in jax.tree.leaves((mass, combat)):
        assert np.isfinite(np.asarray(number, np.float64)).all()
    assert (np.asarray(combat.fallen) >= 0).all()
