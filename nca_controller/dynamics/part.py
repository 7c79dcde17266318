"""The part of the field in which mass stands: where it is much smaller, a tick moves what lies in it alone."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Bool, Float, Int

from nca_controller.guidance import STEPS
from nca_controller.physics import Terrain

MARGIN = 2 * STEPS + 1  # cells to a part's edge: in a step mass moves by one, and what it may do depends on the next
SHARES = (1 / 2, 3 / 4, 1)  # of a field's height or width, so that few programs serve all
WORTH = 30_000  # cells of all regiments that a part must spare, to be compiled for


class Part(struct.PyTreeNode):
    """A part of a field: its first row and column, and its size."""

    corner: Int[Array, " 2"]
    shape: tuple[int, int] = struct.field(pytree_node=False)

    def of(self, field: Float[Array, "*R H W"]) -> Float[Array, "*R h w"]:
        """Return what lies in it of a field, or of each one."""
        for axis in (0, 1):
            at = axis - 2
            field = jax.lax.dynamic_slice_in_dim(field, self.corner[axis], self.shape[axis], field.ndim + at)
        return field

    def ground(self, terrain: Terrain) -> Terrain:
        """Return the ground in it, whose edge is a wall."""
        return Terrain.tree_unflatten("wall", (self.of(terrain.open_cells), self.of(terrain.capacity)))

    def put_back(self, part: Float[Array, "R h w"], height: int, width: int) -> Float[Array, "R H W"]:
        """Return fields of that size which hold a part, and 0 elsewhere."""
        whole = jnp.zeros((len(part), height, width), part.dtype)
        return jax.lax.dynamic_update_slice(whole, part, (0, self.corner[0], self.corner[1]))


def worth_a_part(regiments: int, height: int, width: int) -> bool:
    """Return whether any part of a field can spare so much that it is compiled for."""
    return regiments * height * width >= WORTH


def parts_with(mass: Float[np.ndarray, "R H W"], boundary: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield corner and shape of parts in which all may move that stands in these regiments, the smallest first.

    Within one, a tick's transport is that of the whole field to the bit, as long as velocities are numbers. There is
    none that spares little, none of mass that is no number, and none on a torus.
    """
    most = mass.max(axis=0)
    if boundary != "wall" or not np.isfinite(most).all():
        return
    occupied = most > 0  # quicker than `any`
    rows, columns = list(spans(occupied.any(axis=1))), list(spans(occupied.any(axis=0)))
    found = [((row, column), (height, width)) for row, height in rows for column, width in columns]
    for corner, shape in sorted(found, key=lambda one: one[1][0] * one[1][1]):
        if len(mass) * (occupied.size - shape[0] * shape[1]) >= WORTH:
            yield corner, shape


def spans(occupied: Bool[np.ndarray, " n"]) -> Iterator[tuple[int, int]]:
    """Yield start and length of the spans along an axis that hold what is occupied, and the margin on the field."""
    size, where = len(occupied), np.flatnonzero(occupied)
    first, last = (int(where[0]), int(where[-1])) if len(where) else (0, 0)
    low, high = max(first - MARGIN, 0), min(last + MARGIN + 1, size)
    for length in sorted({min(-(-int(size * share) // 8) * 8, size) for share in SHARES}):
        if high - low <= length:
            yield min(low, size - length), length
