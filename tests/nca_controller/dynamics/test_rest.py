"""Who stands in its place rests: it costs nothing, does not drift, and wakes when it must."""

import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.plugin import RULES, Ground, plugins
from nca_controller import JaxSimulation, Poisson, tick
from nca_controller.dynamics import RestRule, gives_way, judged
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
SIDES = (0, 0, 1)  # of all battles here, so that they share their programs

# The first is ordered through the second, its friend, or through the third, its enemy; the other sleeps far off.
BY_A_FRIEND = np.stack([block(2, 2), block(2, 16), block(16, 32)])
BY_AN_ENEMY = BY_A_FRIEND[[0, 2, 1]]


@pytest.fixture(scope="module")
def simulation():
    return JaxSimulation(RULE)


def fought(simulation, mass, *orders):
    """Return the states after each tick under orders of so many ticks each."""
    states = [simulation.reset(mass, GROUND, [Poisson()] * len(mass), 0, sides=SIDES)]
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


def through(begun):
    """Return the targets of an order to the first to go through whoever stands in its way."""
    return np.stack([block(2, 32), *begun[1:]])


@pytest.fixture(scope="module")
def by_a_friend(simulation):
    """The states of a march through a friend, by the programs of those awake alone, as soon as they are there."""
    for _ in range(2):  # programs: of the one awake, and of both
        fought(simulation, BY_A_FRIEND, (BY_A_FRIEND, 6), (through(BY_A_FRIEND), 30))
        compiled(simulation)
    return fought(simulation, BY_A_FRIEND, (BY_A_FRIEND, 6), (through(BY_A_FRIEND), 190))


def test_it_is_the_same_to_the_bit_whichever_program_moves_them(simulation, monkeypatch):
    orders = ((THREE, 6), (GONE, 12))
    fought(simulation, THREE, *orders)
    compiled(simulation)
    apart = fought(simulation, THREE, *orders)
    assert asleep(apart[6]) == [True] * 3 and asleep(apart[-1]) == [False, True, True]
    with monkeypatch.context() as patch:
        patch.setattr(Programs, "find", lambda *_, **__: None)
        together = fought(simulation, THREE, *orders)
    for one, other in zip(apart, together, strict=True):
        jax.tree.map(lambda a, b: np.testing.assert_array_equal(a, b), one, other)
    assert len(simulation._programs._programs) >= 1
    pure, once = apart[0], jax.jit(tick)
    for state, targets in zip(apart[1:], [THREE] * 6 + [GONE] * 12, strict=True):
        pure = once(pure, targets)
        np.testing.assert_allclose(pure.mass, state.mass, atol=1e-5)
        assert asleep(pure) == asleep(state)


def test_a_friend_who_slept_gives_way_by_whichever_program(simulation, by_a_friend, monkeypatch):
    """Ordered through the second, which sleeps, while an enemy sleeps far off."""
    beyond = through(BY_A_FRIEND)
    with monkeypatch.context() as patch:
        patch.setattr(Programs, "find", lambda *_, **__: None)
        together = fought(simulation, BY_A_FRIEND, (BY_A_FRIEND, 6), (beyond, 190))
    for one, other in zip(by_a_friend, together, strict=True):
        np.testing.assert_array_equal(one.mass, other.mass)
    shares = np.array([np.minimum(state.mass, beyond).sum(axis=(1, 2)) / 36 for state in by_a_friend])
    assert shares[-1, 0] >= 0.95 and 0.78 <= shares[:, 1].min() < 0.99 and shares[-1, 1] >= 0.98
    assert asleep(by_a_friend[6]) == [True] * 3


