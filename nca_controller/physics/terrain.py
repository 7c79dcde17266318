"""The ground that mass moves on: which cells are open, how much each may hold, and what lies beyond the border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nca_controller.physics.arrays import (
    are_amounts,
    are_known,
    as_floats,
    as_numpy,
    as_whole,
    converted,
    described,
    is_real,
)
from nca_controller.physics.lattice import QUANTUM, checked_quantum, to_lattice
from nca_controller.physics.rows import below, transposed

BOUNDARIES = ("wall", "torus")
GREATEST_CAPACITY = 4.0  # four neighbours' worth of it still adds up exactly on the lattice


@jax.tree_util.register_pytree_node_class
@dataclass(frozen=True, init=False, eq=False)
class Terrain:
    """Open cells, the capacity of each in mass per cell, and the border: "wall" lets nothing through, "torus" wraps.

    Row i is y, downwards; column j is x, to the right. A pytree, which can also be built, compared and differentiated
    in its capacity inside transformations, where nobody can look at values to check them.
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
        """Take the ground as given, with its capacity rounded down to the lattice; any number but 0 is an open cell.

        Raises ValueError for a capacity outside (0, 4] or of another shape, for an unknown boundary, and for what are
        no real numbers.
        """
        given = are_known(open_cells, capacity)
        fields = (checked if given else traced)(open_cells, capacity, boundary)
        self._hold(*fields, boundary)

    def _hold(self, open_cells: Any, capacity: Any, boundary: str) -> None:
        for name, value in (("open_cells", open_cells), ("capacity", capacity), ("boundary", boundary)):
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> Any:
        """Return whether both are the same ground; inside transformations that is an array of JAX."""
        if not isinstance(other, Terrain):
            return NotImplemented
        mine, others = (self.open_cells, self.capacity), (other.open_cells, other.capacity)
        if self.boundary != other.boundary or self.open_cells.shape != other.open_cells.shape:
            return False
        if are_known(*mine, *others):
            return all(np.array_equal(one, another) for one, another in zip(mine, others, strict=True))
        return jnp.all(mine[0] == others[0]) & jnp.all(mine[1] == others[1])

    __hash__ = None  # type: ignore[assignment]  # arrays have none either

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
        """Return open ground of that size in cells, with a capacity of 1. Raises ValueError for what is no size."""
        return cls(np.ones((as_whole("height", height), as_whole("width", width)), dtype=bool), boundary=boundary)

    def open_below(self) -> Bool[Array, "H W"]:
        """Return across which faces below a cell mass may pass."""
        return self.open_cells & below(self.open_cells, self.boundary)

    def in_kind(self, kind: Any) -> Terrain:
        """Return the ground with its capacity in that kind of number, as mass is reckoned in."""
        return self if self.capacity.dtype == kind else self.with_capacity(self.capacity.astype(kind))

    def with_capacity(self, capacity: Float[Array, "H W"]) -> Terrain:
        """Return the ground with another capacity, on the lattice; 0 where others fill it. Nothing is checked."""
        return self.tree_unflatten(self.boundary, (self.open_cells, capacity))

    def settle(
        self, mass: Float[Array, "R H W"] | Float[np.ndarray, "R H W"], quantum: float | None = QUANTUM
    ) -> Float[Array, "R H W"]:
        """Return the masses of R regiments as a battle on this ground holds them, rounded down to the lattice.

        They are float32, or float64 where they were and JAX has 64 bits switched on. Raises ValueError for another
        shape, for what is not finite or below 0, and where the regiments together exceed the capacity of a cell; a
        closed one holds nothing. Inside transformations nobody can look at values.
        """
        mass = converted("mass", mass, "R H W")
        quantum = checked_quantum(quantum, mass.dtype)
        if mass.shape[1:] != self.open_cells.shape:
            raise ValueError(f"mass {mass.shape} does not fit the ground {self.open_cells.shape}")
        settled = to_lattice(jnp.asarray(mass), quantum)
        if are_known(mass, settled, self.open_cells, self.capacity):
            together = np.asarray(settled).sum(axis=0, dtype=np.float64)
            room = np.where(self.open_cells, self.capacity, 0)
            if not (are_amounts(mass) and (together <= room).all()):
                raise ValueError("mass must be finite, at least 0, and within the capacity of open cells")
        return settled

    def transposed(self) -> Terrain:
        """Return the ground with rows and columns swapped."""
        return self.tree_unflatten(self.boundary, (transposed(self.open_cells), transposed(self.capacity)))

    turned = transposed  # its name in 0.1.0


def checked(open_cells: object, capacity: object, boundary: str) -> tuple[Bool[Array, "H W"], Float[Array, "H W"]]:
    """Return cells and capacity as arrays of JAX. Raises ValueError for what is no ground."""
    open_cells = as_numpy("open_cells", open_cells)
    if not is_real(open_cells.dtype) or (open_cells != open_cells).any():
        raise ValueError(f"open_cells must be True where a cell is open and False elsewhere, not {open_cells.dtype}")
    if open_cells.ndim != 2:
        raise ValueError(f"open_cells must have the shape (H, W), not {open_cells.shape}")
    if not isinstance(boundary, str) or boundary not in BOUNDARIES:
        raise ValueError(f"boundary must be 'wall' or 'torus', not {described(boundary)}")
    room = as_numpy("capacity", capacity)
    if not is_real(room.dtype):
        raise ValueError(f"capacity must hold real numbers, not {room.dtype}")
    room = room.astype(np.float64)
    if room.shape not in ((), open_cells.shape):
        raise ValueError(f"capacity must be a number or have the shape {open_cells.shape}, not {room.shape}")
    if not ((room > 0) & (room <= GREATEST_CAPACITY)).all():
        raise ValueError(f"capacity must lie above 0 and up to {GREATEST_CAPACITY:g}")
    room = np.floor(np.broadcast_to(room, open_cells.shape) / QUANTUM) * QUANTUM
    return jnp.asarray(open_cells, dtype=bool), jnp.asarray(room, dtype=jnp.float32)


def traced(open_cells: Any, capacity: Any, boundary: str) -> tuple[Bool[Array, "H W"], Float[Array, "H W"]]:
    """Return the same inside transformations, where only kinds and shapes can be checked."""
    cells, room = as_floats("open_cells", open_cells, "H W"), as_floats("capacity", capacity, kind=jnp.float32)
    if not isinstance(boundary, str) or boundary not in BOUNDARIES:
        raise ValueError(f"boundary must be 'wall' or 'torus', not {described(boundary)}")
    if room.shape not in ((), cells.shape):
        raise ValueError(f"capacity must be a number or have the shape {cells.shape}, not {room.shape}")
    return cells != 0, jnp.broadcast_to(to_lattice(room), cells.shape)
