"""Lengths and limits of velocities, with gradients that stay finite where nothing moves."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

STANDSTILL = 1e-12  # squared speed below which a velocity has no direction


def speed(velocity: Float[Array, "*cells 2"]) -> Float[Array, "*cells"]:
    """Return the Euclidean length; its gradient at 0 is 0."""
    squared = (velocity**2).sum(axis=-1)
    moving = squared > STANDSTILL
    return jnp.where(moving, jnp.sqrt(jnp.where(moving, squared, 1.0)), 0.0)


def clipped(velocity: Float[Array, "*cells 2"], most: float = 1.0) -> Float[Array, "*cells 2"]:
    """Return the velocity, shortened to `most` where it is longer."""
    return velocity / jnp.maximum(speed(velocity) / most, 1.0)[..., None]


def unit(velocity: Float[Array, "*cells 2"]) -> Float[Array, "*cells 2"]:
    """Return the velocity at length 1, or 0 where nothing moves."""
    length = speed(velocity)[..., None]
    return jnp.where(length > 0, velocity / jnp.where(length > 0, length, 1.0), 0.0)
