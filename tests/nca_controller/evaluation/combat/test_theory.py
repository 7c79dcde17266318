"""Lanchester's laws and mirrors in whole ticks: what theory says of losses, the laws of battle do."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from ahead import begun, even_soldiers, later, plain_laws

from engine.plugin import Ground
from nca_controller.tasks import Body, Encounter, mirrored_encounter, random_encounter, reflection

HALF = 0.5  # of its strength, to which the weaker fights


def facing(left, right, height, width, top=0, rows=None):
    """Return an encounter of two bodies of cells, given as columns and density, that look at each other."""
    masses = np.zeros((2, height, width), np.float32)
    for mass, (columns, density) in zip(masses, (left, right), strict=True):
        mass[top : top + (rows or height), columns] = density
    bodies = tuple(Body(side, "heavy-infantry", (0, 0), angle) for side, angle in ((0, 90.0), (1, 270.0)))
    return Encounter("front to front", Ground.plain(height, width), masses, bodies)


def losses(state, ticks):
    """Return what each has lost after each tick, in mass."""
    begin = np.asarray(state.mass, np.float64).sum(axis=(1, 2))
    _, standing = later(state, ticks, standing_mass)
    return begin, begin - np.asarray(standing, np.float64)


def standing_mass(state, targets):
    return state.mass.sum(axis=(1, 2))


def until_half(begin, lost):
    """Return the tick at which the first of both has lost half, and what both have lost then."""
    tick = int(np.argmax((lost >= HALF * begin).any(axis=1)))
    assert tick > 100, "to half strength takes longer"
    return tick, lost[tick]


@pytest.mark.long
@pytest.mark.parametrize("attack", [1.0, 2.0])
def test_on_one_front_losses_are_in_proportion_to_the_power_of_a_soldier_alone(attack):
    """Lanchester's linear law: twice as many who stand behind each other strike no harder."""
    encounter = facing((slice(2, 10), 1.0), (slice(11, 27), 1.0), 8, 36)
    state = even_soldiers(begun(encounter, ((0.4, 0), (-0.4, 0)), constants=plain_laws()), (1.0, attack))
    _, lost = until_half(*losses(state, 3000))
    assert lost[0] / lost[1] == pytest.approx(attack, rel=0.05)


@pytest.mark.long
@pytest.mark.parametrize("attack", [1.0, 1.5])
def test_with_all_in_range_strength_counts_by_its_square(attack):
    """Lanchester's square law: a (A0^2 - A^2) = b (B0^2 - B^2), by attack a and b."""
    encounter = facing((slice(2, 18), 0.45), (slice(2, 18), 0.3), 16, 20)
    state = begun(encounter, ((0, 0), (0, 0)), constants=plain_laws(), reach=40.0)
    begin, lost = losses(even_soldiers(state, (attack, 1.0)), 900)
    _, gone = until_half(begin, lost)
    squares = begin**2 - (begin - gone) ** 2
    assert attack * squares[0] == pytest.approx(squares[1], rel=0.1)


def field_of(state):
    """Return everything of a battle that a mirror shows, and how a mirror shows it."""
    combat = state.combat
    flips = {"mass": state.mass, "fallen": combat.fallen, "fled": combat.fled}
    numbers = {name: getattr(combat, name) for name in ("morale", "fatigue", "impetus", "condition", "engaged")}
    return flips, numbers, combat.facing


def assert_mirrored(one, other, order):
    """Assert that one state is what a mirror, left and right exchanged, shows of the other, to the bit.

    `order` says which regiment of the other each one is.
    """
    (fields, numbers, facing), (seen, told, looks) = field_of(one), field_of(other)
    for name in fields:
        np.testing.assert_array_equal(fields[name], np.asarray(seen[name])[order, :, ::-1], err_msg=name)
    for name in numbers:
        np.testing.assert_array_equal(numbers[name], np.asarray(told[name])[order], err_msg=name)
    np.testing.assert_array_equal(facing, np.asarray(looks)[order] * np.array([-1, 1], np.float32), err_msg="facing")


def ways_of(encounter, speed=0.4):
    """Return straight ways by which everyone marches on the middle of the ground."""
    columns = np.arange(encounter.ground.grid[1]) + 0.5
    places = (encounter.mass.sum(axis=1) * columns).sum(axis=1) / encounter.mass.sum(axis=(1, 2))
    return [(speed if place < columns.mean() else -speed, 0) for place in places]


@pytest.mark.long
@pytest.mark.parametrize("constants", [plain_laws(), None], ids=["laws of loss alone", "all laws"])
def test_a_battle_that_begins_as_its_mirror_image_stays_so_to_the_bit(constants):
    encounter = mirrored_encounter(3, 2, 4, grid=(32, 32))
    state, _ = later(begun(encounter, ways_of(encounter), constants=constants), 600)
    assert (np.asarray(state.combat.fallen).sum(axis=(1, 2)) > 0).all(), "all have fought"
    assert_mirrored(state, state, reflection(4))


@pytest.mark.long
def test_of_a_mirrored_battle_every_bit_is_mirrored():
    encounter = random_encounter(5, 1, 4, grid=(32, 32))
    bodies = tuple(replace(body, angle=-body.angle % 360) for body in encounter.bodies)
    seen = replace(encounter, mass=encounter.mass[:, :, ::-1], bodies=bodies)
    ends = [later(begun(one, ways_of(one)), 600)[0] for one in (encounter, seen)]
    assert jnp.asarray(ends[0].combat.fallen).sum() > 0
    assert_mirrored(*ends, [0, 1, 2, 3])
