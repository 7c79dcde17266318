"""What is within reach of soldiers: means over boxes, as of `boxes`, that no wall lets through."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.boxes import box_weights


def within_reach(
    fields: Float[Array, "N H W"], metres: float, cell_metres: float, open_cells: Bool[Array, "H W"], boundary: str
) -> Float[Array, "N H W"]:
    """Return S(field; metres) for each field, of what lies behind no closed cell.

    Round a corner two see each other half: by one of the ways along x and along y there is no closed cell. Closed cells
    see what is before them, too, so that a field does not end where a wall begins. On open ground this is `box_mean`,
    and mirrors as that does.
    """
    weights = tuple(box_weights(metres / cell_metres))
    clear = open_cells.astype(fields.dtype)[None]

    def either_way() -> Float[Array, "N H W"]:
        return (
            spread(fields, clear, weights, (-1, -2), boundary) + spread(fields, clear, weights, (-2, -1), boundary)
        ) / 2

    return jax.lax.cond(open_cells.all(), lambda: spread(fields, clear, weights, (-1, -2), boundary), either_way)


def spread(
    fields: Float[Array, "N H W"],
    clear: Float[Array, "1 H W"],
    weights: tuple[float, ...],
    axes: tuple[int, int],
    boundary: str,
) -> Float[Array, "N H W"]:
    """Return the weighted means along one axis and then along the other, each as far as cells are clear."""
    reach = len(weights) - 1
    for axis in axes:
        size = fields.shape[axis]
        around = [(0, 0)] * 3
        around[axis] = (reach, reach)
        wide, free = (
            barrier(jnp.pad(field, around, mode="wrap" if boundary == "torus" else "constant"))
            for field in (fields, clear)
        )
        mean, before, after = fields * float(weights[0]), jnp.ones_like(clear), jnp.ones_like(clear)
        for distance in range(1, reach + 1):
            behind, ahead = (slice(reach + way, reach + way + size) for way in (-distance, distance))
            before = before * _along(free, behind, axis)
            after = after * _along(free, ahead, axis)
            both = before * _along(wide, behind, axis) + after * _along(wide, ahead, axis)
            mean = mean + both * float(weights[distance])
        fields = mean
    return fields


def _along(field: Float[Array, "N H W"], part: slice, axis: int) -> Float[Array, "N h w"]:
    return jax.lax.slice_in_dim(field, part.start, part.stop, axis=axis)
