"""The ground at several levels: what a coarse cell stands for, how much may pass between two, and which parts touch.

A coarse cell at level l is a block of 2^l by 2^l cells, and stands for the largest part of it that is connected within
the block: a wall one cell thin stays a wall at every level. Parts are found by merging those of the level below.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Bool, Float, Int

from nca_controller.guidance.clouds import pooled
from nca_controller.physics import Terrain

COARSEST = 7  # coarse cells along the shorter side of a field, at least, at the coarsest level


@struct.dataclass
class Parts:
    """One level, as far as open and closed cells make it."""

    main: Bool[Array, "H W"]  # cells of the largest part of their block
    label: Int[Array, "h w"]  # of the connected part of the field: the index of its first coarse cell


@struct.dataclass
class Level:
    """One level: blocks of 2^l by 2^l cells."""

    parts: Parts
    room_x: Float[Array, "h w"]  # capacity of the face to the right, as a share of a block's width; 0 if it is closed
    room_y: Float[Array, "h w"]  # of the face below


def level_count(height: int, width: int) -> int:
    """Return the number of levels of a field, the finest among them."""
    count = 1
    while min(height, width) // 2**count >= COARSEST:
        count += 1
    return count


@jax.jit
def levels_of(terrain: Terrain, parts: tuple[Parts, ...]) -> tuple[Level, ...]:
    """Return the levels, finest first, of a ground whose parts are known; differentiable in the capacity."""
    open_cells, capacity = terrain.open_cells, terrain.capacity.astype(jnp.float32)
    room_x, room_y = (
        jnp.where(face, jnp.minimum(capacity, jnp.roll(capacity, -1, axis)), 0)
        for axis, face in ((1, open_right(open_cells, terrain.boundary)), (0, open_below(open_cells, terrain.boundary)))
    )
    levels = []
    for number, part in enumerate(parts):
        block = 2**number
        rooms = []
        for axis, room in ((1, room_x), (0, room_y)):
            crossing = part.main & jnp.roll(part.main, -1, axis) & crosses(room.shape, axis, block)
            rooms.append(pooled(jnp.where(crossing, room, 0), block) / block)
        levels.append(Level(part, *rooms))
    return tuple(levels)


@partial(jax.jit, static_argnames="boundary")
def parts_of(open_cells: Bool[Array, "H W"], boundary: str) -> tuple[Parts, ...]:
    """Return the parts of every level, finest first."""
    height, width = open_cells.shape
    right, under = open_right(open_cells, boundary), open_below(open_cells, boundary)
    labels = jnp.arange(height * width, dtype=jnp.int32).reshape(height, width)
    mains = [open_cells]
    for number in range(1, level_count(height, width)):
        block = 2**number
        inside_x, inside_y = (~crosses(labels.shape, axis, block) for axis in (1, 0))
        labels = merged(labels, right & inside_x, under & inside_y)
        mains.append(largest(labels, open_cells, block))
    found = []
    for number, main in enumerate(mains):
        block = 2**number
        faces = []
        for axis, face in ((1, right), (0, under)):
            crossing = face & main & jnp.roll(main, -1, axis) & crosses(face.shape, axis, block)
            faces.append(pooled(crossing.astype(jnp.float32), block) > 0)
        own = jnp.arange(faces[0].size, dtype=jnp.int32).reshape(faces[0].shape)
        found.append(Parts(main, merged(own, *faces)))
    return tuple(found)


def open_right(open_cells: Bool[Array, "H W"], boundary: str) -> Bool[Array, "H W"]:
    """Return across which faces to the right of a cell mass may pass."""
    faces = open_cells & jnp.roll(open_cells, -1, 1)
    return faces if boundary == "torus" else faces.at[:, -1].set(False)


def open_below(open_cells: Bool[Array, "H W"], boundary: str) -> Bool[Array, "H W"]:
    """Return across which faces below a cell mass may pass."""
    faces = open_cells & jnp.roll(open_cells, -1, 0)
    return faces if boundary == "torus" else faces.at[-1].set(False)


def crosses(shape: tuple[int, ...], axis: int, block: int) -> Bool[Array, "H W"]:
    """Return which faces, to the right or below, lie between two blocks; the last and the first meet on a torus."""
    blocks = jnp.arange(shape[axis]) // block
    return jnp.broadcast_to(jnp.expand_dims(blocks != jnp.roll(blocks, -1), 1 - axis), shape) | (block == 1)


def merged(labels: Int[Array, "H W"], right: Bool[Array, "H W"], under: Bool[Array, "H W"]) -> Int[Array, "H W"]:
    """Return the labels of the parts that arise where open faces join parts; each is the least of those joined.

    Each round takes for every part the least label that it touches, and follows labels to their own labels.
    """

    def joined(found: tuple[Array, Array]) -> tuple[Array, Array]:
        labels, _ = found
        least = labels
        for axis, face in ((1, right), (0, under)):
            least = jnp.minimum(least, jnp.where(face, jnp.roll(labels, -1, axis), labels))
            before = jnp.roll(face, 1, axis)
            least = jnp.minimum(least, jnp.where(before, jnp.roll(labels, 1, axis), labels))
        table = jnp.arange(labels.size, dtype=jnp.int32).at[labels.ravel()].min(least.ravel())
        joined = table[table][labels]
        return joined, jnp.any(joined != labels)

    return jax.lax.while_loop(lambda found: found[1], joined, (labels, jnp.array(True)))[0]


def largest(labels: Int[Array, "H W"], open_cells: Bool[Array, "H W"], block: int) -> Bool[Array, "H W"]:
    """Return the cells of the largest part of each block; of parts of one size the first."""
    counts = jnp.zeros(labels.size, jnp.int32).at[labels.ravel()].add(open_cells.ravel().astype(jnp.int32))
    size = jnp.where(open_cells, counts[labels], 0)
    is_largest = open_cells & (size == over_block(size, block, jnp.max))
    first = over_block(jnp.where(is_largest, labels, labels.size), block, jnp.min)
    return is_largest & (labels == first)


def over_block(field: Int[Array, "H W"], block: int, reduce: object) -> Int[Array, "H W"]:
    """Return for each cell the least or greatest value of its block."""
    height, width = field.shape
    whole = jnp.pad(field, ((0, -height % block), (0, -width % block)), mode="edge")
    blocks = whole.reshape(whole.shape[0] // block, block, whole.shape[1] // block, block)
    found = reduce(blocks, axis=(1, 3))  # type: ignore[operator]
    return jnp.repeat(jnp.repeat(found, block, 0), block, 1)[:height, :width]
