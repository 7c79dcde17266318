"""Gradients through losses, fatigue and morale as numbers, by finite differences in float64, off the lattice."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from melee import LEFT, RIGHT, begun, block, row

from nca_controller.dynamics.combat import commanded
from nca_controller.physics import Terrain, advect, donor_cell
from nca_controller.physics.combat import fight

pytestmark = pytest.mark.long

SHAPE, SIDES = (16, 28), (0, 1)
TERRAIN = Terrain.plain(*SHAPE)
ROWS = [row("cavalry"), row("pikes")]


@partial(jax.jit, static_argnames="ticks")
def outcome(mass, wills, attack, weight, combat, *, ticks):
    """Return a number that depends on who falls where, on fatigue and on morale after a charge."""
    traits = combat.conduct.traits
    combat = combat.replace(conduct=combat.conduct.replace(traits=traits.replace(attack=attack)))
    terrain = TERRAIN.in_kind(mass.dtype)

    def tick(known, _):
        before, combat = known
        velocity = commanded(jnp.broadcast_to(wills[:, None, None], (*mass.shape, 2)), before, combat, terrain, SIDES)
        how = {"dt": 0.25, "quantum": None, "sides": SIDES, "scheme": donor_cell}
        one = advect(before, velocity, terrain, first="x", **how)
        two = advect(one.mass, velocity, terrain, first="y", **how)
        flux = one.flux_x + two.flux_x, one.flux_y + two.flux_y
        return fight(two.mass, before, *flux, combat, combat.conduct, terrain, SIDES, None), None

    (mass, combat), _ = jax.lax.scan(tick, (mass, combat), None, length=ticks)
    numbers = combat.morale - 2 * combat.fatigue + combat.impetus
    return (weight * combat.fallen).sum() + numbers[0] - 0.7 * numbers[1]


@pytest.mark.parametrize(("ticks", "tolerance"), [(100, 1e-3), (300, 1e-2)])
def test_they_agree_with_finite_differences(ticks, tolerance):
    with jax.enable_x64(True):
        rng = np.random.default_rng(3)
        mass = np.stack([block(SHAPE, 3, 4, 10, 6), block(SHAPE, 3, 14, 10, 8)])
        mass = mass * (1 - 0.2 * rng.random(mass.shape))
        mass, combat = begun(mass, (RIGHT, LEFT), SIDES, ROWS, quantum=None)
        given = [mass, jnp.asarray([(0.6, 0.05), (-0.1, 0.02)]), jnp.asarray([0.8, 1.1])]
        weight = jnp.asarray(rng.normal(size=mass.shape))
        both = jax.value_and_grad(partial(outcome, ticks=ticks), argnums=(0, 1, 2))
        gradients = both(*given, weight, combat)[1]
        for argument, value in enumerate(given):
            along = jnp.asarray(rng.normal(size=value.shape)) * (value != 0)
            high, low = list(given), list(given)
            high[argument], low[argument] = value + 1e-6 * along, value - 1e-6 * along
            measured = (
                float(outcome(*high, weight, combat, ticks=ticks) - outcome(*low, weight, combat, ticks=ticks)) / 2e-6
            )
            slope = float((gradients[argument] * along).sum())
            assert slope == pytest.approx(measured, rel=tolerance, abs=1e-6), (argument, slope, measured)


def test_there_is_no_nan_where_nothing_is():
    mass = np.zeros((2, *SHAPE))
    mass[0] = block(SHAPE, 3, 4, 10, 6)
    mass, combat = begun(mass, (RIGHT, LEFT), SIDES, ROWS, quantum=None)
    slope = jax.grad(partial(outcome, ticks=10), argnums=(0, 1, 2))
    for part in slope(mass, jnp.zeros((2, 2)), jnp.ones(2), jnp.ones(mass.shape), combat):
        assert np.isfinite(part).all()
