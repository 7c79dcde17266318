"""The simulation behind the game's border: NumPy in and out, JAX in between, on the GPU where JAX sees one."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Float

from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.dynamics import State, advance, checked_targets, init_state, planned, steer, transport
from nca_controller.guidance import MAX_SPEED
from nca_controller.jax_config import first_device
from nca_controller.physics import Terrain, as_floats


class JaxSimulation:
    """Implements `engine.plugin.Simulation`.

    Steering is compiled once for each kind of controller, apart from the transport of all regiments: eight regiments
    start as fast as one, and another controller in mid-battle costs its own compilation alone.
    """

    def __init__(self) -> None:
        """Find the device. Raises InputError where JAX has none."""
        device = first_device()
        self.backend: str = device.platform
        self.device: str = device.device_kind
        self._steer = jax.jit(steer)
        self._transport = jax.jit(transport, static_argnames=("sides", "scheme", "quantum"))

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Controller],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> State:
        """Return the state in which regiment r holds mass[r], rounded down to the lattice, and obeys controllers[r].

        Raises ValueError for masses that do not fit the ground, and for controllers or sides that are not one for each
        regiment.
        """
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        return init_state(as_floats("mass", mass, kind=np.float32), terrain, controllers, seed, sides=sides)

    def tick(self, state: State, targets: Float[np.ndarray, "R H W"]) -> State:
        """Return the state one tick later; the device may still be computing it.

        Raises ValueError for targets that are not one for each regiment, of the ground's shape, finite and at least 0.
        """
        return advance(state, checked_targets("targets", targets, state.mass.shape), self._steer, self._transport)

    def read(self, state: State, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields, waiting for the device; velocities in cells per tick."""
        arrays = {name: np.asarray(planned(state) if name == "planned" else getattr(state, name)) for name in fields}
        for name in {"velocity", "planned"} & arrays.keys():
            arrays[name] = arrays[name] * np.float32(MAX_SPEED)
        return arrays
