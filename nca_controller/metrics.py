"""Measures of a battle, the same in training and in evaluation."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float


def overlap(mass: Float[Array, "*time H W"], target: Float[Array, "H W"]) -> Float[Array, "*time"]:
    """Return the share of the target that is filled; NaN where the mass is not finite, which a minimum would hide."""
    share = filled(mass, target).sum(axis=(-2, -1)) / target.sum()
    return jnp.where(jnp.isfinite(mass).all(axis=(-2, -1)), share, jnp.nan)


def filled(mass: Float[Array, "*time H W"], target: Float[Array, "H W"]) -> Float[Array, "*time H W"]:
    """Return the mass that stands in its place, in every cell."""
    return jnp.minimum(mass, jnp.expand_dims(target, range(mass.ndim - 2)))
