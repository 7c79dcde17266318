"""Friends who give way: exact, capped, in equal amounts, never to enemies; and whoever presses gets through."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import second_writing
from hypothesis import given, settings
from hypothesis import strategies as st
from random_battles import check_ground, long_forms, on_lattice, total

from nca_controller.physics import Terrain, advect

SHAPE = (3, 5, 16)
SIDES = (0, 1, 0)  # one program for all that is tried here: an enemy between two friends


@st.composite
def pressed(draw, boundary):
    """Packed ground with closed cells and fords, velocities, of which some are 0, and who gives way how far."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cells = rng.random(SHAPE[1:]) < draw(st.sampled_from([0.7, 1.0]))
    capacity = draw(st.sampled_from([1.0, 0.5, "varying"]))
    if capacity == "varying":
        capacity = rng.uniform(1e-5, 4, SHAPE[1:])
    terrain = Terrain(cells, capacity, boundary)
    shares = rng.random(SHAPE) ** draw(st.sampled_from([0.0, 0.3, 4.0])) * (rng.random(SHAPE) < 0.6)
    shares = shares / np.maximum(shares.sum(axis=0), draw(st.sampled_from([1e-9, 1.0])))
    mass = on_lattice(shares * np.asarray(terrain.capacity, np.float64) * cells)
    velocity = rng.normal(size=(*SHAPE, 2)) * draw(st.sampled_from([0.5, 1.0, 20.0]))
    velocity *= rng.random(SHAPE)[..., None] < draw(st.sampled_from([0.5, 1.0]))
    yielding = np.where(rng.random(3) < 0.7, rng.choice([1.0, rng.random()], 3), 0)
    places = np.float32(rng.random(SHAPE) * draw(st.sampled_from([0.0, 0.5, 2.0])))
    return terrain, mass, np.float32(velocity), np.float32(yielding), places


def check_law(terrain, mass, velocity, yielding, places):
    """Exact totals, the cap, closed cells, equal amounts, the enemy's bits, and the second writing's."""
    totals = total(mass)
    moved = advect(mass, velocity, terrain, sides=SIDES, yielding=yielding, places=places)
    without = advect(mass, velocity, terrain, sides=SIDES, yielding=np.zeros(3), places=places)
    after = np.asarray(moved.mass)
    check_ground(after, terrain)
    assert (total(after) == totals).all()
    assert (mass - np.diff(moved.flux_x, axis=2) - np.diff(moved.flux_y, axis=1) == after).all()
    swapped = np.asarray(moved.flux_x, np.float64) - np.asarray(without.flux_x)  # the first pass begins alike
    assert not swapped.sum(axis=0).any() and not swapped[1].any()
    np.testing.assert_array_equal(after, second_writing.advect(mass, velocity, terrain, SIDES, yielding, places))


@settings(max_examples=100, deadline=None)
@given(pressed("wall"))
def test_the_guarantees_hold_whoever_gives_way(battle):
    check_law(*battle)


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(pressed("torus"))
def test_the_guarantees_hold_on_a_torus_too(battle):
    check_law(*battle)


@pytest.mark.long
def test_without_the_argument_and_where_nobody_yields_the_bits_are_the_same():
    rng = np.random.default_rng(5)
    mass = on_lattice(rng.random(SHAPE) / 3)
    velocity = np.float32(rng.normal(size=(*SHAPE, 2)))
    for named, absent in zip(
        advect(mass, velocity, sides=SIDES, yielding=np.zeros(3)), advect(mass, velocity, sides=SIDES), strict=True
    ):
        np.testing.assert_array_equal(named, absent)


def marched(yielding, steps, mover=0, friend=2, to=11):
    """Return the masses after each step of a march from wall to wall through a regiment that keeps to its place."""
    mass, velocity = np.zeros(SHAPE, np.float32), np.zeros((*SHAPE, 2), np.float32)
    mass[mover, :, 1:3] = mass[friend, :, 5:9] = 1
    velocity[mover, :, :to, 0] = 1
    velocity[friend, :, :8, 0], velocity[friend, :, 9:, 0] = 0.4, -0.4  # back to its place
    masses = [mass]
    for _ in range(steps):
        masses.append(np.asarray(advect(masses[-1], velocity, sides=SIDES, yielding=yielding, places=0 * mass).mass))
    return np.stack(masses)


def test_a_regiment_marches_through_a_friend_who_stands_and_not_through_an_enemy():
    """There is no way round. The free march is 10 cells of 4 steps each; ticks have two steps."""
    masses = marched([0, 1, 1], 260)
    there = masses[:, 0, :, 10:].sum(axis=(1, 2)) / 10
    arrived = np.flatnonzero(there >= 0.95)
    assert len(arrived) and arrived[0] <= 1.5 * 40 + 200
    stood = masses[:, 2, :, 5:9].sum(axis=(1, 2)) / 20
    assert 0.5 <= stood.min() < 1 and stood[-1] >= 0.98
    assert (marched([0, 1, 0], 40)[-1, 0, :, 5:] == 0).all(), "who does not give way lets nobody through"
    assert (marched([0, 1, 1], 40, friend=1)[-1, 0, :, 5:] == 0).all(), "an enemy never gives way"


