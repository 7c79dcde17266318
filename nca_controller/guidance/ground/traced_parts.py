"""The same parts inside transformations, where ground is only traced: by merging parts until nothing changes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int

from nca_controller.guidance.ground.levels import Parts, blocks_of, crossing, level_count, open_faces, within


def traced_parts(open_cells: Bool[Array, "H W"], boundary: str) -> tuple[Parts, ...]:
    """Return the parts of every level, finest first; as `known_parts`, to the bit."""
    height, width = open_cells.shape
    right, under = open_faces(open_cells, boundary, jnp)
    labels = jnp.arange(height * width, dtype=jnp.int32).reshape(height, width)
    found = []
    for number in range(level_count(height, width)):
        block = 2**number
        main = open_cells
        if number:
            inside = right & within(width, block)[None, :], under & within(height, block)[:, None]
            labels = merged(labels, *inside)
            main = largest(labels, open_cells, block)
        faces = crossing(open_cells, main, block, boundary, jnp)
        joined = [blocks_of(face, block).any(axis=(1, 3)) for face in faces]
        own = jnp.arange(joined[0].size, dtype=jnp.int32).reshape(joined[0].shape)
        found.append(Parts(main, merged(own, *joined)))
    return tuple(found)


def merged(labels: Int[Array, "H W"], right: Bool[Array, "H W"], under: Bool[Array, "H W"]) -> Int[Array, "H W"]:
    """Return the labels of the parts that arise where open faces join parts; each is the least of those joined.

    Each round takes for every part the least label that it touches, and follows labels to their own labels.
    """

    def join(found: tuple[Array, Array]) -> tuple[Array, Array]:
        labels, _ = found
        least = labels
        for axis, face in ((1, right), (0, under)):
            least = jnp.minimum(least, jnp.where(face, jnp.roll(labels, -1, axis), labels))
            least = jnp.minimum(least, jnp.where(jnp.roll(face, 1, axis), jnp.roll(labels, 1, axis), labels))
        table = jnp.arange(labels.size, dtype=jnp.int32).at[labels.ravel()].min(least.ravel())
        joined = table[table][labels]
        return joined, jnp.any(joined != labels)

    return jax.lax.while_loop(lambda found: found[1], join, (labels, jnp.array(True)))[0]


def largest(labels: Int[Array, "H W"], open_cells: Bool[Array, "H W"], block: int) -> Bool[Array, "H W"]:
    """Return the cells of the largest part of each block; of parts of one size the one with the first cell."""
    counts = jnp.zeros(labels.size, jnp.int32).at[labels.ravel()].add(open_cells.ravel().astype(jnp.int32))
    size = jnp.where(open_cells, counts[labels], 0)
    is_largest = open_cells & (size == over_block(size, block, jnp.max))
    order = within_block_order(labels.shape, block)
    first = over_block(jnp.where(is_largest, order, labels.size), block, jnp.min)
    chosen = over_block(jnp.where(order == first, labels, -1), block, jnp.max)
    return is_largest & (labels == chosen)


def within_block_order(shape: tuple[int, ...], block: int) -> Int[Array, "H W"]:
    """Return the index of each cell in its block, row by row."""
    rows, columns = (jnp.arange(size, dtype=jnp.int32) % block for size in shape)
    return rows[:, None] * block + columns[None, :]


def over_block(field: Int[Array, "H W"], block: int, reduce: Any) -> Int[Array, "H W"]:
    """Return for each cell the least or greatest value of its block."""
    height, width = field.shape
    whole = jnp.pad(field, ((0, -height % block), (0, -width % block)), mode="edge")
    found = reduce(blocks_of(whole, block), axis=(1, 3))
    return jnp.repeat(jnp.repeat(found, block, 0), block, 1)[:height, :width]
