"""The ground that mass moves on: which cells are open, how much each may hold, and what lies beyond the border."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Bool, Float

from nca_controller.physics.lattice import QUANTUM

GREATEST_CAPACITY = 4.0  # four neighbours' worth of it still adds up exactly on the lattice


@struct.dataclass
class Terrain:
    """Open cells, the capacity of each in mass per cell, and the border: "wall" lets nothing through, "torus" wraps.

    Make one with `Terrain.of`, which checks it. Row i is y, downwards; column j is x, to the right.
    """

    open_cells: Bool[Array, "H W"]
    capacity: Float[Array, "H W"]
    boundary: str = struct.field(pytree_node=False, default="wall")

    @classmethod
    def of(
        cls,
        open_cells: Bool[np.ndarray, "H W"],
        capacity: float | Float[np.ndarray, "H W"] = 1.0,
        boundary: str = "wall",
    ) -> Terrain:
        """Return the terrain with its capacity on the lattice.

        Raises ValueError for a capacity outside (0, 4] or of another shape, and for an unknown boundary.
        """
        cells = np.asarray(open_cells, dtype=bool)
        if cells.ndim != 2:
            raise ValueError(f"open_cells must have the shape (H, W), not {cells.shape}")
        if boundary not in ("wall", "torus"):
            raise ValueError(f"boundary must be 'wall' or 'torus', not {boundary!r}")
        room = np.asarray(capacity, dtype=np.float64)
        if room.shape not in ((), cells.shape):
            raise ValueError(f"capacity must be a number or have the shape {cells.shape}, not {room.shape}")
        if not ((room > 0) & (room <= GREATEST_CAPACITY)).all():
            raise ValueError(f"capacity must lie above 0 and up to {GREATEST_CAPACITY:g}")
        room = np.floor(np.broadcast_to(room, cells.shape) / QUANTUM) * QUANTUM
        return cls(jnp.asarray(cells), jnp.asarray(room, dtype=jnp.float32), boundary)

    @classmethod
    def plain(cls, grid: tuple[int, int], boundary: str = "wall") -> Terrain:
        """Return open ground of the shape (H, W) with a capacity of 1."""
        return cls.of(np.ones(grid, dtype=bool), boundary=boundary)

    def open_faces(self) -> tuple[Bool[Array, "H W"], Bool[Array, "H W"]]:
        """Return which cells mass may leave to the right, and which downwards."""
        cells = self.open_cells
        right, down = cells & jnp.roll(cells, -1, axis=1), cells & jnp.roll(cells, -1, axis=0)
        if self.boundary == "wall":
            right, down = right.at[:, -1].set(False), down.at[-1].set(False)
        return right, down
