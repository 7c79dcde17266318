"""A guide without a global solve: the Poisson potential, relaxed between neighbouring cells.

Every cell holds a potential and its rate and, once a tick, follows the damped wave equation driven by its own shortfall
and its four neighbours. A change travels as a wave, 0.95 cells a tick along an axis; where the wave has died down the
potential solves the same equation as `guidance.poisson` does at once.
"""

from __future__ import annotations

import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float

from nca_controller.guidance.poisson import THIN, flux_up
from nca_controller.guidance.speed import clipped, speed

STIFFNESS = 0.45  # squared speed of the wave, cells per tick; it is stable below 0.5
DAMPING = 0.05  # share of the rate that is lost in a tick


@struct.dataclass
class Wave:
    """What every cell remembers: a potential, and its change in the last tick."""

    potential: Float[Array, "H W"]
    rate: Float[Array, "H W"]


def flat_wave(height: int, width: int) -> Wave:
    """Return the wave before any order."""
    return Wave(jnp.zeros((height, width), jnp.float32), jnp.zeros((height, width), jnp.float32))


def relax(wave: Wave, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Wave:
    """Return the wave one tick later. Linear, local to the four neighbours; the border reflects it."""
    padded = jnp.pad(wave.potential, 1, mode="edge")
    laplace = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * wave.potential
    rate = (1 - DAMPING) * wave.rate + STIFFNESS * (laplace - (mass - target))
    return Wave(wave.potential + rate, rate)


def follow_wave(wave: Wave, mass: Float[Array, "H W"]) -> Float[Array, "H W 3"]:
    """Return the velocity (x, y) up the potential, at most 1 long, and the proximity, 1 where nothing moves."""
    velocity = clipped(flux_up(wave.potential) / (mass + THIN)[..., None])
    return jnp.concatenate([velocity, 1 - speed(velocity)[..., None]], axis=-1)
