"""What training asks of a rollout: stand as ordered, soon, and then stand still."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.training.config import Config

CLEAN = 0.005  # shortfall below which there is little left to win


def overlap(mass: Float[Array, "*time H W"], target: Float[Array, "H W"]) -> Float[Array, "*time"]:
    """Return the share of the target that is filled; NaN where the mass is not finite, which a minimum would hide."""
    share = jnp.minimum(mass, target).sum(axis=(-2, -1)) / target.sum()
    return jnp.where(jnp.isfinite(mass).all(axis=(-2, -1)), share, jnp.nan)


def rollout_loss(
    mass: Float[Array, "ticks H W"],
    velocity: Float[Array, "ticks H W 2"],
    target: Float[Array, "H W"],
    config: Config,
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return the loss of a rollout, and its overlap at the end.

    The mean over all ticks of the shortfall's logarithm asks for speed and for cleanness alike: halving what is missing
    counts as much at the end as on the way. The kinetic energy of mass that stands where it is wanted asks for rest.
    """
    filled = overlap(mass, target)
    missing = jnp.log1p((1 - filled) / CLEAN) / math.log1p(1 / CLEAN)
    standing = jnp.minimum(mass, target) * (velocity**2).sum(axis=-1)
    restless = (standing.sum(axis=(-2, -1)) / target.sum() * filled**8).mean()
    return missing.mean() + config.rest_weight * restless, filled[-1]
