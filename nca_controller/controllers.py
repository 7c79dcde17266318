"""Controllers say velocities; they never move mass. The AdvectionNCA under its commander, or a commander alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jax.ad_checkpoint import checkpoint_name
from jaxtyping import Array, Float, PRNGKeyArray

from engine.io import TRAINED_MODELS
from nca_controller import checkpoints
from nca_controller.checkpoints import Architecture
from nca_controller.guidance import COMMANDERS, DT, MAX_SPEED, STEPS, Commander, Plan, Poisson, clipped
from nca_controller.jax_config import first_device
from nca_controller.model import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model import PRESENT, AdvectionNCA, Percept, State, create_formation_from_alpha
from nca_controller.physics import Terrain, perturb

__all__ = ["NCA", "Controller", "Percept", "Plan", "Poisson", "load_controller", "model_folder"]

ORDERED = "ordered"  # checkpoint name of the order, which training keeps for the backward pass instead of planning anew


class Controller(Protocol):
    """Steers one regiment. A pytree, so that it passes through jit, grad and vmap.

    `crowd` (H, W) is the mass of all regiments, the controller's own among them. A controller whose `steer` has a sixth
    parameter, `percept`, is given a Percept there: what lies on each cell, friends, enemies and ground apart.
    """

    max_speed: float  # cells per tick, Euclidean

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> Any:
        """Return the memory of a regiment that has had no order yet."""
        ...

    def steer(
        self,
        memory: Any,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], Any]:
        """Return the velocity (x, y) in cells per unit time, at most 1 long, and the memory for the next tick."""
        ...

    def planned(self, memory: Any, velocity: Float[Array, "H W 2"]) -> Float[Array, "H W 2"]:
        """Return the velocity that was planned in the last tick, in cells per unit time.

        `memory` and `velocity` are what the last `steer` returned.
        """
        ...

    def network(self) -> dict[str, np.ndarray] | None:
        """Return the weights for other backends, or None where there are none."""
        ...


@struct.dataclass
class NCAMemory:
    """The cells' channels, the commander's memory, and the key of the random numbers."""

    cells: State
    commander: Any
    key: PRNGKeyArray


@struct.dataclass
class NCA:
    """The AdvectionNCA: carries out a commander's order with a learned correction, cell by cell.

    In play every cell updates at every tick and nothing is random, so a battle is the same each time.
    """

    params: Any
    architecture: Architecture = struct.field(pytree_node=False)
    fire_rate: float = struct.field(pytree_node=False, default=1.0)
    velocity_noise: float = struct.field(pytree_node=False, default=0.0)
    max_speed: float = struct.field(pytree_node=False, default=MAX_SPEED)

    @property
    def commander(self) -> Commander:
        return COMMANDERS[self.architecture.guidance]()

    @property
    def model(self) -> AdvectionNCA:
        return self.architecture.model(fire_rate=self.fire_rate, advection_dt=DT, advection_steps=STEPS)

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> NCAMemory:
        commander = self.commander.init(mass, terrain, seed)
        return NCAMemory(create_formation_from_alpha(mass), commander, jax.random.key(seed))

    def steer(
        self,
        memory: NCAMemory,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], NCAMemory]:
        order, commander = self.commander.order(memory.commander, mass, target)
        # The order is a constant in derivatives: gradients flow through what the cells perceive and do.
        signal = jax.lax.stop_gradient(jnp.concatenate([target[..., None], order], axis=-1))
        signal = checkpoint_name(signal, ORDERED)
        key, fire_key, noise_key = jax.random.split(memory.key, 3) if self.stochastic else (memory.key, None, None)
        seen = observe(memory.cells, mass, crowd, terrain)
        cells: Any = self.model.apply({"params": self.params}, seen, signal, fire_key, method="steer")
        velocity = cells[..., CHANNELS.VELOCITY]
        if noise_key is not None:
            velocity = clipped(perturb(velocity, self.velocity_noise, noise_key))
        return velocity, NCAMemory(cells, commander, key)

    def planned(self, memory: NCAMemory, velocity: Float[Array, "H W 2"]) -> Float[Array, "H W 2"]:
        """Return what the commander ordered in the last tick, before the cells' correction."""
        return memory.cells[..., CHANNELS.TARGET_VELOCITY]

    @property
    def stochastic(self) -> bool:
        return self.fire_rate < 1 or self.velocity_noise > 0

    def network(self) -> dict[str, np.ndarray]:
        leaves = jax.tree_util.tree_leaves_with_path(self.params)
        return {"/".join(key.key for key in path): np.asarray(leaf) for path, leaf in leaves}


def observe(cells: State, mass: Float[Array, "H W"], crowd: Float[Array, "H W"], terrain: Terrain) -> State:
    """Return the channels with what is on the ground now: own mass, others', walls, and how much of the own."""
    seen = jnp.stack([mass > PRESENT, crowd - mass > PRESENT, ~terrain.open_cells], axis=-1).astype(mass.dtype)
    return jnp.concatenate([seen, mass[..., None], cells[..., CHANNELS.VELOCITY_X :]], axis=-1)


def load_controller(name: str | Path) -> Controller:
    """Return a commander alone or a model in `trained_models/` by its name, or the model in a folder.

    Raises CheckpointError, one line, where there is none or it cannot be used, and InputError where JAX has no device.
    """
    first_device()
    if isinstance(name, str | os.PathLike) and str(name) in COMMANDERS:
        alone: Controller = COMMANDERS[str(name)]()
        return alone
    params, architecture = checkpoints.load(model_folder(name))
    return NCA(params, architecture)


def model_folder(name: str | Path) -> Path:
    """Return the folder of a model: the one of that name in `trained_models/`, or the path itself."""
    if not isinstance(name, str | os.PathLike):
        raise checkpoints.CheckpointError(f"a controller is loaded by a name or a Path, not a {type(name).__name__}")
    folder = TRAINED_MODELS / name
    try:
        return folder if str(name) and folder.is_dir() else Path(name)
    except OSError:  # a name too long for a file
        return Path(name)


def default_nca() -> Controller:
    """Return the controller that the game ships with."""
    return load_controller("default")
