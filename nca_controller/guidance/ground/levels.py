"""The ground at several levels: what a coarse cell stands for, and how much may pass between two.

A coarse cell at level l is a block of 2^l by 2^l cells, and stands for the largest part of it that is connected within
the block: a wall one cell thin stays a wall at every level.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics import Terrain, are_known

Cells = Bool[Array, "H W"] | Bool[np.ndarray, "H W"]

COARSEST = 7  # coarse cells along the shorter side of a field, at least, at the coarsest level


@struct.dataclass
class Parts:
    """One level, as far as open and closed cells make it; coarse cells that no open face joins are parts apart."""

    main: Cells  # cells of the largest part of their block
    label: Int[Array, "h w"] | Int[np.ndarray, "h w"]  # of its connected part of the field: the first coarse cell there


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


def levels_of(terrain: Terrain, parts: tuple[Parts, ...]) -> tuple[Level, ...]:
    """Return the levels, finest first, of a ground whose parts are found; differentiable in the capacity.

    They are arrays of NumPy where all of the ground is known.
    """
    known = are_known(terrain.open_cells, terrain.capacity, parts[0].main)
    xp: Any = np if known else jnp
    open_cells, capacity = (xp.asarray(field) for field in (terrain.open_cells, terrain.capacity))
    levels = []
    for number, part in enumerate(parts):
        faces = crossing(open_cells, xp.asarray(part.main), 2**number, terrain.boundary, xp)
        rooms = (
            blocks_of(xp.where(face, xp.minimum(capacity, xp.roll(capacity, -1, axis)), 0), 2**number).sum((1, 3))
            for axis, face in zip((1, 0), faces, strict=True)
        )
        levels.append(Level(part, *((room / 2**number).astype(np.float32) for room in rooms)))
    return tuple(levels)


def crossing(open_cells: Cells, main: Cells, block: int, boundary: str, xp: ModuleType) -> tuple[Cells, Cells]:
    """Return which faces to the right of a cell, and below it, are open and join the largest parts of two blocks.

    `xp` is NumPy, or jax.numpy inside transformations.
    """
    right, under = open_faces(open_cells, boundary, xp)
    return (
        right & main & xp.roll(main, -1, 1) & ~within(open_cells.shape[1], block)[None, :],
        under & main & xp.roll(main, -1, 0) & ~within(open_cells.shape[0], block)[:, None],
    )


def open_faces(open_cells: Cells, boundary: str, xp: ModuleType) -> tuple[Cells, Cells]:
    """Return across which faces to the right of a cell, and below it, mass may pass."""
    last = np.ones(open_cells.shape, bool), np.ones(open_cells.shape, bool)
    if boundary != "torus":
        last[0][:, -1] = last[1][-1] = False
    return open_cells & xp.roll(open_cells, -1, 1) & last[0], open_cells & xp.roll(open_cells, -1, 0) & last[1]


def within(size: int, block: int) -> Bool[np.ndarray, " size"]:
    """Return which cells of a row lie in one block with the next; the last and the first are next on a torus."""
    number = np.arange(size) // block
    return (number == np.roll(number, -1)) & (block > 1)


def blocks_of(field: Any, block: int) -> Any:
    """Return a field of (H, W) as (h, block, w, block); beyond the field is 0."""
    xp: Any = np if isinstance(field, np.ndarray) else jnp
    height, width = field.shape
    whole = xp.pad(field, ((0, -height % block), (0, -width % block)))
    return whole.reshape(whole.shape[0] // block, block, whole.shape[1] // block, block)
