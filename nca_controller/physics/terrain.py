"""The ground that mass moves on: which cells are open, how much each may hold, and what lies beyond the border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nca_controller.physics.lattice import QUANTUM
from nca_controller.physics.rows import below, transposed

GREATEST_CAPACITY = 4.0  # four neighbours' worth of it still adds up exactly on the lattice


@jax.tree_util.register_pytree_node_class
@dataclass(frozen=True, init=False)
class Terrain:
    """Open cells, the capacity of each in mass per cell, and the border: "wall" lets nothing through, "torus" wraps.

    Row i is y, downwards; column j is x, to the right. A pytree.
    """

    open_cells: Bool[Array, "H W"]
    capacity: Float[Array, "H W"]
    boundary: str

    def __init__(
        self,
        open_cells: Bool[Array, "H W"] | Bool[np.ndarray, "H W"],
        capacity: float | Float[Array, "H W"] | Float[np.ndarray, "H W"] = 1.0,
        boundary: str = "wall",
    ) -> None:
        """Take the ground as given, with its capacity rounded down to the lattice.

        Raises ValueError for a capacity outside (0, 4] or of another shape, and for an unknown boundary.
        """
        self._hold(*checked(np.asarray(open_cells), capacity, boundary), boundary)

    def _hold(self, open_cells: Any, capacity: Any, boundary: str) -> None:
        for name, value in (("open_cells", open_cells), ("capacity", capacity), ("boundary", boundary)):
            object.__setattr__(self, name, value)

    def tree_flatten(self) -> tuple[tuple[Any, Any], str]:
        return (self.open_cells, self.capacity), self.boundary

    @classmethod
    def tree_unflatten(cls, boundary: str, fields: tuple[Any, Any]) -> Terrain:
        # Inside transformations the fields are tracers, which cannot be checked.
        terrain = object.__new__(cls)
        terrain._hold(*fields, boundary)
        return terrain

    @classmethod
    def plain(cls, height: int, width: int, *, boundary: str = "wall") -> Terrain:
        """Return open ground of that size in cells, with a capacity of 1."""
        return cls(np.ones((height, width), dtype=bool), boundary=boundary)

    def open_below(self) -> Bool[Array, "H W"]:
        """Return across which faces below a cell mass may pass."""
        return self.open_cells & below(self.open_cells, self.boundary)

    def transposed(self) -> Terrain:
        """Return the ground with rows and columns swapped."""
        return self.tree_unflatten(self.boundary, (transposed(self.open_cells), transposed(self.capacity)))

    turned = transposed  # its name in 0.1.0


def checked(
    open_cells: Bool[np.ndarray, "H W"], capacity: object, boundary: str
) -> tuple[Bool[Array, "H W"], Float[Array, "H W"]]:
    """Return cells and capacity as arrays of JAX. Raises ValueError for what is no ground."""
    if open_cells.ndim != 2:
        raise ValueError(f"open_cells must have the shape (H, W), not {open_cells.shape}")
    if boundary not in ("wall", "torus"):
        raise ValueError(f"boundary must be 'wall' or 'torus', not {boundary!r}")
    room = np.asarray(capacity, dtype=np.float64)
    if room.shape not in ((), open_cells.shape):
        raise ValueError(f"capacity must be a number or have the shape {open_cells.shape}, not {room.shape}")
    if not ((room > 0) & (room <= GREATEST_CAPACITY)).all():
        raise ValueError(f"capacity must lie above 0 and up to {GREATEST_CAPACITY:g}")
    room = np.floor(np.broadcast_to(room, open_cells.shape) / QUANTUM) * QUANTUM
    return jnp.asarray(open_cells, dtype=bool), jnp.asarray(room, dtype=jnp.float32)
