"""Facing: at most four degrees a tick, towards march, enemy or order; who is in combat hardly turns."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller.physics.combat import laws
from nca_controller.physics.combat.facing import carried, mean_front, rotated, towards_enemies, turned, unit

LAW = laws().facing
SIDE = np.array([0, 1])
RIGHT, LEFT, DOWN, UP = (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)
BLOCKS = (3, 5)


def fronts(*ways):
    return jnp.broadcast_to(jnp.asarray(ways, jnp.float32)[:, None, None, :], (len(ways), *BLOCKS, 2))


@jax.jit
def once(looks, held, march, fighting, pinned, broken, hostile, ordered, turn):
    return turned(looks, held, march, fighting, pinned, broken, hostile, ordered, turn, SIDE, 2, "wall", LAW)


def after(
    looks,
    ordered,
    *,
    march=(0.0, 0.0),
    fighting=False,
    pinned=False,
    broken=False,
    hostile=None,
    turn=1.0,
    ticks=1,
    held=1.0,
):
    looks = fronts(looks, RIGHT)
    known = (
        jnp.full((2, *BLOCKS), held),
        jnp.broadcast_to(jnp.asarray(march, jnp.float32), looks.shape),
        jnp.full((2, *BLOCKS), fighting),
        jnp.array([pinned] * 2),
        jnp.array([broken] * 2),
        jnp.zeros((2, *BLOCKS)) if hostile is None else hostile,
        jnp.asarray([ordered, RIGHT], jnp.float32),
        jnp.array([turn, 1.0]),
    )
    for _ in range(ticks):
        looks = once(looks, *known)
    return np.asarray(looks[0])


def angle(one, other):
    return np.degrees(np.arccos(np.clip((np.asarray(one) * np.asarray(other)).sum(axis=-1), -1, 1)))


def enemy_above():
    return jnp.zeros((2, *BLOCKS)).at[0, 0].set(30.0)


def test_a_front_turns_four_degrees_a_tick_and_arrives():
    assert angle(after(RIGHT, UP), RIGHT) == pytest.approx(4, abs=0.01)
    assert angle(after(RIGHT, UP, turn=0.25), RIGHT) == pytest.approx(1, abs=0.01)
    assert angle(after(RIGHT, UP, turn=2.0), RIGHT) == pytest.approx(4, abs=0.01)  # nobody is faster
    assert (after(RIGHT, UP, ticks=23) == np.array(UP)).all()
    assert (after(RIGHT, RIGHT, ticks=3) == np.array(RIGHT)).all()
    assert (after(RIGHT, UP, held=0.0) == np.array(RIGHT)).all()


def test_whoever_looks_the_other_way_turns_all_the_same_by_its_sides_own_sense():
    away = jnp.asarray([RIGHT, RIGHT]), jnp.asarray([LEFT, LEFT]), jnp.full(2, math.radians(4)), jnp.array([1.0, -1.0])
    two = np.asarray(rotated(*away))
    assert two[0, 0] == two[1, 0] and two[0, 1] == -two[1, 1] != 0
    assert (after(LEFT, RIGHT, ticks=46) == np.array(RIGHT)).all()


def test_who_stands_turns_to_the_enemy_that_comes_and_who_marches_looks_ahead():
    comes = {"hostile": enemy_above(), "ticks": 40}
    assert angle(after(RIGHT, RIGHT, **comes)[1:, 2], UP).max() < 0.1
    assert angle(after(RIGHT, RIGHT, march=(0.0, 0.4), **comes), DOWN).max() < 0.1
    assert (after(RIGHT, RIGHT, march=(0.0, 0.1), ticks=40) == np.array(RIGHT)).all()  # dressing the ranks is no march


def test_who_is_in_combat_hardly_turns_and_its_marching_wings_do():
    pinned = {"pinned": True, "hostile": enemy_above()}
    flank = angle(after(RIGHT, UP, fighting=True, ticks=450, **pinned)[1:], RIGHT)
    assert 0 < flank.max() < 10  # a quarter of a minute
    assert angle(after(RIGHT, RIGHT, march=(0.0, -0.4), ticks=40, **pinned), UP).max() < 0.1
    assert angle(after(RIGHT, RIGHT, march=(0.0, 0.4), fighting=True, **pinned), RIGHT).max() < 0.1


def test_the_broken_show_their_backs():
    struck = {"fighting": True, "pinned": True, "hostile": enemy_above()}
    assert angle(after(RIGHT, RIGHT, march=(-0.4, 0.0), broken=True, ticks=46, **struck), LEFT).max() < 0.1


def test_the_way_to_the_enemy_points_to_where_it_is_nearer():
    hostile = jnp.zeros((1, 5, 7)).at[0, 2, 5].set(9.0)
    way, near = (np.asarray(part) for part in towards_enemies(hostile, 2, "wall"))
    assert (way[0, 2, 3:5, 0] > 0).all() and (way[0, 2, 3:5, 1] == 0).all() and way[0, 1, 4, 1] > 0
    assert near[0, 2, 3] and not near[0, 2, 2]
    assert (way[0, 2, 5] == 0).all()


def test_soldiers_bring_their_fronts_into_empty_blocks():
    looks, held = fronts(RIGHT).at[0, 1, 2].set(jnp.asarray(UP)), jnp.zeros((1, *BLOCKS)).at[0, 1, 2].set(5.0)
    found = np.asarray(carried(looks, held, jnp.asarray([DOWN]), "wall"))
    assert (found[0, 1, 2] == np.array(UP)).all() and (found[0, 0, 1] == np.array(UP)).all()
    assert (found[0, 1, 4] == np.array(DOWN)).all()


def test_a_mean_front_is_weighed_by_mass_and_stays_where_nobody_is_left():
    looks, held = fronts(RIGHT, UP).at[0, 0].set(jnp.asarray(DOWN)), jnp.zeros((2, *BLOCKS)).at[0, 1].set(3.0)
    mean = np.asarray(mean_front(looks, held.at[0, 0].set(1.0), jnp.asarray([LEFT, LEFT]), 2.0**-20))
    np.testing.assert_allclose(mean[0], np.array((3, 1)) / math.sqrt(10), atol=1e-5)
    assert (mean[1] == np.array(LEFT)).all()


def test_no_direction_has_a_slope_and_no_nan():
    slope = jax.grad(lambda vector: unit(vector, jnp.asarray(RIGHT)).sum())(jnp.zeros(2))
    assert np.isfinite(slope).all()
