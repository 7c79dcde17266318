"""What training asks of a rollout: stand as ordered, soon, and then stand still."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.training.config import Config

ENOUGH = 0.95  # overlap at which an order counts as carried out
SOFTNESS = 0.015  # of that threshold
CLEAN = 0.002  # shortfall below which there is little left to win


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

    Three wishes: to reach an overlap of 0.95 soon (a smooth count of the ticks before it), to leave little missing (its
    logarithm: the last men count as much as the first), and to stand still (the kinetic energy of mass that stands
    where it is wanted).
    """
    filled = overlap(mass, target)
    late = jax.nn.sigmoid((ENOUGH - filled) / SOFTNESS).mean()
    missing = (jnp.log1p((1 - filled) / CLEAN) / math.log1p(1 / CLEAN)).mean()
    standing = jnp.minimum(mass, target) * (velocity**2).sum(axis=-1)
    restless = (standing.sum(axis=(-2, -1)) / target.sum() * filled**8).mean()
    return late + config.clean_weight * missing + config.rest_weight * restless, filled[-1]
