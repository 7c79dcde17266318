"""What training asks of a rollout: stand as ordered, soon, and then stand still."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.training.config import Config


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

    The mean shortfall over all ticks asks for speed, that of the last tick for cleanness, and the kinetic energy of
    mass that stands where it is wanted for rest.
    """
    filled = overlap(mass, target)
    standing = jnp.minimum(mass, target) * (velocity**2).sum(axis=-1)
    restless = (standing.sum(axis=(-2, -1)) / target.sum() * filled**8).mean()
    loss = (1 - filled).mean() + config.end_weight * (1 - filled[-1]) + config.rest_weight * restless
    return loss, filled[-1]
