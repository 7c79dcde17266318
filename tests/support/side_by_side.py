"""The same battle in two simulations: what both say of it, tick by tick."""

import numpy as np

from engine import formations
from engine.formations import form_up
from engine.plugin import Ground

FILLED = 0.95


def marched(simulation, controllers, ground, starts, targets, ticks, sides=None):
    """Return the velocity after one tick, the overlap after each, and the last masses."""
    state = simulation.reset(starts, ground, controllers, 0, sides)
    velocity, filled = None, []
    for tick in range(ticks):
        state = simulation.tick(state, targets)
        if tick == 0:
            velocity = simulation.read(state, ("velocity",))["velocity"]
        mass = simulation.read(state, ("mass",))["mass"]
        filled.append([np.minimum(own, wanted).sum() / wanted.sum() for own, wanted in zip(mass, targets, strict=True)])
    return velocity, np.array(filled), mass


def first_filled(filled):
    """Return the first tick, from 1, after which all regiments fill their targets; infinity if there is none."""
    there = np.flatnonzero((filled >= FILLED).all(axis=1))
    return there[0] + 1 if len(there) else np.inf


def check_alike(one, other, starts, *, velocity=1e-4, overlap=2e-3, ticks=2):
    """Assert that two outcomes of `marched` are the same battle: first velocities, overlap at rest, and duration."""
    there = starts > 0.1
    assert np.abs(one[0] - other[0])[there].max() < velocity
    assert np.abs(one[1][-1] - other[1][-1]).max() < overlap, (one[1][-1], other[1][-1])
    assert first_filled(one[1]) < np.inf
    assert abs(first_filled(one[1]) - first_filled(other[1])) <= ticks
    for mass in (one[2], other[2]):
        assert (mass.sum(axis=(1, 2), dtype=np.float64) == starts.sum(axis=(1, 2), dtype=np.float64)).all()


def crossing(name, grid, mass):
    """Return a ground, one army's start on its left and its order on its right."""
    height, width = grid
    ground = Ground.plain(height, width)
    start = formations.crowd(mass, ground, centre=(0.3 * width, 0.5 * height))
    target = form_up(formations.load()[name], mass, ground, centre=(0.62 * width, 0.5 * height), angle=70.0).target
    return ground, start[None], target[None]