def test_who_is_pressed_from_both_sides_gives_half_to_each():
    mass, velocity = np.zeros(SHAPE, np.float32), np.zeros((*SHAPE, 2), np.float32)
    mass[0, :, 5] = mass[0, :, 7] = mass[2, :, 6] = 1
    velocity[0, :, 5, 0], velocity[0, :, 7, 0] = 4, -4
    moved = np.asarray(advect(mass, velocity, sides=SIDES, yielding=[0, 0, 1], places=0 * mass).mass)
    assert (moved[0, :, 6] == 0.5).all() and (moved[2, :, [5, 7]] == 0.25).all()


@pytest.mark.parametrize("room", [False, True])
def test_who_goes_the_same_way_is_overtaken_only_where_it_is_held_up(room):
    """Regiment 2 is pushed out of its place and goes back; a friend behind it wants to go on through that place."""
    mass, velocity = np.zeros(SHAPE, np.float32), np.zeros((*SHAPE, 2), np.float32)
    mass[0, :, 5] = mass[2, :, 6] = 1
    mass[2, :, 7] = 0 if room else 1
    velocity[0, ..., 0], velocity[2, :, 6, 0] = 2, 2
    moved = np.asarray(advect(mass, velocity, sides=SIDES, yielding=[0, 0, 1], places=0 * mass).mass)
    assert (moved[2, :, 5] == (0 if room else 0.5)).all()


def test_where_it_lacks_in_its_place_a_regiment_gives_way_wholly_if_at_all():
    """However little it gives at the border of its place; so nobody who is in there is locked in."""
    mass, velocity = np.zeros(SHAPE, np.float32), np.zeros((*SHAPE, 2), np.float32)
    mass[0, :, 4], mass[0, :, 6], mass[2, :, 5], mass[2, :, 7:9] = 1, 0.5, 1, 1
    mass[2, :, 6] = 0.5
    velocity[0, ..., 0] = 4
    places = 1.0 * (mass > 0) * np.array([0, 0, 1], np.float32)[:, None, None]
    moved = np.asarray(advect(mass, velocity, sides=SIDES, yielding=[0, 0, 0.125], places=places).mass)
    assert (moved[2, :, 4] == 0.125 / 2).all(), "out of its place"
    assert (moved[0, :, 7] == 0.5).all(), "from one cell of it to the next"
    less = np.asarray(advect(mass, velocity, sides=SIDES, yielding=[0, 0, 0.125], places=0.5 * places).mass)
    assert (less[0, :, 7] == 0.125 / 2).all(), "to a cell in which it has enough"
    none = np.asarray(advect(mass, velocity, sides=SIDES, yielding=[0, 0, 0], places=places).mass)
    np.testing.assert_array_equal(none, mass)


@pytest.mark.long
@pytest.mark.parametrize("boundary", ["wall", *long_forms("torus")])
def test_the_gradient_is_the_slope(boundary):
    """In float64, off the lattice, by central differences in mass and velocity; and finite where fields are empty."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(3)
        mass, velocity = np.zeros((3, 6, 8)), rng.normal(size=(3, 6, 8, 2))
        mass[0, :, 1:4], mass[2, :, 4:6] = 1 - 0.01 * rng.random((6, 3)), 0.99 + 0.01 * rng.random((6, 2))
        mass[1, :, 6:] = 0.3 + 0.1 * rng.random((6, 2))  # off the kink of even slopes
        velocity[0, ..., 0], velocity[2] = 1 + rng.random((6, 8)), 0.01 * velocity[2]
        weight, terrain = rng.normal(size=mass.shape), Terrain.plain(6, 8, boundary=boundary)
        places = np.broadcast_to(np.arange(8) > 3, mass.shape)

        def outcome(mass, velocity, yielding):
            moved = advect(mass, velocity, terrain, quantum=None, sides=SIDES, yielding=yielding, places=places)
            return (moved.mass * weight).sum()

        both = jax.jit(jax.value_and_grad(outcome, argnums=(0, 1)))
        values, yielding = [jnp.asarray(mass), jnp.asarray(velocity)], jnp.asarray([0.0, 0.9, 0.7])
        assert both(*values, yielding)[0] != both(*values, 0 * yielding)[0], "somebody gives way"
        gradients = both(*values, yielding)[1]
        for argument, gradient in enumerate(gradients):
            assert np.isfinite(gradient).all()
            along = jnp.asarray(rng.normal(size=gradient.shape)) * (values[argument] != 0)
            low, high = list(values), list(values)
            low[argument], high[argument] = values[argument] - 1e-7 * along, values[argument] + 1e-7 * along
            measured = float(both(*high, yielding)[0] - both(*low, yielding)[0]) / 2e-7
            assert float((gradient * along).sum()) == pytest.approx(measured, rel=1e-4, abs=1e-6)


def test_who_yields_is_said_by_one_number_for_each_and_places_are_as_the_mass():
    mass, still = np.zeros(SHAPE, np.float32), np.zeros((*SHAPE, 2), np.float32)
    with pytest.raises(ValueError, match="places"):
        advect(mass, still, sides=SIDES, places=mass[0])
    for wrong in ([1.0], 1.0, np.ones((3, 1)), ["a", "b", "c"]):
        with pytest.raises(ValueError, match="yielding"):
            advect(mass, still, sides=SIDES, yielding=wrong)
