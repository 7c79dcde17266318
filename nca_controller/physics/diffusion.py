"""Diffusion in flux form, and the noise of motion: mass spreads, exactly conservative, capped, stopped by walls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from nca_controller.physics.arrays import as_floats, as_number
from nca_controller.physics.lattice import QUANTUM, checked_quantum, to_lattice
from nca_controller.physics.rows import below, transposed
from nca_controller.physics.terrain import Terrain
from nca_controller.physics.transport import apply_offers, ground_for, sides_of


def diffuse(
    mass: Float[Array, "R H W"],
    rate: float,
    terrain: Terrain | None = None,
    *,
    quantum: float | None = QUANTUM,
    sides: Sequence[int] | None = None,
) -> Float[Array, "R H W"]:
    """Return the mass after `rate` times the difference has crossed every face: the heat equation, first x, then y.

    What the fuller neighbour offers is accepted as in `advect`, whose guarantees hold here too: totals to the bit,
    nothing negative, the sum over regiments within a capacity that may vary by cell, nothing through walls.

    Raises ValueError for a rate outside [0, 0.25], and for what `advect` refuses.
    """
    mass = as_floats("mass", mass, "R H W")
    quantum, rate = checked_quantum(quantum, mass.dtype), as_number("rate", rate, mass.dtype)
    if not 0 <= rate <= 0.25:
        raise ValueError(f"rate must lie in [0, 0.25], not {rate}")
    return spread_out(mass, rate, ground_for(mass, terrain), quantum=quantum, sides=sides_of(mass, sides))


@partial(jax.jit, static_argnames=("quantum", "sides"))
def spread_out(
    mass: Float[Array, "R H W"], rate: float, terrain: Terrain, *, quantum: float | None, sides: tuple[int, ...]
) -> Float[Array, "R H W"]:
    """Return the outcome of a step of diffusion, all arguments given and checked."""

    def spread(mass: Float[Array, "R H W"], terrain: Terrain) -> Float[Array, "R H W"]:
        offers = to_lattice(rate * (mass - below(mass, terrain.boundary)), quantum)
        return apply_offers(mass, offers, terrain, sides, quantum)[0]

    return spread(transposed(spread(transposed(mass), terrain.transposed())), terrain)


def perturb(velocity: Float[Array, "*shape 2"], deviation: float, key: PRNGKeyArray) -> Float[Array, "*shape 2"]:
    """Return the velocities with normal noise of that standard deviation, in cells per unit time, in x and y each.

    Noise in what moves the mass, not in the mass: whatever it draws, `advect` keeps its guarantees.
    """
    velocity = as_floats("velocity", velocity)
    return velocity + as_number("deviation", deviation, velocity.dtype) * jax.random.normal(
        key, velocity.shape, velocity.dtype
    )
