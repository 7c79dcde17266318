"""Commanders for simulations that are not of JAX: NumPy in and out, compiled, on the device that JAX has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.plugin import Ground
from nca_controller.physics import Terrain


@dataclass(frozen=True)
class CompiledPlanner:
    """Implements `engine.plugin.Planner` by a commander.

    One that does not plan ahead orders in its own way: its memory goes from one order to the next.
    """

    commander: Any  # a guidance.Commander
    ahead: bool  # whether its order is its `plan` and what `follow`s from it

    def begin(self, mass: Float[np.ndarray, "H W"], ground: Ground, seed: int) -> Any:
        """Return the memory of a commander that has had no order yet."""
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        return self.commander.init(jnp.array(mass, jnp.float32), terrain, seed)

    def plan(self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> Any:
        """Return the memory with what is planned for this mass and target, computed to the end."""
        return jax.block_until_ready(planned(self.commander, self.ahead, memory, np.float32(mass), np.float32(target)))

    def order(
        self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]
    ) -> Float[np.ndarray, "H W 3"]:
        """Return the order for every cell, by what is planned."""
        return np.asarray(
            followed(self.commander, self.ahead, memory, np.float32(mass), np.float32(target)), np.float32
        )


@partial(jax.jit, static_argnums=1)
def planned(commander: Any, ahead: bool, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Any:
    """Return a commander's memory with its plan. Compiled once for all commanders of a kind."""
    if ahead:
        return commander.plan(memory, mass, target)
    return commander.order(memory, mass, target)[1]


@partial(jax.jit, static_argnums=1)
def followed(
    commander: Any, ahead: bool, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]
) -> Float[Array, "H W 3"]:
    """Return what a commander orders by the plan in a memory."""
    if ahead:
        return commander.follow(memory, mass, target)
    return commander.order(memory, mass, target)[0]
