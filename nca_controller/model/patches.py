"""Lists of cells, each with its eight neighbours, taken out of a field and added back to it.

A patch is three rows of three cells, and each row is copied as a whole: that is what makes a list cheap on CPUs.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

CHUNK = 512  # cells of a list that are worked through at once

ROW_OF = jax.lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(), start_index_map=(0,))
ROW_INTO = jax.lax.ScatterDimensionNumbers(
    update_window_dims=(1,), inserted_window_dims=(), scatter_dims_to_operand_dims=(0,)
)


def list_cells(chosen: Bool[Array, "H W"]) -> tuple[Int[Array, " n"], Int[Array, ""]]:
    """Return the numbers of the chosen cells, whole chunks of them, and how many chunks; idle places name no cell."""
    cells = jnp.nonzero(chosen.ravel(), size=chosen.size + -chosen.size % CHUNK, fill_value=chosen.size)[0]
    return cells, (chosen.sum() + CHUNK - 1) // CHUNK


def bordered(known: Float[Array, "H W C"]) -> Float[Array, " all"]:
    """Return the field, continued outwards by a cell, in one row."""
    return jnp.pad(known, ((1, 1), (1, 1), (0, 0)), mode="edge").ravel()


def take_patches(
    around: Float[Array, " all"], cells: Int[Array, " n"], shape: tuple[int, ...]
) -> Float[Array, "n 3 3 C"]:
    """Return every cell of a list with its eight neighbours, from a bordered field."""
    channels = shape[2]
    rows = [
        jax.lax.gather(around, start[:, None], ROW_OF, (3 * channels,), mode="promise_in_bounds")
        for start in starts(cells, shape)
    ]
    return jnp.stack(rows, axis=1).reshape(-1, 3, 3, channels)


def add_patches(
    around: Float[Array, " all"], parts: Float[Array, "n 3 3 C"], cells: Int[Array, " n"], shape: tuple[int, ...]
) -> Float[Array, " all"]:
    """Return the bordered field with the patches added to where they were taken from."""
    for row, start in enumerate(starts(cells, shape)):
        part = parts[:, row].reshape(len(cells), -1)
        around = jax.lax.scatter_add(around, start[:, None], part, ROW_INTO, mode="promise_in_bounds")
    return around


def starts(cells: Int[Array, " n"], shape: tuple[int, ...]) -> list[Int[Array, " n"]]:
    """Return where the three rows of each cell's patch begin in a bordered field; idle places take the last cell's."""
    height, width, channels = shape
    cells = jnp.minimum(cells, height * width - 1)
    top = (cells // width * (width + 2) + cells % width) * channels
    return [top + row * (width + 2) * channels for row in range(3)]
