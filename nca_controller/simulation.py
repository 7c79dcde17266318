"""The simulation behind the game's border: NumPy in and out, JAX in between, on the GPU where JAX sees one."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.dynamics import State, advance, init_state, planned, steer, transport
from nca_controller.guidance import MAX_SPEED
from nca_controller.jax_config import first_device
from nca_controller.physics import Terrain, to_lattice


class JaxSimulation:
    """Implements `engine.plugin.Simulation`.

    Steering is compiled once for each kind of controller, apart from the transport of all regiments: eight regiments
    start as fast as one, and another controller in mid-battle costs its own compilation alone.
    """

    def __init__(self) -> None:
        """Raises ValueError, one line, where JAX finds no device to compute on."""
        device = first_device()
        self.backend: str = device.platform
        self.device: str = device.device_kind
        self._steer = jax.jit(steer)
        self._transport = jax.jit(transport, static_argnames=("sides", "scheme"))

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Controller],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> State:
        """Return the state in which regiment r holds mass[r], rounded down to the lattice, and obeys controllers[r].

        Raises ValueError for masses that do not fit the ground, and for sides that are not one for each regiment.
        """
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        if mass.ndim != 3 or mass.shape[1:] != ground.grid or len(controllers) != len(mass):
            raise ValueError(f"mass {mass.shape} does not fit {len(controllers)} controllers on {ground.grid}")
        room = np.where(ground.open_cells, np.asarray(terrain.capacity), 0)
        if not (np.isfinite(mass).all() and (mass >= 0).all() and (mass.sum(axis=0) <= room).all()):
            raise ValueError("mass must be finite, at least 0, and within the capacity of open cells")
        if sides is not None and len(sides) != len(mass):
            raise ValueError(f"sides must name one side for each of {len(mass)} regiments, not {len(sides)}")
        return init_state(to_lattice(jnp.asarray(mass, jnp.float32)), terrain, controllers, seed, sides=sides)

    def tick(self, state: State, targets: Float[np.ndarray, "R H W"]) -> State:
        """Return the state one tick later; the device may still be computing it."""
        return advance(state, jnp.asarray(targets, jnp.float32), self._steer, self._transport)

    def read(self, state: State, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields, waiting for the device; velocities in cells per tick."""
        arrays = {name: np.asarray(planned(state) if name == "planned" else getattr(state, name)) for name in fields}
        for name in {"velocity", "planned"} & arrays.keys():
            arrays[name] = arrays[name] * np.float32(MAX_SPEED)
        return arrays
