"""Means over boxes of so many metres: what stands near a cell, the same in cells of any size."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller.physics.barrier import barrier


def box_mean(
    field: Float[Array, "*R H W"], half_width_metres: float, cell_metres: float, boundary: str
) -> Float[Array, "*R H W"]:
    """Return S(field; half width): the mean over a box that reaches so far along each axis, averaged over each cell.

    Beyond a wall the field is 0; a torus wraps. The weights add up to 1. Opposite neighbours are added first, so a
    mirrored field has a mirrored mean, to the bit.
    """
    weights = box_weights(half_width_metres / cell_metres)
    return line_mean(line_mean(field, weights, -1, boundary), weights, -2, boundary)


def box_weights(half_width: float) -> Float[np.ndarray, " K"]:
    """Return what the cells at distance 0, 1, 2, ... weigh in a mean along one axis; the half width is in cells.

    Both ends of the box are averaged over a cell: the weights are those of the box folded with two cells, so they
    change smoothly with its width, and one narrower than a cell sees the neighbours, too.

    Raises ValueError for a half width that is not above 0.
    """
    if not half_width > 0:
        raise ValueError(f"a box's half width must be above 0, not {half_width}")

    def twice_summed(position: Float[np.ndarray, " K"]) -> Float[np.ndarray, " K"]:
        return np.maximum(position + half_width, 0) ** 2 / 2 - np.maximum(position - half_width, 0) ** 2 / 2

    distance = np.arange(math.ceil(half_width + 1), dtype=np.float64)
    folded = twice_summed(distance + 1) - 2 * twice_summed(distance) + twice_summed(distance - 1)
    return folded / (2 * half_width)


def line_mean(
    field: Float[Array, "*R H W"], weights: Float[np.ndarray, " K"], axis: int, boundary: str
) -> Float[Array, "*R H W"]:
    """Return the weighted sum of the cells along an axis, -1 for x and -2 for y, to either side of each."""
    reach, size = len(weights) - 1, field.shape[axis]
    around = [(0, 0)] * field.ndim
    around[axis] = (reach, reach)
    wide = barrier(jnp.pad(field, around, mode="wrap" if boundary == "torus" else "constant"))

    def beside(offset: int) -> Float[Array, "*R H W"]:
        return jax.lax.slice_in_dim(wide, reach + offset, reach + offset + size, axis=axis)

    mean = beside(0) * float(weights[0])
    for distance in range(1, reach + 1):
        mean = mean + (beside(-distance) + beside(distance)) * float(weights[distance])
    return mean
