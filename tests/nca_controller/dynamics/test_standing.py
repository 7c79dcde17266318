"""Who stands gives way: told by the share of its place that it fills, and only while it is awake."""

import jax.numpy as jnp
import numpy as np
import pytest
from through_a_friend import BATTLES, fought, pass_through

from nca_controller.dynamics import RestRule, gives_way, judged
from nca_controller.dynamics.rest import awake_at_first


def test_the_share_of_its_place_says_how_far_a_regiment_gives_way():
    targets = np.zeros((4, 10, 10), np.float32)
    targets[:, :, :5] = 1
    mass = np.zeros_like(targets)
    for regiment, filled in enumerate((1.0, 0.85, 0.8, 0.0)):
        mass[regiment, :, :5], mass[regiment, :, 5:] = filled, 1 - filled
    np.testing.assert_allclose(gives_way(mass, targets), [1, 0.5, 0, 0], atol=2.0**-7)
    assert (np.asarray(gives_way(mass, targets, np.array([False] * 4))) == 0).all()
    assert (np.asarray(gives_way(0 * mass, targets)) == 0).all(), "nobody is there"


@pytest.mark.parametrize(("sides", "awake"), [((0, 0), True), ((0, 1), False)])
def test_a_friend_who_waits_at_its_side_keeps_it_awake(sides, awake):
    """Who stands sleeps, unless a friend that is not in its place touches it, however still."""
    mass = np.zeros((2, 8, 24), np.float32)
    mass[0, :, 4:8], mass[1, :, 8:12] = 1, 1
    targets = mass.copy()
    targets[0] = np.roll(mass[0], 12, axis=1)
    rest = awake_at_first(jnp.asarray(mass), RestRule(ticks=3))
    for _ in range(6):
        rest = judged(rest, jnp.asarray(mass), jnp.asarray(targets), "wall", sides)
    assert np.asarray(rest.asleep).tolist() == [False, not awake]


@pytest.mark.long
@pytest.mark.parametrize(
    ("mover", "friend", "angles", "towards"),
    [
        ("phalanx", "line", (90.0, 90.0), 0.0),
        ("phalanx", "line", (120.0, 90.0), 30.0),
        ("column", "square", (90.0, 60.0), 0.0),
        ("phalanx", "phalanx", (90.0, 90.0), 0.0),
    ],
)
def test_a_friend_lets_a_regiment_through_within_the_bars(mover, friend, angles, towards):
    """The whole set: `python tests/benchmarks/giving_way.py`."""
    found = pass_through(
        mover,
        friend,
        angles,
        (150.0, 300.0 if friend != "phalanx" else 150.0),
        controller="plan",
        size=(72, 120),
        distance=64.0,
        ticks=400,
        towards=towards,
    )
    assert found.kept, found


@pytest.mark.long
@pytest.mark.parametrize("name", BATTLES)
def test_friends_pass_each_other_in_a_row_head_on_through_gates_and_near_walls(name):
    found = fought(name)
    assert found.kept, found
