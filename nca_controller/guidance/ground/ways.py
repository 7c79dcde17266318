"""Clear ways: where the straight way to a destination crosses nothing that is closed or slow."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nca_controller.guidance.clouds import cell_centres, pool_widths
from nca_controller.guidance.speed import clipped, speed

OPACITY = 2.0  # by cell that is closed on the way: clearness is exp(-OPACITY x closed cells)
AHEAD = 8  # cells of its way that every cell looks at for itself


def clearness(displacement: Float[Array, "H W 2"], hindrance: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return how clear the way of each cell is, from 0 to 1.

    The whole way is looked at from the middle of each coarse cell, the next cells of it from each cell: beside a gate
    one soldier's way leads through and its neighbour's does not. `hindrance` is 1 where a cell is closed, and what a
    ford lacks of a capacity of 1. The plan knows no torus, so ways stay on the field. Where it has no way, since hardly
    any mass stands there, none is clear.
    """
    height, width = hindrance.shape
    pool = pool_widths(height, width)[0]
    middle = pool // 2
    ways, starts = displacement[middle::pool, middle::pool], cell_centres(height, width)[middle::pool, middle::pool]
    whole = jnp.exp(-OPACITY * crossed(starts, ways, hindrance, max(height, width) // 2))
    whole = jnp.where(is_planned(ways), whole, 0)
    rows, columns = (
        np.minimum(np.arange(size) // pool, math.ceil((size - middle) / pool) - 1) for size in (height, width)
    )
    next_cells = clipped(displacement, AHEAD)
    near = jnp.exp(-OPACITY * crossed(cell_centres(height, width), next_cells, hindrance, AHEAD))
    return jnp.minimum(near, whole[rows][:, columns])


def is_planned(displacement: Float[Array, "h w 2"]) -> Bool[Array, "h w"]:
    """Return where the plan has a way, be it ever so short."""
    return (displacement != 0).any(axis=-1)


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
