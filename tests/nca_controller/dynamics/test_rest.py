"""Who stands in its place rests: it costs nothing, does not drift, and wakes when it must."""

import time

import jax
import numpy as np
import pytest

from engine.plugin import Ground
from nca_controller import JaxSimulation, Poisson, tick
from nca_controller.dynamics import RestRule
from nca_controller.dynamics.programs import Programs
from nca_controller.dynamics.rest import UNIT, in_units

HEIGHT, WIDTH = 24, 40
GROUND = Ground.plain(HEIGHT, WIDTH)
RULE = RestRule(ticks=3)


def block(top, left, side=6):
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    field[top : top + side, left : left + side] = 1
    return field


THREE = np.stack([block(2, 2), block(2, 32), block(16, 32)])
GONE = np.stack([block(16, 2), block(2, 32), block(16, 32)])  # the first has marched away from the others
TWO = THREE[[0, 1]]


@pytest.fixture(scope="module")
def simulation():
    return JaxSimulation(RULE)


def fought(simulation, mass, *orders, sides=None):
    """Return the states after each tick under orders of so many ticks each."""
    states = [simulation.reset(mass, GROUND, [Poisson()] * len(mass), 0, sides=sides)]
    for targets, ticks in orders:
        for _ in range(ticks):
            states.append(simulation.tick(states[-1], targets))
    return states


def asleep(state):
    return np.asarray(state.rest.asleep).tolist()


def compiled(simulation):
    """Wait until what is being compiled beside is there."""
    end = time.monotonic() + 60
    while not all(program.done() for program in simulation._programs._programs.values()):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_is_the_same_to_the_bit_whichever_program_moves_them(simulation, monkeypatch):
    sides, orders = (0, 0, 1), ((THREE, 6), (GONE, 12))
    fought(simulation, THREE, *orders, sides=sides)
    compiled(simulation)
    apart = fought(simulation, THREE, *orders, sides=sides)
    assert asleep(apart[6]) == [True] * 3 and asleep(apart[-1]) == [False, True, True]
    with monkeypatch.context() as patch:
        patch.setattr(Programs, "find", lambda *_, **__: None)
        together = fought(simulation, THREE, *orders, sides=sides)
    for one, other in zip(apart, together, strict=True):
        jax.tree.map(lambda a, b: np.testing.assert_array_equal(a, b), one, other)
    assert len(simulation._programs._programs) >= 1
    pure, once = apart[0], jax.jit(tick)
    for state, targets in zip(apart[1:], [THREE] * 6 + [GONE] * 12, strict=True):
        pure = once(pure, targets)
        np.testing.assert_allclose(pure.mass, state.mass, atol=1e-5)
        assert asleep(pure) == asleep(state)


def test_an_order_wakes_in_the_same_tick_and_nobody_else_drifts(simulation):
    states = fought(simulation, THREE, (THREE, 6), (GONE, 8))
    assert (states[7].mass[0] != states[6].mass[0]).any()
    for state in states[7:]:
        assert (state.mass[1:] == THREE[1:]).all() and not np.asarray(state.velocity[1:]).any()


def test_a_wound_wakes(simulation):
    state = fought(simulation, TWO, (TWO, 6))[-1]
    assert asleep(state) == [True, True]
    wounded = np.array(state.mass)
    wounded[0, 2:4] = 0
    wounded[0, 10:12, 2:8] = 1  # thrown out of the ranks
    state = state.replace(mass=wounded)
    for _ in range(3):
        state = simulation.tick(state, TWO)
    assert asleep(state) == [False, True]
    assert (state.mass[0] != wounded[0]).any(), "it goes back to its place"


@pytest.mark.parametrize("sides", [(0, 0), (0, 1)])
def test_who_comes_near_wakes_and_a_friend_passes_as_without_the_rule(simulation, sides):
    across = np.stack([block(2, 2), block(2, 16)]), np.stack([block(2, 32), block(2, 16)])
    orders = ((across[0], 6), (across[1], 140))
    states = fought(simulation, across[0], *orders, sides=sides)
    assert asleep(states[6]) == [True, True]
    awake = next(number for number, state in enumerate(states[6:]) if not asleep(state)[1])
    reached = next(number for number, state in enumerate(states[6:]) if np.asarray(state.mass[0, :, 15]).any())
    assert awake < reached, "before they touch"
    without = fought(JaxSimulation(None), across[0], *orders, sides=sides)
    overlaps = [
        np.minimum(state.mass, across[1]).sum(axis=(1, 2)) / across[1].sum(axis=(1, 2))
        for state in (states[-1], without[-1])
    ]
    np.testing.assert_allclose(*overlaps, atol=1e-4)


def test_sums_are_whole_numbers_rounded_down():
    rng = np.random.default_rng(0)
    field = np.float32(np.floor(rng.random((2, 64, 64)) * 4 * 2**20) / 2**20)
    exact = np.floor(field.sum(axis=(1, 2), dtype=np.float64) / UNIT)
    assert (np.asarray(in_units(field)) == exact).all()
