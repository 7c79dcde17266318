"""Commanders for simulations that are not of JAX: NumPy in and out, compiled, on the device that JAX has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.plugin import Ground
from nca_controller.physics import Terrain


@dataclass(frozen=True)
class CompiledPlanner:
    """Implements `engine.plugin.Planner` by a commander."""

    commander: Any  # a guidance.Commander

    def begin(self, mass: Float[np.ndarray, "H W"], ground: Ground, seed: int) -> Any:
        """Return the memory of a commander that has had no order yet."""
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        return self.commander.init(jnp.array(mass, jnp.float32), terrain, seed)

    def order(
        self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]
    ) -> tuple[Float[np.ndarray, "H W 3"], Any]:
        """Return the order for every cell and the next memory, computed to the end."""
        order, memory = ordered(self.commander, memory, np.float32(mass), np.float32(target))
        return np.asarray(order, np.float32), memory


@jax.jit
def ordered(
    commander: Any, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]
) -> tuple[Float[Array, "H W 3"], Any]:
    """Return what a commander orders, and its next memory. Compiled once for all commanders of a kind."""
    return commander.order(memory, mass, target)
