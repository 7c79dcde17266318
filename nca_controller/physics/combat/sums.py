"""Sums over fields, in whole numbers where there is a lattice: order then changes no bit, and mirrors stay mirrors.

Also blocks of cells, laid about the middle of the ground, so that they mirror with it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from nca_controller.physics.terrain import GREATEST_CAPACITY

FINEST = 20  # bits behind the point, those of the lattice
SPLIT = 1 << 10


class Blocks(NamedTuple):
    """How a ground of (H, W) cells is laid out in square blocks: how many, and how far the first reach beyond it."""

    size: int  # cells, odd
    rows: tuple[int, int]  # count, cells before the first
    columns: tuple[int, int]
    shape: tuple[int, int]  # of the ground


def blocks_of(shape: tuple[int, ...], cell_metres: float, metres: float) -> Blocks:
    """Return blocks of about so many metres; an odd number of cells, so that any ground has its middle in theirs."""
    height, width = shape[-2:]
    size = 2 * round((metres / cell_metres - 1) / 2) + 1 if metres > cell_metres else 1

    def along(length: int) -> tuple[int, int]:
        count = -(-length // size)
        count += (count * size - length) % 2
        return count, (count * size - length) // 2

    return Blocks(size, along(height), along(width), (height, width))


def summed(field: Float[Array, "*N H W"], quantum: float | None) -> Float[Array, "*N"]:
    """Return the sum over each field, on the finest lattice on which it fits whole numbers; off it where there is none.

    What a field holds is at most the greatest capacity. The derivative is that of the plain sum.
    """
    return _summed(field, quantum is not None)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def _summed(field: Float[Array, "*N H W"], whole: bool) -> Float[Array, "*N"]:
    if not whole:
        return field.sum(axis=(-2, -1))
    bits = _bits(field.shape[-1])
    rows = _in_quanta(field, bits).sum(axis=-1, dtype=jnp.int32)
    coarse = jax.lax.div(rows, jnp.int32(SPLIT))  # towards zero, so that mirrored fluxes have opposite sums
    fine = rows - coarse * SPLIT
    sums = (part.sum(axis=-1, dtype=jnp.int32).astype(field.dtype) for part in (coarse, fine))
    return next(sums) * (SPLIT / 2**bits) + next(sums) * (1 / 2**bits)


@_summed.defjvp
def _summed_slope(whole: bool, primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    return _summed(primals[0], whole), tangents[0].sum(axis=(-2, -1))


def pooled(field: Float[Array, "*N H W"], blocks: Blocks, quantum: float | None) -> Float[Array, "*N h w"]:
    """Return the sum over each block, likewise."""
    return _pooled(field, blocks, quantum is not None)


@partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _pooled(field: Float[Array, "*N H W"], blocks: Blocks, whole: bool) -> Float[Array, "*N h w"]:
    if not whole:
        return _in_blocks(field, blocks)
    bits = _bits(blocks.size**2)
    return _in_blocks(_in_quanta(field, bits), blocks).astype(field.dtype) * (1 / 2**bits)


@_pooled.defjvp
def _pooled_slope(blocks: Blocks, whole: bool, primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    return _pooled(primals[0], blocks, whole), _in_blocks(tangents[0], blocks)


def spread(field: Float[Array, "*N h w"], blocks: Blocks) -> Float[Array, "*N H W"]:
    """Return for each cell the value of its block."""
    (_, top), (_, left), (height, width) = blocks.rows, blocks.columns, blocks.shape
    cells = jnp.repeat(jnp.repeat(field, blocks.size, -2), blocks.size, -1)
    return cells[..., top : top + height, left : left + width]


def around(field: Float[Array, "*N h w"], reach: int, boundary: str) -> Float[Array, "*N h w"]:
    """Return the sum over the blocks at most so many away, opposite neighbours first."""
    for axis in (-2, -1):
        sums = field
        for distance in range(1, reach + 1):
            sums = sums + (shifted(field, distance, axis, boundary) + shifted(field, -distance, axis, boundary))
        field = sums
    return field


def shifted(field: Float[Array, "*N h w"], by: int, axis: int, boundary: str) -> Float[Array, "*N h w"]:
    """Return for each place the value so many further along an axis; 0 beyond a wall."""
    if boundary == "torus":
        return jnp.roll(field, -by, axis)
    size = field.shape[axis]
    if abs(by) >= size:
        return jnp.zeros_like(field)
    pads = [(0, 0)] * field.ndim
    pads[axis] = (max(-by, 0), max(by, 0))
    return jax.lax.slice_in_dim(jnp.pad(field, pads), max(by, 0), max(by, 0) + size, axis=axis)


def _bits(cells: int) -> int:
    """Return the bits behind the point with which the sum over so many full cells fits 32 bits."""
    return min(FINEST, 30 - (int(GREATEST_CAPACITY) * cells).bit_length())


def _in_quanta(field: Float[Array, "*N H W"], bits: int) -> Int[Array, "*N H W"]:
    return (field * float(2**bits)).astype(jnp.int32)  # towards zero


def _in_blocks(field: Any, blocks: Blocks) -> Any:
    (rows, top), (columns, left), (height, width) = blocks.rows, blocks.columns, blocks.shape
    size, lead = blocks.size, field.shape[:-2]
    beyond = ((top, rows * size - height - top), (left, columns * size - width - left))
    whole = jnp.pad(field, ((0, 0),) * len(lead) + beyond)
    by_rows = whole.reshape(*lead, rows, size, columns * size).sum(axis=-2, dtype=field.dtype)  # both at once is slow
    return by_rows.reshape(*lead, rows, columns, size).sum(axis=-1, dtype=field.dtype)
