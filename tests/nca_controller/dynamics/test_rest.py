"""Who stands in its place rests: it costs nothing, does not drift, and wakes when it must."""

import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.plugin import Ground
from nca_controller import JaxSimulation, Poisson, tick
from nca_controller.dynamics import RestRule, judged
from nca_controller.dynamics.programs import Programs
from nca_controller.dynamics.rest import UNIT, awake_at_first, in_units

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


def test_a_friend_who_slept_gives_way_by_whichever_program(simulation, monkeypatch):
    """Ordered through the second, which sleeps, while an enemy sleeps far off."""
    begun = np.stack([block(2, 2), block(2, 16), block(16, 32)])
    beyond = np.stack([block(2, 32), *begun[1:]])
    sides, orders = (0, 0, 1), ((begun, 6), (beyond, 190))
    fought(simulation, begun, *orders, sides=sides)
    compiled(simulation)
    apart = fought(simulation, begun, *orders, sides=sides)
    with monkeypatch.context() as patch:
        patch.setattr(Programs, "find", lambda *_, **__: None)
        together = fought(simulation, begun, *orders, sides=sides)
    for one, other in zip(apart, together, strict=True):
        np.testing.assert_array_equal(one.mass, other.mass)
    shares = np.array([np.minimum(state.mass, beyond).sum(axis=(1, 2)) / 36 for state in apart])
    assert shares[-1, 0] >= 0.95 and 0.78 <= shares[:, 1].min() < 0.99 and shares[-1, 1] >= 0.98
    assert asleep(apart[6]) == [True] * 3


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


def judge(masses, target, boundary="wall", rule=RULE):
    """Return who is asleep after each of these masses of all regiments, under one order."""
    rest = awake_at_first(jnp.asarray(masses[0]), rule)
    said = []
    for mass in masses:
        rest = judged(rest, jnp.asarray(mass), jnp.asarray(target), boundary)
        said.append(np.asarray(rest.asleep).tolist())
    return said


def test_who_still_has_soldiers_on_the_march_does_not_sleep():
    """Eight in a thousand, far from the target, which the overlap alone would not tell from rest."""
    marches = []
    for number in range(8):
        marches.append(THREE[:1].copy())
        marches[-1][0, 20, 4 + 3 * number] = 0.3
    assert judge(marches, THREE[:1]) == [[False]] * 8
    assert judge(marches[:1] * 8, THREE[:1])[-1] == [True], "who stands still may"


def test_whom_a_wound_takes_from_beyond_its_target_wakes():
    stray = THREE[:1].copy()
    stray[0, 20, 20] = 0.3
    assert judge([stray] * 6 + [THREE[:1]], THREE[:1])[-2:] == [[True], [False]]


@pytest.mark.parametrize("left", [0.0, 0.5])
def test_a_regiment_that_has_lost_soldiers_sleeps_and_lets_others_sleep(left):
    depleted = TWO.copy()
    depleted[0] *= left
    assert judge([depleted] * 6, TWO)[-1] == [True, True]


@pytest.mark.parametrize(
    ("boundary", "width", "disturbs"), [("wall", 44, False), ("torus", 44, True), ("torus", 40, True)]
)
def test_who_comes_over_the_border_of_a_torus_disturbs(boundary, width, disturbs):
    """Also where the last block is narrower than the others."""
    mass = np.zeros((2, 8, width), np.float32)
    mass[0, :, :6] = 1
    steps = [mass.copy() for _ in range(6)]
    for number, step in enumerate(steps):
        step[1, :, width - 5 - number % 2] = 1
    assert judge(steps, mass, boundary)[-1] == [not disturbs, False]


def test_sums_are_whole_numbers_rounded_down():
    rng = np.random.default_rng(0)
    field = np.float32(np.floor(rng.random((2, 64, 64)) * 4 * 2**20) / 2**20)
    exact = np.floor(field.sum(axis=(1, 2), dtype=np.float64) / UNIT)
    assert (np.asarray(in_units(field)) == exact).all()
