"""Regiments on one ground: friends pass through each other, enemies do not, and each keeps its own to the bit."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_battles import long_forms, on_lattice, total

from nca_controller import Plan
from nca_controller.dynamics import init_state, tick
from nca_controller.physics import LIMITERS, QUANTUM, Terrain, advect
from nca_controller.physics.exchange import apportion, exchange

# The game's own, and the others, of which ultra_bee holds back the most.
SCHEMES = [LIMITERS["superbee"], *long_forms(*(scheme for name, scheme in LIMITERS.items() if name != "superbee"))]

divide = jax.jit(apportion)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-6, 0.5, 1.0]))
def test_portions_add_up_to_the_total_to_the_bit(seed, share):
    rng = np.random.default_rng(seed)
    parts = on_lattice(rng.random((4, 5, 5)) ** rng.choice([1, 30]) * (rng.random((4, 5, 5)) < 0.7))
    whole = on_lattice(share * parts.sum(axis=0, dtype=np.float64))
    given_out = np.asarray(divide(parts, whole))
    assert (given_out >= 0).all() and (given_out <= parts).all()
    assert (given_out == on_lattice(given_out)).all()
    assert (given_out.sum(axis=0, dtype=np.float64) == whole).all()
    fair = parts * np.where(parts.sum(axis=0) > 0, whole / np.maximum(parts.sum(axis=0), QUANTUM), 0)
    assert np.abs(given_out - fair).max() <= 5 * QUANTUM


def test_friends_exchange_equal_amounts_and_enemies_none():
    offers = jnp.float32([0.5, -0.125, -0.25, 0.25])[:, None, None]
    friends = np.asarray(exchange(offers, (0, 0, 0, 0)))[:, 0, 0]
    np.testing.assert_allclose(friends, [0.25, -0.125, -0.25, 0.125], atol=2 * QUANTUM)
    assert friends.sum() == 0
    two_sides = np.asarray(exchange(offers, (0, 0, 1, 2)))[:, 0, 0]
    np.testing.assert_allclose(two_sides, [0.125, -0.125, 0, 0], atol=2 * QUANTUM)
    assert not np.asarray(exchange(offers, (0, 1, 2, 3))).any()


def head_on():
    """Two packed blocks, 16 x 16, that face each other across 48 cells."""
    mass = np.zeros((2, 32, 112), np.float32)
    mass[0, 8:24, 16:32] = mass[1, 8:24, 80:96] = 1
    velocity = np.zeros((*mass.shape, 2), np.float32)
    velocity[0, ..., 0], velocity[1, ..., 0] = 1, -1
    return mass, velocity


def march_on(mass, velocity, ticks, sides, scheme):
    """Return the mass after so many ticks of two steps each, and the fullest that any cell ever was."""

    mass, fullest = marched(jnp.asarray(mass), jnp.asarray(velocity), ticks, sides=sides, scheme=scheme)
    return np.asarray(mass, np.float64), fullest


@partial(jax.jit, static_argnames=("sides", "scheme"))
def marched(mass, velocity, ticks, *, sides, scheme):
    def advance(_, so_far):
        mass, fullest = so_far
        for first in "xy":
            mass = advect(mass, velocity, sides=sides, scheme=scheme, first=first).mass
        return mass, jnp.maximum(fullest, mass.sum(axis=0).max())

    return jax.lax.fori_loop(0, ticks, advance, (mass, jnp.float32(0)))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_packed_regiments_get_through_each_other(scheme):
    """90 % across within 1.5 times the ticks of a free march, and 100."""
    mass, velocity = head_on()
    free = 40 / 0.5 + 0.9 * 16 / 0.5  # until 90 % of a block have crossed the middle line unhindered
    moved, fullest = march_on(mass, velocity, int(1.5 * free + 100), (0, 0), scheme)
    assert (total(moved) == total(mass)).all()
    assert 0 < fullest <= 1
    assert moved[0, :, 56:].sum() >= 0.9 * 256 and moved[1, :, :56].sum() >= 0.9 * 256


def test_enemies_stop_each_other_and_the_stronger_push_gains_no_room_that_is_taken():
    mass, velocity = head_on()
    moved, fullest = march_on(mass, velocity, 300, (0, 1), LIMITERS["ultra_bee"])
    assert moved[0, :, 56:].sum() == 0 and moved[1, :, :56].sum() == 0
    assert fullest <= 1
    velocity[1] = 0
    moved, _ = march_on(mass, velocity, 300, (0, 1), LIMITERS["ultra_bee"])
    np.testing.assert_array_equal(moved[1], mass[1])  # who stands fast is not shoved
    assert moved[0, :, 64:80].sum() == 256


@pytest.mark.long
def test_ordered_through_each_other_they_form_whole_again():
    """Under the commander's plan, each ordered to where the other stood, and in time."""
    mass, _ = head_on()
    targets = jnp.asarray(mass[::-1].copy())
    free = 64 / 0.5
    advance = jax.jit(tick)
    state = init_state(jnp.asarray(mass), Terrain.plain(32, 112), [Plan(), Plan()], seed=0)
    across = None
    for ticks in range(1, 500):
        state = advance(state, targets)
        there = np.minimum(state.mass, targets).sum(axis=(1, 2)) / 256
        across = across or (ticks if (there >= 0.9).all() else None)
    assert across is not None and across <= 1.5 * free + 100
    assert there.min() >= 0.98
    assert (total(state.mass) == 256).all()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_regiment_filters_through_one_that_stands_and_leaves_a_quarter_free(scheme):
    """Where others fill a cell, a limiter must not hold a regiment back until it fills the cell by itself."""
    mass = np.zeros((2, 6, 40), np.float32)
    mass[0, :, 2:10] = 1
    mass[1, :, 16:20] = 0.75
    velocity = np.zeros((*mass.shape, 2), np.float32)
    velocity[0, ..., 0] = 1

    @jax.jit
    def march(mass):
        return jax.lax.scan(lambda mass, _: (advect(mass, velocity, scheme=scheme).mass, None), mass, length=400)[0]

    moved = np.asarray(march(mass))
    assert moved[0, :, 20:].sum() > 0.999 * 48
    np.testing.assert_array_equal(moved[1], mass[1])
