"""Rows of cells and the faces between them. Face i lies below row i; beyond the last row is a wall or the first row.

All that moves mass is written once, for motion along the rows' axis (the last but one); `transposed` swaps both axes.
Shifted and transposed fields pass a `barrier`: recomputed for every neighbour that reads them, they would make a pass
cost many times as much.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Shaped

from nca_controller.physics.barrier import barrier


def below(field: Shaped[Array, "*R H W"], boundary: str) -> Shaped[Array, "*R H W"]:
    """Return for each cell the value in the row below it; beyond a wall that is 0."""
    field = barrier(field)
    first = field[..., :1, :]
    return jnp.concatenate([field[..., 1:, :], first if boundary == "torus" else jnp.zeros_like(first)], axis=-2)


def above(field: Shaped[Array, "*R H W"], boundary: str) -> Shaped[Array, "*R H W"]:
    """Return for each cell the value in the row above it; beyond a wall that is 0."""
    field = barrier(field)
    last = field[..., -1:, :]
    return jnp.concatenate([last if boundary == "torus" else jnp.zeros_like(last), field[..., :-1, :]], axis=-2)


def transposed(field: Shaped[Array, "*R H W"]) -> Shaped[Array, "*R W H"]:
    """Return the field with rows and columns swapped."""
    return barrier(jnp.swapaxes(barrier(field), -1, -2))
