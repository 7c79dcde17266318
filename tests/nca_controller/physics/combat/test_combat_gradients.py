"""Gradients of a tick of combat, through losses, fatigue and morale as numbers, in float64, off the lattice.

Those of whole ticks are tested with the trials of combat.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from melee import LEFT, RIGHT, begun, block, row

from nca_controller.physics import Terrain
from nca_controller.physics.combat import fight

pytestmark = pytest.mark.long

SHAPE, SIDES, TICKS = (15, 21), (0, 1), 30
TERRAIN = Terrain.plain(*SHAPE)


@jax.jit
def outcome(mass, speed, attack, charge, weight, combat):
    """Return a number that depends on who falls where, on fatigue, morale and impetus of marchers."""
    traits = combat.conduct.traits.replace(attack=attack, charge=charge)
    combat = combat.replace(conduct=combat.conduct.replace(traits=traits))
    pad = ((0, 0), (0, 0), (1, 0))

    def tick(known, _):
        mass, combat = known
        flux_x = jnp.pad(mass * speed[:, None, None], pad)
        flux_y = jnp.zeros((2, SHAPE[0] + 1, SHAPE[1]), mass.dtype)
        return fight(mass, mass, flux_x, flux_y, combat, combat.conduct, TERRAIN.in_kind(mass.dtype), SIDES, None), None

    (mass, combat), _ = jax.lax.scan(tick, (mass, combat), None, length=TICKS)
    numbers = combat.morale - 2 * combat.fatigue + combat.impetus + combat.recent
    return (weight * combat.fallen).sum() + numbers[0] - 0.7 * numbers[1]


slopes = jax.jit(jax.grad(outcome, argnums=(0, 1, 2, 3)))


def test_they_agree_with_finite_differences():
    with jax.enable_x64(True):
        rng = np.random.default_rng(3)
        mass = np.stack([block(SHAPE, 3, 4, 9, 6), block(SHAPE, 2, 11, 11, 5)])
        mass, combat = begun(
            mass * (1 - 0.2 * rng.random(mass.shape)), (RIGHT, LEFT), SIDES, [row("cavalry"), row()], quantum=None
        )
        given = [mass, jnp.asarray([0.26, -0.1]), jnp.asarray([0.8, 1.1]), jnp.asarray([7.0, 2.0])]
        rest = jnp.asarray(rng.normal(size=mass.shape)), combat
        for argument, slope in enumerate(slopes(*given, *rest)):
            along = jnp.asarray(rng.normal(size=slope.shape)) * (given[argument] != 0)
            high, low = ([*given], [*given])
            high[argument], low[argument] = (given[argument] + way * 1e-6 * along for way in (1, -1))
            measured = float(outcome(*high, *rest) - outcome(*low, *rest)) / 2e-6
            assert float((slope * along).sum()) == pytest.approx(measured, rel=1e-4, abs=1e-8), argument


def test_there_is_no_nan_where_nothing_is():
    with jax.enable_x64(True):
        mass, combat = begun(np.zeros((2, *SHAPE)), (RIGHT, LEFT), SIDES, quantum=None)
        found = slopes(mass, jnp.zeros(2), jnp.ones(2), jnp.ones(2), jnp.ones(mass.shape), combat)
    assert all(np.isfinite(part).all() for part in found)
