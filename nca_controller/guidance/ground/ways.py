"""Clear ways: where the straight way to a destination crosses nothing that is closed or slow."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller.guidance.clouds import cell_centres, pool_widths
from nca_controller.guidance.speed import speed

OPACITY = 2.0  # by cell that is closed on the way: clearness is exp(-OPACITY x closed cells)


def clearness(displacement: Float[Array, "H W 2"], hindrance: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return how clear the way of each cell is, from 0 to 1, as it is looked at from the middle of its coarse cell.

    `hindrance` is 1 where a cell is closed, and what a ford lacks of a capacity of 1. Ways stay on the field.
    """
    height, width = hindrance.shape
    pool = pool_widths(height, width)[0]
    middle = pool // 2
    ways, starts = displacement[middle::pool, middle::pool], cell_centres(height, width)[middle::pool, middle::pool]
    clear = jnp.exp(-OPACITY * crossed(starts, ways, hindrance, max(height, width) // 2))
    rows, columns = (
        np.minimum(np.arange(size) // pool, math.ceil((size - middle) / pool) - 1) for size in (height, width)
    )
    return clear[rows][:, columns]


def crossed(
    starts: Float[Array, "h w 2"], ways: Float[Array, "h w 2"], hindrance: Float[Array, "H W"], samples: int
) -> Float[Array, "h w"]:
    """Return how many closed cells lie on each way, as so many places on it tell."""
    height, width = hindrance.shape

    def look(number: Array, found: Float[Array, "h w"]) -> Float[Array, "h w"]:
        place = starts + (number + 0.5) / samples * ways
        column, row = (
            jnp.clip(place[..., axis].astype(jnp.int32), 0, size - 1) for axis, size in ((0, width), (1, height))
        )
        return found + hindrance[row, column]

    return jax.lax.fori_loop(0, samples, look, jnp.zeros(starts.shape[:2], jnp.float32)) / samples * speed(ways)
