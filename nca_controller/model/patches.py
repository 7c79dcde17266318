"""Lists of cells, each with its eight neighbours, taken out of a field and added back to it.

A patch is three rows of three cells. Each row is copied as a whole, which makes a list cheap on CPUs.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

CHUNK = 256  # cells of a list that are computed at once

GATHER_ROW = jax.lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(), start_index_map=(0,))
SCATTER_ROW = jax.lax.ScatterDimensionNumbers(
    update_window_dims=(1,), inserted_window_dims=(), scatter_dims_to_operand_dims=(0,)
)


def list_cells(chosen: Bool[Array, "H W"]) -> tuple[Int[Array, " n"], Int[Array, ""]]:
    """Return the chosen cells' indices, in whole chunks, and how many chunks; idle places lie past the last cell."""
    cells = jnp.nonzero(chosen.ravel(), size=chosen.size + -chosen.size % CHUNK, fill_value=chosen.size)[0]
    return cells, (chosen.sum() + CHUNK - 1) // CHUNK


def bordered(features: Float[Array, "H W C"]) -> Float[Array, " all"]:
    """Return the field, its border repeated outwards by a cell, flattened."""
    return jnp.pad(features, ((1, 1), (1, 1), (0, 0)), mode="edge").ravel()


def take_patches(
    padded: Float[Array, " all"], cells: Int[Array, " n"], shape: tuple[int, ...]
) -> Float[Array, "n 3 3 C"]:
    """Return every cell of a list with its eight neighbours, from a bordered field."""
    channels = shape[2]
    rows = [
        jax.lax.gather(padded, start[:, None], GATHER_ROW, (3 * channels,), mode="promise_in_bounds")
        for start in row_starts(cells, shape)
    ]
    return jnp.stack(rows, axis=1).reshape(-1, 3, 3, channels)


def add_patches(
    padded: Float[Array, " all"], patches: Float[Array, "n 3 3 C"], cells: Int[Array, " n"], shape: tuple[int, ...]
) -> Float[Array, " all"]:
    """Return the bordered field with the patches added to where they were taken from."""
    for row, start in enumerate(row_starts(cells, shape)):
        part = patches[:, row].reshape(len(cells), -1)
        padded = jax.lax.scatter_add(padded, start[:, None], part, SCATTER_ROW, mode="promise_in_bounds")
    return padded


def row_starts(cells: Int[Array, " n"], shape: tuple[int, ...]) -> list[Int[Array, " n"]]:
    """Return where the three rows of each cell's patch begin in a bordered field; idle places take the last cell's."""
    height, width, channels = shape
    cells = jnp.minimum(cells, height * width - 1)
    top = (cells // width * (width + 2) + cells % width) * channels
    return [top + row * (width + 2) * channels for row in range(3)]