def test_other_simulations_are_told_the_same_of_the_same_battle(by_a_friend):
    """By the entry point, as they find the rules; who sleeps gives no way."""
    rules = plugins(RULES, "rules")["nca"].load()(RULE)
    memory = rules.begin(BY_A_FRIEND)
    before, yields = np.full_like(BY_A_FRIEND, -1), []
    sleeps = np.zeros(len(BY_A_FRIEND), bool)
    for number, state in enumerate(by_a_friend[:60]):
        targets = BY_A_FRIEND if number < 6 else through(BY_A_FRIEND)
        awake = ~sleeps | (targets != before).any(axis=(1, 2))
        sleeps, yielding, memory = rules.judge(memory, np.asarray(state.mass), targets, awake, "wall", SIDES)
        assert sleeps.tolist() == asleep(by_a_friend[number + 1])
        np.testing.assert_array_equal(yielding, gives_way(state.mass, targets, awake))
        assert not yielding[~awake].any()
        yields.append(yielding[1])
        before = targets
    assert yields[6] == 0 and max(yields[7:]) == 1
    enemies = rules.judge(rules.begin(TWO), TWO, TWO, np.ones(2, bool), "wall", (0, 1))
    assert not enemies[1].any()


def test_an_order_wakes_in_the_same_tick_and_nobody_else_drifts(simulation):
    states = fought(simulation, THREE, (THREE, 6), (GONE, 8))
    assert (states[7].mass[0] != states[6].mass[0]).any()
    for state in states[7:]:
        assert (state.mass[1:] == THREE[1:]).all() and not np.asarray(state.velocity[1:]).any()


def test_a_wound_wakes(simulation):
    state = fought(simulation, THREE, (THREE, 6))[-1]
    assert asleep(state) == [True, True, True]
    wounded = np.array(state.mass)
    wounded[0, 2:4] = 0
    wounded[0, 10:12, 2:8] = 1  # thrown out of the ranks
    state = state.replace(mass=wounded)
    for _ in range(3):
        state = simulation.tick(state, THREE)
    assert asleep(state) == [False, True, True]
    assert (state.mass[0] != wounded[0]).any(), "it goes back to its place"


def check_who_comes_near(states, begun, met):
    """Assert that whom the first has met woke before they touched, and that both end as without the rule."""
    assert asleep(states[6]) == [True] * 3
    awake = next(number for number, state in enumerate(states[6:]) if not asleep(state)[met])
    reached = next(number for number, state in enumerate(states[6:]) if np.asarray(state.mass[0, :, 15]).any())
    assert awake < reached, "before they touch"
    without = fought(JaxSimulation(None), begun, (begun, 6), (through(begun), len(states) - 7))
    overlaps = [
        np.minimum(state.mass, through(begun)).sum(axis=(1, 2)) / through(begun).sum(axis=(1, 2))
        for state in (states[-1], without[-1])
    ]
    np.testing.assert_allclose(*overlaps, atol=1e-4)


def test_who_comes_near_wakes_and_a_friend_passes_as_without_the_rule(by_a_friend):
    check_who_comes_near(by_a_friend, BY_A_FRIEND, 1)


def test_an_enemy_who_comes_near_wakes_and_stands_as_without_the_rule(simulation):
    states = fought(simulation, BY_AN_ENEMY, (BY_AN_ENEMY, 6), (through(BY_AN_ENEMY), 140))
    check_who_comes_near(states, BY_AN_ENEMY, 2)


jitted = jax.jit(judged, static_argnames="boundary")


def judge(masses, target, boundary="wall", rule=RULE):
    """Return who is asleep after each of these masses of all regiments, under one order."""
    rest = awake_at_first(jnp.asarray(masses[0]), rule)
    said = []
    for mass in masses:
        rest = jitted(rest, jnp.asarray(mass), jnp.asarray(target), boundary)
        said.append(np.asarray(rest.asleep).tolist())
    return said


def test_who_still_has_soldiers_on_the_march_does_not_sleep():
    """Eight in a thousand, far from the target, which the overlap alone would not tell from rest."""
    marches = []
    for number in range(8):
        marches.append(TWO.copy())
        marches[-1][0, 20, 4 + 3 * number] = 0.3
    assert [first for first, _ in judge(marches, TWO)] == [False] * 8
    assert judge(marches[:1] * 8, TWO)[-1][0], "who stands still may"


def test_whom_a_wound_takes_from_beyond_its_target_wakes():
    stray = TWO.copy()
    stray[0, 20, 20] = 0.3
    assert [first for first, _ in judge([stray] * 6 + [TWO], TWO)[-2:]] == [True, False]


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
