"""Acceptance is the greatest that fits, by a plain reference in whole quanta."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller.physics import QUANTUM
from nca_controller.physics.acceptance import accept

solve = jax.jit(accept, static_argnames=("boundary", "quantum"))


def reference(offers, room, ring):
    """Accept along one column, in whole quanta: start from all that is offered, and take back until nothing is over."""
    count = len(offers)
    into = [(face + 1) % count if offers[face] > 0 else face for face in range(count)]
    accepted = [abs(offer) for offer in offers]
    changed = True
    while changed:
        changed = False
        for face, cell in enumerate(into):
            above, below = (cell - 1) % count, cell
            other = below if face == above else above
            if into[other] == cell and offers[other] and (ring or count > 1):
                share = max(room[cell] // 2, room[cell] - abs(offers[other]))
            else:
                share = room[cell] + (accepted[other] if into[other] != cell else 0)
            if accepted[face] > share:
                accepted[face], changed = share, True
    return [amount if offer > 0 else -amount for amount, offer in zip(accepted, offers, strict=True)]


@pytest.mark.parametrize("boundary", ["wall", "torus"])
def test_it_is_the_greatest_that_fits(boundary):
    rng = np.random.default_rng(5)
    height, width = 9, 400  # each column a case of its own
    for tightness in (0.0, 0.05, 0.5):
        offers = rng.integers(-8, 9, (height, width)) * rng.integers(0, 2, (height, width))
        offers[:, ::3] = np.abs(offers[:, ::3])  # in some all go one way, round the ring
        room = rng.integers(0, 10, (height, width)) * (rng.random((height, width)) < tightness)
        if boundary == "wall":
            offers[-1] = 0
        accepted = np.asarray(solve(jnp.float32(offers * QUANTUM), jnp.float32(room * QUANTUM), boundary)) / QUANTUM
        for column in range(width):
            expected = reference(offers[:, column].tolist(), room[:, column].tolist(), boundary == "torus")
            assert accepted[:, column].tolist() == expected


def test_streams_that_meet_share_the_room_and_leave_no_quantum_unused():
    offers = jnp.float32([[0.75], [-0.75], [0]])
    half = np.asarray(accept(offers, jnp.float32([[0], [0.5], [0]]), "wall"))
    np.testing.assert_array_equal(half[:, 0], [0.25, -0.25, 0])
    offers = jnp.float32([[0.125], [-0.75], [0]])
    rest = np.asarray(accept(offers, jnp.float32([[0], [0.5], [0]]), "wall"))
    np.testing.assert_array_equal(rest[:, 0], [0.125, -0.375, 0])
