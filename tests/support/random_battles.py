"""Random battles on the lattice, for laws that must hold on any ground, whatever the velocities."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st

from nca_controller.physics import QUANTUM, Terrain

SHAPES = [(1, 8, 9), (3, 5, 16)]  # few, since each compiles anew


def patchwork(*limiters):
    """Return a limiter that is each of these on a strip of the field: one compilation for what all must keep."""

    def strips(behind, ahead, courant):
        parts = (jnp.array_split(field, len(limiters), axis=-1) for field in (behind, ahead, courant))
        return jnp.concatenate([limiter(*part) for limiter, *part in zip(limiters, *parts, strict=True)], axis=-1)

    return strips


def long_forms(*values):
    """Return these as parameters that are left to the long tests."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


def on_lattice(values):
    """Round down to the lattice."""
    return (np.floor(np.asarray(values, np.float64) / QUANTUM) * QUANTUM).astype(np.float32)


@st.composite
def terrains(draw, height, width):
    """Walls or a torus, open or strewn with closed cells, of even or varying capacity."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    open_cells = rng.random((height, width)) < draw(st.sampled_from([0.6, 1.0]))
    capacity = draw(st.sampled_from([0.7, 1.0, 4.0, "varying"]))
    if capacity == "varying":
        capacity = rng.uniform(1e-5, 4, (height, width))
    return Terrain(open_cells, capacity, draw(st.sampled_from(["wall", "torus"])))


@st.composite
def battles(draw):
    """A terrain, masses that fill it to anything up to its capacity, and velocities up to far beyond the limit."""
    shape = draw(st.sampled_from(SHAPES))
    terrain = draw(terrains(*shape[1:]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = rng.random(shape) ** draw(st.sampled_from([0.0, 0.1, 1.0, 8.0]))
    shares = shares * (rng.random(shape) < draw(st.sampled_from([0.0, 0.3, 1.0])))
    room = np.asarray(terrain.capacity, np.float64) * np.asarray(terrain.open_cells)
    mass = on_lattice(shares / np.maximum(shares.sum(axis=0), 1) * room)
    speed = draw(st.sampled_from([0.0, 0.5, 1.0, 20.0]))
    velocity = (rng.normal(size=(*shape, 2)) * speed).astype(np.float32)
    return terrain, mass, velocity


def total(mass):
    """Return each regiment's total, summed without rounding."""
    return np.asarray(mass).sum(axis=(1, 2), dtype=np.float64)


def check_ground(mass, terrain):
    """Assert that the mass is one that the ground can hold, and lies on the lattice."""
    mass = np.asarray(mass)
    assert mass.min() >= 0
    assert (mass.sum(axis=0, dtype=np.float64) <= np.asarray(terrain.capacity)).all()
    assert not mass[:, ~np.asarray(terrain.open_cells)].any()
    assert (mass == on_lattice(mass)).all()
