"""Clear ways: where the straight way to a destination crosses nothing that is closed or slow."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from nca_controller.guidance.clouds import cell_centres, pool_widths
from nca_controller.guidance.speed import speed

OPACITY = 2.0  # by cell that is closed on the way: clearness is exp(-OPACITY x closed cells)
SAMPLES = 2  # places that are looked at by cell of a coarse cell's width


def clearness(
    displacement: Float[Array, "H W 2"], hindrance: Float[Array, "H W"], outlook: Float[Array, "H W"]
) -> Float[Array, "H W"]:
    """Return how clear the way of each cell is, from 0 to 1, as it is looked at from the middle of its coarse cell.

    `hindrance` is 1 where a cell is closed, and what a ford lacks of a capacity of 1. Ways stay on the field. `outlook`
    is how clear it is between a cell and that middle: across a wall they have not the same way.
    """
    height, width = hindrance.shape
    pool = pool_widths(height, width)[0]
    rows, columns = (np.unique(middle_of_each(size, pool)) for size in (height, width))
    ways, starts = (field[rows][:, columns] for field in (displacement, cell_centres(height, width)))
    clear = jnp.exp(-OPACITY * crossed(starts, ways, hindrance, math.ceil(max(height, width) / 2)))
    return clear[coarse_cell(height, pool)][:, coarse_cell(width, pool)] * outlook


def outlook(hindrance: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return how clear it is between each cell and the middle of its coarse cell, from 0 to 1."""
    height, width = hindrance.shape
    pool, cells = pool_widths(height, width)[0], cell_centres(height, width)
    rows, columns = (middle_of_each(size, pool) for size in (height, width))
    return jnp.exp(-OPACITY * crossed(cells, cells[rows][:, columns] - cells, hindrance, SAMPLES * pool))


def coarse_cell(size: int, pool: int) -> Int[np.ndarray, " size"]:
    """Return the coarse cell of each cell of a row, the last one with a middle for those that have none."""
    return np.minimum(np.arange(size) // pool, max(math.ceil((size - pool // 2) / pool) - 1, 0))


def middle_of_each(size: int, pool: int) -> Int[np.ndarray, " size"]:
    """Return the cell in the middle of the coarse cell of each cell of a row."""
    return np.minimum(coarse_cell(size, pool) * pool + pool // 2, size - 1)


def crossed(
    starts: Float[Array, "h w 2"], ways: Float[Array, "h w 2"], hindrance: Float[Array, "H W"], samples: int
) -> Float[Array, "h w"]:
    """Return how many closed cells lie on each way, as so many places on it tell."""
    height, width = hindrance.shape

    def at(number: Array) -> Float[Array, "h w"]:
        place = starts + (number.astype(jnp.float32) + 0.5) / samples * ways
        column, row = (
            jnp.clip(place[..., axis].astype(jnp.int32), 0, size - 1) for axis, size in ((0, width), (1, height))
        )
        return hindrance[row, column]

    def in_turn() -> Float[Array, "h w"]:
        none = jnp.zeros(starts.shape[:2], jnp.float32)
        return jax.lax.fori_loop(0, samples, lambda number, found: found + at(number), none)

    def at_once() -> Float[Array, "h w"]:
        return jax.vmap(at)(jnp.arange(samples, dtype=jnp.int32)).sum(axis=0)

    return jax.lax.platform_dependent(cpu=in_turn, default=at_once) / samples * speed(ways)
