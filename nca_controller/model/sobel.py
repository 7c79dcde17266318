"""Sobel gradients of many channels at once, and their adjoint.

Left to itself, JAX turns the slices of a filter into sums of padded arrays in the backward pass, on which CPUs spend
several times the filter's time. The adjoint of a Sobel filter is a Sobel filter again, except at the border.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.model.linear_map import linear_map

Channels = Float[Array, "*batch H W C"]

ROWS, COLUMNS = -3, -2  # axes


@jax.custom_jvp
def sobel(state: Channels) -> tuple[Channels, Channels]:
    """Return the gradients in x and y by Sobel's filter, per cell; the border is repeated outwards."""
    return difference(smooth(state, ROWS), COLUMNS) / 8, difference(smooth(state, COLUMNS), ROWS) / 8


@sobel.defjvp
def _derivative(primals: tuple[Channels], tangents: tuple[Channels]) -> tuple[Any, Any]:
    def forward(_: None, tangent: Channels) -> tuple[Channels, Channels]:
        return sobel(tangent)

    return sobel(*primals), linear_map(forward, adjoint, None, tangents[0])


def adjoint(_: None, cotangents: tuple[Channels, Channels]) -> Channels:
    """Return the transpose: smoothing is its own, and a difference's is its negative with the border's sign turned."""
    along_x, along_y = cotangents
    back_x = smooth(difference(along_x, COLUMNS, border=-1), ROWS)
    back_y = smooth(difference(along_y, ROWS, border=-1), COLUMNS)
    return -(back_x + back_y) / 8


def sobel_of_patches(patches: Float[Array, "n 3 3 C"]) -> tuple[Float[Array, "n C"], Float[Array, "n C"]]:
    """Return the gradients in x and y by Sobel's filter in the middle cell of each patch."""
    column, row = patches[:, 0] + 2 * patches[:, 1] + patches[:, 2], patches[:, 2] - patches[:, 0]
    return (column[:, 2] - column[:, 0]) / 8, (row[:, 0] + 2 * row[:, 1] + row[:, 2]) / 8


def smooth(state: Channels, axis: int) -> Channels:
    """Return twice each cell plus its two neighbours along an axis; the border is repeated outwards."""
    before, after = neighbours(state, axis, 1)
    return before + 2 * state + after


def difference(state: Channels, axis: int, border: int = 1) -> Channels:
    """Return the next cell along an axis minus the one before; beyond the border lies `border` times its last cell."""
    before, after = neighbours(state, axis, border)
    return after - before


def neighbours(state: Channels, axis: int, border: int) -> tuple[Channels, Channels]:
    """Return for each cell the one before it along an axis, and the one after it."""
    size = state.shape[axis]
    first, last = (jax.lax.slice_in_dim(state, end, end + 1, axis=axis) for end in (0, size - 1))
    padded = jnp.concatenate([border * first, state, border * last], axis)
    before, after = (jax.lax.slice_in_dim(padded, start, start + size, axis=axis) for start in (0, 2))
    return before, after
