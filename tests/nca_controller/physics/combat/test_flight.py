"""Ways off the field: the fastest, round walls, on slow ground slower, away from the enemy; and where there is none."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from melee import begun, block

from engine.fields.geodesics import Geodesics
from nca_controller.physics import Terrain
from nca_controller.physics.combat import BROKEN, flee, laws
from nca_controller.physics.combat.flight import FAR, arrival, borders, hardship, planned

SHAPE = (18, 26)
SIDES = (0, 1)
LAW = laws().flight
FACING = ((1.0, 0.0), (-1.0, 0.0))

times = jax.jit(lambda hard, goals: arrival(hard, goals, LAW))


@partial(jax.jit, static_argnames="sides")
def run(mass, combat, terrain, sides=SIDES):
    """Return the velocities of regiments that stood, once ways have been found."""
    escape, age = planned(mass, combat.condition, jnp.array(True), combat, terrain, sides)
    combat = combat.replace(escape=escape, escape_age=age)
    return flee(jnp.zeros((*mass.shape, 2)), mass, combat, terrain, sides), escape


def fled(terrain, *masses, broken=(True, False)):
    mass, combat = begun(np.stack(masses), FACING, SIDES)
    condition = jnp.where(jnp.array(broken), BROKEN, 0).astype(combat.condition.dtype)
    velocity, escape = run(mass, combat.replace(condition=condition), terrain)
    return np.asarray(velocity), np.asarray(escape)


def walled():
    """Return a ground shut in but for a gate on the right, with a wall before it."""
    open_cells = np.zeros(SHAPE, bool)
    open_cells[1:-1, 1:-1] = True
    open_cells[8, -1] = True
    open_cells[2:16, 18] = False
    return open_cells


def test_times_are_shortest_ways_through_any_walls():
    rng = np.random.default_rng(2)
    for open_cells in (np.ones(SHAPE, bool), walled(), rng.random(SHAPE) < 0.7):
        goals = np.asarray(borders(Terrain(open_cells)))
        hard = np.where(open_cells, 1.0, FAR).astype(np.float32)[None]
        found = np.asarray(times(hard, goals))[0]
        expected = Geodesics(open_cells).distances(goals) + 0.5
        reached = np.isfinite(expected)
        np.testing.assert_allclose(found[reached], expected[reached], rtol=1e-4)
        assert (found[~reached] >= FAR).all()


def test_slow_ground_and_the_enemy_make_ways_longer():
    slow = np.ones(SHAPE)
    slow[:, :9] = 0.25
    enemy = block(SHAPE, 5, 20, 8, 4)
    mass = jnp.asarray(np.stack([np.zeros(SHAPE), enemy]), jnp.float32)
    hard = np.asarray(
        hardship(mass, jnp.array([True, True]), Terrain(np.ones(SHAPE, bool), slow), np.array([0, 1]), 2, 1.0, LAW)
    )
    assert hard[1, 9, 2] == 4 and hard[1, 9, 12] == 1  # nobody threatens the enemy's own side
    assert hard[0, 9, 22] > 1.25 and hard[0, 9, 22] >= hard[0, 9, 15] > 1


def test_the_broken_run_at_top_speed_to_the_border_away_from_the_enemy():
    velocity, _ = fled(Terrain.plain(*SHAPE), block(SHAPE, 7, 3, 4, 4), block(SHAPE, 3, 8, 12, 5))
    speed = np.hypot(*np.moveaxis(velocity, -1, 0))
    assert np.allclose(speed[0, 7:11, 3:7], 1, atol=1e-5) and not velocity[1].any()
    assert (velocity[0, 7:11, 3:7, 0] < 0).all()


def test_they_run_round_walls_to_the_only_gate():
    terrain = Terrain(walled())
    velocity, escape = fled(terrain, block(SHAPE, 7, 15, 3, 3), np.zeros(SHAPE))
    assert (velocity[0, 8, 15:18, 1] != 0).all()  # along the wall, not against it
    place, steps = np.array([8, 15]), 0
    while tuple(place) != (8, SHAPE[1] - 1) and steps < 60:
        reach = [place + step for step in np.ndindex(3, 3) if (place + step - 1 >= 0).all()]
        near = [spot - 1 for spot in reach if (spot - 1 < SHAPE).all()]
        place = min(near, key=lambda spot: escape[0][tuple(spot)])
        steps += 1
    assert steps < 60


def test_where_no_border_can_be_reached_the_broken_stand():
    shut = np.zeros(SHAPE, bool)
    shut[1:-1, 1:-1] = True
    for terrain in (Terrain(shut), Terrain.plain(*SHAPE, boundary="torus")):
        velocity, _ = fled(terrain, block(SHAPE, 7, 8, 4, 4), block(SHAPE, 3, 15, 12, 5))
        assert not velocity.any()


def test_who_is_not_broken_keeps_its_velocity_and_ties_mirror():
    left, right = block(SHAPE, 5, 11, 8, 4), np.zeros(SHAPE)
    velocity, _ = fled(Terrain.plain(*SHAPE), left, right)
    other, _ = fled(Terrain.plain(*SHAPE), right, left[:, ::-1], broken=(False, True))
    np.testing.assert_array_equal(velocity[0, ..., 0], -other[1][:, ::-1, 0])
    np.testing.assert_array_equal(velocity[0, ..., 1], other[1][:, ::-1, 1])
    assert not fled(Terrain.plain(*SHAPE), left, right, broken=(False, False))[0].any()
