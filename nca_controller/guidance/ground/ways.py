"""Clear ways: where the straight way to a destination crosses nothing that is closed or slow."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance.clouds import cell_centres, pool_widths
from nca_controller.guidance.speed import speed

OPACITY = 2.0  # by cell that is closed on the way: clearness is exp(-OPACITY x closed cells)


def clearness(displacement: Float[Array, "H W 2"], hindrance: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return how clear the way of each cell is, from 0 to 1, sampled for each coarse cell.

    `hindrance` is 1 where a cell is closed, and what a ford lacks of a capacity of 1. A plan knows no torus, so ways
    never leave the field.
    """
    height, width = hindrance.shape
    pool = pool_widths(height, width)[0]
    middle = pool // 2
    ways = displacement[middle::pool, middle::pool]
    starts = cell_centres(height, width)[middle::pool, middle::pool]
    count = max(height, width) // 2
    along = (jnp.arange(count, dtype=jnp.float32) + 0.5) / count
    places = starts[..., None, :] + along[:, None] * ways[..., None, :]
    columns = jnp.clip(places[..., 0].astype(jnp.int32), 0, width - 1)
    rows = jnp.clip(places[..., 1].astype(jnp.int32), 0, height - 1)
    crossed = hindrance[rows, columns].mean(axis=-1) * speed(ways)
    clear = jnp.exp(-OPACITY * crossed)
    rows_of, columns_of = (
        jnp.minimum(jnp.arange(size) // pool, math.ceil((size - middle) / pool) - 1) for size in (height, width)
    )
    return clear[rows_of][:, columns_of]
