"""A part of the field: what moves in it moves as on the whole field, to the bit."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller.dynamics import Part, parts_with, transport
from nca_controller.dynamics import part as parts
from nca_controller.physics import QUANTUM, Terrain, limiters

HEIGHT, WIDTH, SIDES = 48, 40, (0, 0, 1)
march = jax.jit(
    partial(transport, scheme=limiters.superbee, quantum=QUANTUM, sides=SIDES), static_argnames=("scheme", "quantum")
)


def crowd(random, top, left):
    """Return three regiments that share a block of cells with water in it, all of it moving every way."""
    capacity = np.where(random.random((HEIGHT, WIDTH)) < 0.2, 0.25, 1.0)
    terrain = Terrain(random.random((HEIGHT, WIDTH)) > 0.1, capacity)
    mass = np.zeros((3, HEIGHT, WIDTH), np.float32)
    shares = random.dirichlet(np.ones(4), (13, 11)).transpose(2, 0, 1)[:3]
    mass[:, top : top + 13, left : left + 11] = shares
    mass *= np.where(terrain.open_cells, terrain.capacity, 0)
    velocities = [jnp.asarray(random.normal(size=(HEIGHT, WIDTH, 2)), jnp.float32) for _ in SIDES]
    return terrain.settle(np.floor(mass / QUANTUM) * QUANTUM), velocities, terrain


@pytest.mark.parametrize("top, left", [(18, 14), (0, 29), (35, 0)], ids=["amid", "corner", "other corner"])
def test_mass_in_a_part_moves_as_on_the_whole_field(monkeypatch, top, left):
    monkeypatch.setattr(parts, "WORTH", 1)
    random = np.random.default_rng(top)
    mass, velocities, terrain = crowd(random, top, left)
    known = mass, velocities, terrain, jnp.array([0.5, 1, 0], jnp.float32), mass[::-1]
    whole = march(*known)
    found = list(parts_with(np.asarray(mass), "wall"))
    assert found[0][1] == (24, 24), "half of the height, and of the width as whole eights"
    corner, shape = found[0]
    moved = march(*known, Part(jnp.array(corner), shape))
    assert moved.keys() == whole.keys()
    assert not np.array_equal(whole["mass"], mass)
    for name in whole:
        np.testing.assert_array_equal(moved[name], whole[name], err_msg=name)


def test_parts_hold_the_mass_and_its_margin_and_the_smallest_comes_first():
    mass = np.zeros((12, 96, 128), np.float32)
    mass[:, 30:50, 40] = 1
    mass[3, 40, 40:90] = 1e-6
    found = list(parts_with(mass, "wall"))
    assert found[0][1] == (48, 64)
    sizes = [height * width for _, (height, width) in found]
    assert sizes == sorted(sizes)
    for (row, column), (height, width) in found:
        assert 0 <= row <= 30 - parts.MARGIN and 50 + parts.MARGIN <= row + height <= 96
        assert 0 <= column <= 40 - parts.MARGIN and 90 + parts.MARGIN <= column + width <= 128


def test_there_is_no_part_that_spares_little_or_on_a_torus():
    mass = np.zeros((2, 96, 128), np.float32)
    mass[:, 40:50, 60:70] = 1
    assert not list(parts_with(mass, "wall")), "two regiments"
    crowded = np.concatenate([mass] * 6)
    assert list(parts_with(crowded, "wall"))
    assert not list(parts_with(crowded, "torus"))
    crowded[7, 0, 0] = crowded[2, 95, 127] = 1
    assert not list(parts_with(crowded, "wall")), "on all of the field"
