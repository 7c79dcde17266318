"""The seed's goal signal: uphill on the blurred target. Local, a few cells of reach; kept for comparison."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance.speed import unit
from nca_controller.physics import as_floats

BLURS = 4  # passes of a 3 x 3 mean: about 4 cells of reach


def create_goal_signal(
    target: Float[Array, "H W"], current_mass: Float[Array, "H W"] | None = None
) -> Float[Array, "H W 4"]:
    """Return target mass, direction (x, y) towards more of it, and proximity, the blurred target over its maximum.

    `current_mass`, an argument of the seed's, is ignored: this signal depends only on the target nearby.
    """
    blurred = target = as_floats("target", target, "H W", jnp.float32)
    for _ in range(BLURS):
        blurred = mean_3x3(blurred)
    padded = jnp.pad(blurred, 1, mode="edge")
    uphill = jnp.stack([padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]], axis=-1) / 2
    proximity = blurred / jnp.maximum(blurred.max(), 1e-8)
    return jnp.concatenate([target[..., None], unit(uphill), proximity[..., None]], axis=-1)


def mean_3x3(field: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return the mean of each cell and its eight neighbours; the border is repeated outwards."""
    padded = jnp.pad(field, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
