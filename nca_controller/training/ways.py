"""How far mass has yet to go over open ground, for losses that look further than a rollout reaches."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Shaped

STEPS = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column]
ROUNDS = 4  # sweeps for each cell along a side of the field: no way of the benchmark's kinds is longer


def ways_to(target: Float[Array, "H W"], open_cells: Bool[Array, "H W"]) -> Float[Array, "H W"]:
    """Return each cell's way to the nearest cell of the target, in cells, by steps to eight neighbours; 0 without any.

    By Bellman and Ford, all cells at once; walls surround the field, and no step cuts a corner. A constant in
    derivatives.
    """
    far = float(ROUNDS * sum(open_cells.shape))
    lengths = [
        jnp.where(
            beside(open_cells, row, 0, False) & beside(open_cells, 0, column, False), math.hypot(row, column), far
        )
        for row, column in STEPS
    ]

    def sweep(_: int, ways: Float[Array, "H W"]) -> Float[Array, "H W"]:
        for (row, column), length in zip(STEPS, lengths, strict=True):
            ways = jnp.minimum(ways, beside(ways, row, column, far) + length)
        return jnp.where(open_cells, ways, far)

    start = jnp.where((target > 0) & open_cells, 0.0, far)
    ways = jax.lax.fori_loop(0, ROUNDS * max(open_cells.shape), sweep, start)
    return jax.lax.stop_gradient(jnp.where(ways < far, ways, 0))


def beside(field: Shaped[Array, "H W"], row: int, column: int, beyond: float | bool) -> Shaped[Array, "H W"]:
    """Return of each cell the value of the one so many rows and columns on, and `beyond` past the border."""
    height, width = field.shape
    padded = jnp.pad(field, 1, constant_values=beyond)
    return padded[1 + row : 1 + row + height, 1 + column : 1 + column + width]
