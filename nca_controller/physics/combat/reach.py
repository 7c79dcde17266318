"""What is within reach of soldiers: means over boxes, as of `boxes`, that no wall lets through."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.boxes import box_weights, line_mean
from nca_controller.physics.combat.sums import shifted

AXES = (-1, -2)


class Sight(NamedTuple):
    """How far walls let through, along x and along y: at each distance from 1 on, 1 or 0 to both sides of a cell."""

    weights: Float[np.ndarray, " K"]  # of a mean over the box, by distance
    boundary: str
    is_open: Bool[Array, ""]  # whether there is no wall
    clear: tuple[list[tuple[Array, Array]], list[tuple[Array, Array]]]


def sight(metres: float, cell_metres: float, open_cells: Bool[Array, "H W"], boundary: str) -> Sight:
    """Return what can be reached over so many metres from each cell: as far as no cell is closed, along each axis."""
    weights = box_weights(metres / cell_metres)
    free = open_cells.astype(jnp.float32)
    clear: tuple[list[tuple[Array, Array]], list[tuple[Array, Array]]] = ([], [])
    for axis, found in zip(AXES, clear, strict=True):
        before = after = jnp.ones_like(free)
        for distance in range(1, len(weights)):
            before = before * shifted(free, -distance, axis, boundary)
            after = after * shifted(free, distance, axis, boundary)
            found.append((before, after))
    return Sight(weights, boundary, open_cells.all(), barrier(clear))


def within_reach(fields: Float[Array, "N H W"], sight: Sight) -> Float[Array, "N H W"]:
    """Return S(field; metres) for each field, of what lies behind no closed cell.

    Round a corner two see each other half: by one of the ways along x and along y there is no closed cell. Closed cells
    see what is before them, too, so that a field does not end where a wall begins. On open ground this is `box_mean`,
    and mirrors as that does.
    """

    def either_way() -> Float[Array, "N H W"]:
        return (spread(fields, sight, (0, 1)) + spread(fields, sight, (1, 0))) / 2

    def all_around() -> Float[Array, "N H W"]:
        return line_mean(line_mean(fields, sight.weights, -1, sight.boundary), sight.weights, -2, sight.boundary)

    return jax.lax.cond(sight.is_open, all_around, either_way)


def spread(fields: Float[Array, "N H W"], sight: Sight, order: tuple[int, int]) -> Float[Array, "N H W"]:
    """Return the weighted means along one of AXES and then along the other, each as far as cells are clear."""
    reach = len(sight.weights) - 1
    for number in order:
        axis, clear = AXES[number], sight.clear[number]
        size = fields.shape[axis]
        around = [(0, 0)] * 3
        around[axis] = (reach, reach)
        wide = barrier(jnp.pad(fields, around, mode="wrap" if sight.boundary == "torus" else "constant"))
        mean = fields * float(sight.weights[0])
        for distance, (before, after) in enumerate(clear, start=1):
            behind, ahead = (
                jax.lax.slice_in_dim(wide, reach + way, reach + way + size, axis=axis) for way in (-distance, distance)
            )
            mean = mean + (before * behind + after * ahead) * float(sight.weights[distance])
        fields = mean
    return fields
