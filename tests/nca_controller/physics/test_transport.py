"""The guarantees of the transport: exact totals, nothing negative, nothing above capacity, the realised flux."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_battles import battles, check_ground, long_forms, on_lattice, patchwork, total

from nca_controller.physics import LIMITERS, Terrain, advect


def greedy(behind, ahead, courant):
    """A limiter that breaks every rule: the guarantees must not hang on its good sense."""
    return 5 - 10 * courant


ALL = patchwork(*LIMITERS.values(), greedy)


@settings(max_examples=200, deadline=None)
@given(battles())
def test_the_guarantees_hold_for_any_battle(battle):
    """Under a patchwork of all limiters, where there are friends and enemies; which axis is first varies with both."""
    terrain, mass, _ = battle
    single = len(mass) == 1
    first = "x" if single == (terrain.boundary == "wall") else "y"
    check_guarantees(*battle, scheme=ALL, first=first, sides=(0,) if single else (0, 1, 0))


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(battles(), st.sampled_from([*LIMITERS.values(), greedy]), st.booleans())
def test_the_guarantees_hold_for_any_battle_under_each_limiter(battle, scheme, hostile):
    sides = tuple(range(len(battle[1]))) if hostile else None
    check_guarantees(*battle, scheme=scheme, first="y" if scheme is greedy else "x", sides=sides)


def check_guarantees(terrain, mass, velocity, **how):
    """Exact totals; mass between zero and capacity, in open cells, on the lattice; and all of it by the flux alone."""
    totals = total(mass)
    for _ in range(3):
        moved = advect(mass, velocity, terrain, **how)
        check_flux(np.asarray(moved.flux_x, np.float64), np.asarray(moved.flux_y, np.float64), terrain)
        after = mass - np.diff(moved.flux_x, axis=2) - np.diff(moved.flux_y, axis=1)
        mass = np.asarray(moved.mass)
        assert (after == mass).all()
        assert (total(mass) == totals).all()
        check_ground(mass, terrain)


def check_flux(flux_x, flux_y, terrain):
    """Assert that nothing crosses the faces of closed cells, nor the border of walled ground."""
    assert (flux_x[:, :, 0] == flux_x[:, :, -1]).all() and (flux_y[:, 0] == flux_y[:, -1]).all()
    closed = ~np.asarray(terrain.open_cells)
    for beside in (flux_x[:, :, 1:], flux_x[:, :, :-1], flux_y[:, 1:], flux_y[:, :-1]):
        assert not beside[:, closed].any()
    if terrain.boundary == "wall":
        assert not flux_x[:, :, 0].any() and not flux_y[:, 0].any()


@pytest.mark.parametrize("boundary", ["wall", *long_forms("torus")])
def test_totals_survive_a_thousand_violent_ticks(boundary):
    rng = np.random.default_rng(7)
    mass = on_lattice(rng.random((2, 24, 30)) / 2)
    totals, terrain = total(mass), Terrain.plain(24, 30, boundary=boundary)
    velocities = jnp.asarray(rng.normal(size=(50, 2, 24, 30, 2)) * 3, jnp.float32)

    @jax.jit
    def storm(mass):
        def blow(mass, velocity):
            mass = advect(mass, velocity, terrain).mass
            return mass, (mass.sum(axis=0).max(), mass.min())

        return jax.lax.scan(blow, mass, velocities)

    for _ in range(20):
        mass, (highest, lowest) = storm(mass)
        assert (total(mass) == totals).all()
        assert highest.max() <= 1 and lowest.min() >= 0


@pytest.mark.parametrize(
    "scheme",
    [LIMITERS["superbee"], *long_forms(LIMITERS["donor_cell"], LIMITERS["van_leer"], LIMITERS["ultra_bee"])],
)
def test_no_direction_is_favoured(scheme):
    """A field mirrored, or with x and y exchanged, comes out mirrored or exchanged, to the bit."""
    rng = np.random.default_rng(3)
    mass = on_lattice(rng.random((1, 9, 9)) ** 0.2)
    velocity = rng.normal(size=(1, 9, 9, 2)).astype(np.float32)
    straight = np.asarray(advect(mass, velocity, scheme=scheme).mass)
    mirrored = advect(mass[:, :, ::-1], velocity[:, :, ::-1] * np.array([-1, 1], np.float32), scheme=scheme).mass
    np.testing.assert_array_equal(straight, np.asarray(mirrored)[:, :, ::-1])
    overhead = advect(mass[:, ::-1], velocity[:, ::-1] * np.array([1, -1], np.float32), scheme=scheme).mass
    np.testing.assert_array_equal(straight, np.asarray(overhead)[:, ::-1])
    exchanged = advect(mass.swapaxes(1, 2), velocity.swapaxes(1, 2)[..., ::-1], scheme=scheme, first="y").mass
    np.testing.assert_array_equal(straight, np.asarray(exchanged).swapaxes(1, 2))


def test_a_field_that_is_one_block_moves_as_one():
    """A single file, packed to the cap over a hundred cells, loses none of its speed and opens no gap."""
    mass = np.zeros((1, 1, 160), np.float32)
    mass[0, 0, 4:104] = 1
    velocity = np.zeros((1, 1, 160, 2), np.float32)
    velocity[..., 0] = 1
    for _ in range(160):
        mass = advect(mass, velocity, dt=0.25, scheme=LIMITERS["ultra_bee"]).mass
    np.testing.assert_array_equal(np.asarray(mass)[0, 0], (np.arange(160) >= 44) & (np.arange(160) < 144))


def test_velocity_is_in_cells_per_unit_time():
    mass = np.zeros((1, 5, 7), np.float32)
    mass[0, 2, 3] = 0.5
    velocity = np.broadcast_to(np.float32([0.5, -1.0]), (1, 5, 7, 2))
    moved = advect(mass, velocity, dt=0.25, scheme=LIMITERS["donor_cell"])
    assert moved.flux_x[0, 2, 4] == moved.flux_x.sum() == 0.5 * 0.5 * 0.25
    assert moved.flux_y[0].sum() == -0.5 * 0.25
    assert moved.mass[0, 1, 4] == 0.5 * 0.125 * 0.25


def test_faster_than_a_cell_a_step_is_a_cell_a_advect():
    mass = np.zeros((1, 1, 9), np.float32)
    mass[0, 0, 2:4] = 1
    for speed in (4.0, 1e30, np.inf):
        velocity = np.full((1, 1, 9, 2), speed, np.float32)
        np.testing.assert_array_equal(np.asarray(advect(mass, velocity, dt=0.25).mass), np.roll(mass, 1, axis=2))


def test_what_does_not_fit_is_refused():
    mass, still = jnp.zeros((2, 4, 4)), jnp.zeros((2, 4, 4, 2))
    with pytest.raises(ValueError, match="velocity"):
        advect(mass, jnp.zeros((2, 4, 5, 2)))
    with pytest.raises(ValueError, match="terrain"):
        advect(mass, still, Terrain.plain(5, 5))
    with pytest.raises(ValueError, match="first"):
        advect(mass, still, first="z")
    with pytest.raises(ValueError, match="sides"):
        advect(mass, still, sides=(0,))
    for quantum in (2.0**-21, 1e-6, 0.0, -1.0, 2.0, np.nan):
        with pytest.raises(ValueError, match="quantum"):
            advect(mass, still, quantum=quantum)
