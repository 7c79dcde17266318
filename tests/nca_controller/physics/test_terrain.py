"""Ground: closed cells, corners, a border that is a wall or wraps, capacity that varies by cell."""

import jax
import numpy as np
import pytest
from random_battles import long_forms, patchwork

from nca_controller.physics import LIMITERS, QUANTUM, Terrain, advect, ultra_bee


def march(mass, direction, terrain, steps, scheme=ultra_bee):
    velocity = np.broadcast_to(np.float32(direction), (*mass.shape, 2))
    for number in range(steps):
        mass = advect(mass, velocity, terrain, scheme=scheme, first="xy"[number % 2]).mass
    return np.asarray(mass)


@pytest.mark.parametrize("scheme", [patchwork(*LIMITERS.values()), *long_forms(*LIMITERS.values())])
@pytest.mark.parametrize("boundary", ["wall", "torus"])
def test_nothing_slips_between_two_closed_cells_that_touch_at_a_corner(scheme, boundary):
    open_cells = np.ones((12, 12), bool)
    open_cells[np.arange(12), 11 - np.arange(12)] = False  # a wall of corners, from edge to edge
    if boundary == "torus":
        open_cells[0] = open_cells[:, 0] = False
    mass = np.zeros((1, 12, 12), np.float32)
    mass[0, 1:5, 1:5] = 1
    moved = march(mass, (0.7, 0.7), Terrain(open_cells, boundary=boundary), 60, scheme)
    behind = np.add.outer(np.arange(12), np.arange(12)) < 11
    assert moved[0][behind].sum(dtype=np.float64) == 16
    assert not moved[0][~behind].any()


# One shape for all that follow, since each compiles anew.
HEIGHT, WIDTH = 12, 24


def ground(boundary="wall"):
    return Terrain.plain(HEIGHT, WIDTH, boundary=boundary)


def test_mass_is_kept_in_the_corner_of_a_room():
    open_cells = np.zeros((HEIGHT, WIDTH), bool)
    open_cells[1:9, 1:9] = True
    mass = np.zeros((1, HEIGHT, WIDTH), np.float32)
    mass[0, 3:6, 3:6] = 1
    for direction in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        moved = march(mass, direction, Terrain(open_cells), 40)
        rows, columns = (slice(5, 9) if ahead > 0 else slice(1, 5) for ahead in direction[::-1])
        assert moved[0, rows, columns].sum() == 9  # packed into the corner
        np.testing.assert_array_equal(march(moved, direction, Terrain(open_cells), 4), moved)


def test_a_block_marches_round_a_torus_and_comes_home():
    mass = np.zeros((1, HEIGHT, WIDTH), np.float32)
    mass[0, 4:9, 18:24] = 1
    np.testing.assert_array_equal(march(mass, (1, 0), ground("torus"), 96), mass)
    np.testing.assert_array_equal(march(mass, (0, -1), ground("torus"), 48), mass)


def test_a_ring_that_is_full_turns_as_one():
    """On a torus that is packed to the cap there is no room anywhere, and yet nothing has to wait."""
    mass = np.ones((1, HEIGHT, WIDTH), np.float32)
    velocity = np.zeros((1, HEIGHT, WIDTH, 2), np.float32)
    velocity[..., 0] = [1, 0.5, *[1] * (WIDTH - 2)]
    ring = advect(mass, velocity, ground("torus"), scheme=ultra_bee)
    assert (np.asarray(ring.flux_x) == 0.125).all()  # the slowest sets the pace
    assert not np.asarray(advect(mass, velocity, ground(), scheme=ultra_bee).flux_x).any()


def test_a_wall_keeps_and_a_torus_wraps():
    mass = np.zeros((1, HEIGHT, WIDTH), np.float32)
    mass[0, 3, -1] = 0.5
    velocity = np.zeros((1, HEIGHT, WIDTH, 2), np.float32)
    velocity[..., 0] = 1
    wrapped = advect(mass, velocity, ground("torus"), scheme=ultra_bee)
    assert wrapped.mass[0, 3, 0] == wrapped.flux_x[0, 3, 0] == wrapped.flux_x[0, 3, -1] == 0.125
    assert (np.asarray(advect(mass, velocity, ground(), scheme=ultra_bee).mass) == mass).all()


def test_a_wall_hides_what_stands_at_the_far_side_of_the_field():
    """The outcome at one border must not hang on the other."""
    near = np.zeros((1, HEIGHT, WIDTH), np.float32)
    near[0, :, :2] = 0.5
    far = near.copy()
    far[0, :, -1] = 1
    np.testing.assert_array_equal(march(near, (1, 0), ground(), 3)[:, :, :6], march(far, (1, 0), ground(), 3)[:, :, :6])


def test_a_ford_lets_through_what_it_has_room_for():
    """Where a crossing holds a quarter, never more than a quarter stands, and all get over in the end."""
    capacity = np.ones((HEIGHT, WIDTH), np.float32)
    capacity[:, 10:14] = 0.25
    terrain = Terrain(np.ones((HEIGHT, WIDTH), bool), capacity)
    mass = np.zeros((1, HEIGHT, WIDTH), np.float32)
    mass[0, :, 2:8] = 1
    velocity = np.zeros((1, HEIGHT, WIDTH, 2), np.float32)
    velocity[..., 0] = 1
    fullest = 0.0
    for _ in range(400):
        mass = np.asarray(advect(mass, velocity, terrain, scheme=ultra_bee).mass)
        assert (mass[0] <= capacity).all()
        fullest = max(fullest, mass[0, :, 10:14].max())
    assert fullest == 0.25
    # Less than 4 quanta a cell cannot move at c = 1/4.
    assert mass[0, :, 14:].sum(dtype=np.float64) > 6 * HEIGHT - 2e-4


def test_capacity_is_rounded_down_to_the_lattice():
    assert Terrain(np.ones((1, 1), bool), 0.7).capacity[0, 0] == np.floor(0.7 / QUANTUM) * QUANTUM


@pytest.mark.parametrize("capacity", [0, -1.0, 4.5, np.nan, np.ones((4, 5))])
def test_a_capacity_that_cannot_be_is_refused(capacity):
    with pytest.raises(ValueError, match="capacity"):
        Terrain(np.ones((4, 4), bool), capacity)


def test_other_shapes_and_borders_are_refused():
    with pytest.raises(ValueError, match="open_cells"):
        Terrain(np.ones(4, bool))
    with pytest.raises(ValueError, match="boundary"):
        Terrain.plain(4, 4, boundary="sphere")


def test_a_mass_that_is_known_settles_within_a_batch_of_something_else():
    ground, mass = Terrain.plain(4, 4), np.full((1, 4, 4), 0.5)
    settled = jax.vmap(lambda factor: ground.settle(mass) * factor)(np.arange(2.0, dtype=np.float32))
    assert (settled[1] == mass).all()
