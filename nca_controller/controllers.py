"""Controllers say velocities; they never move mass. The AdvectionNCA under its commander, or a commander alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jax.ad_checkpoint import checkpoint_name
from jaxtyping import Array, Float, PRNGKeyArray

from engine.io import TRAINED_MODELS, InputError, plugin_errors
from engine.plugin import CONTROLLERS, Exported, PartKind, is_reference
from nca_controller import checkpoints
from nca_controller.checkpoints import Architecture, CheckpointError
from nca_controller.guidance import (
    COMMANDERS,
    DT,
    MAX_SPEED,
    STEPS,
    Commander,
    GroundFlow,
    Plan,
    Poisson,
    clipped,
    planner_of,
)
from nca_controller.jax_config import first_device
from nca_controller.model import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model import (
    PRESENT,
    AdvectionNCA,
    Percept,
    State,
    create_formation_from_alpha,
    network_text,
)
from nca_controller.physics import Terrain, perturb

__all__ = [
    "COMMANDER",
    "NCA",
    "CheckpointError",
    "Controller",
    "GroundFlow",
    "Percept",
    "Plan",
    "Poisson",
    "load_controller",
    "model_folder",
]

COMMANDER = PartKind("commander", "maniple.commanders", COMMANDERS)
CONTROLLER = PartKind("controller", CONTROLLERS, {})

# On open ground both order the same to the bit, so models that were trained under the plan know their way on any.
ON_ANY_GROUND = {"plan": COMMANDERS["ground"]}
ORDERED = "ordered"  # checkpoint name of the order, which training keeps for the backward pass instead of planning anew


class Controller(Protocol):
    """Steers one regiment. A pytree, so that it passes through jit, grad and vmap.

    `crowd` (H, W) is the mass of all regiments, the controller's own among them. A controller whose `steer` has a sixth
    parameter, `percept`, is given a Percept there: what lies on each cell, friends, enemies and ground apart. One that
    has a method `export()`, which returns an `engine.plugin.Exported`, is played by other simulations as well.
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
    own_commander: Callable[[], Commander] | None = struct.field(pytree_node=False, default=None)  # makes another's

    @property
    def commander(self) -> Commander:
        commander: Commander = (self.own_commander or (COMMANDERS | ON_ANY_GROUND)[self.architecture.guidance])()
        return commander

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
        percept: Percept | None = None,
    ) -> tuple[Float[Array, "H W 2"], NCAMemory]:
        # The order is a constant in derivatives: gradients flow through what the cells perceive and do.
        order, commander = self.commander.order(*jax.lax.stop_gradient((memory.commander, mass, target)))
        signal = jax.lax.stop_gradient(jnp.concatenate([target[..., None], order], axis=-1))
        signal = checkpoint_name(signal, ORDERED)
        key, fire_key, noise_key = jax.random.split(memory.key, 3) if self.stochastic else (memory.key, None, None)
        seen = observe(memory.cells, mass, crowd, terrain)
        cells: Any = self.model.apply({"params": self.params}, seen, signal, fire_key, percept, method="steer")
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

    def export(self) -> Exported:
        """Return weights and architecture, the network as shader text, and the commander as a planner.

        Raises ValueError for cells that shaders cannot hold, and for random ones.
        """
        if type(self).steer is not NCA.steer:
            raise ValueError(f"{type(self).__name__} steers in its own way: give it an own export")
        if self.stochastic:
            raise ValueError(
                f"shaders hold cells that do nothing at random: fire rate {self.fire_rate:g} and velocity noise "
                f"{self.velocity_noise:g} must be 1 and 0"
            )
        weights = self.network()
        text = network_text(weights, self.architecture.num_channels, self.architecture.percept)
        planner = planner_of(self.commander)
        return Exported(asdict(self.architecture), weights, text, planner, self.max_speed)


def observe(cells: State, mass: Float[Array, "H W"], crowd: Float[Array, "H W"], terrain: Terrain) -> State:
    """Return the channels with what is on the ground now: own mass, others', walls, and how much of the own."""
    seen = jnp.stack([mass > PRESENT, crowd - mass > PRESENT, ~terrain.open_cells], axis=-1).astype(mass.dtype)
    return jnp.concatenate([seen, mass[..., None], cells[..., CHANNELS.VELOCITY_X :]], axis=-1)


def load_controller(name: str | Path, commander: str | None = None) -> Controller:
    """Return the controller of a name: a commander alone, a plugin's, a model in `trained_models/`, one in a folder.

    As text `package.module:name` it is what that makes; a path is a folder's and never imports anything. `commander`
    names the part that commands a model's cells, where its description names one that is not installed.

    Raises CheckpointError, one line, where there is none or it cannot be used, and InputError where JAX has no device,
    where two have that name, or where a plugin fails, which it names.
    """
    first_device()
    if isinstance(name, str | os.PathLike) and str(name) in COMMANDERS:
        alone: Controller = COMMANDERS[str(name)]()
        return alone
    if isinstance(name, str) and (is_reference(name) or CONTROLLER.plugin(name)):
        return controller_of_plugin(name)
    folder = model_folder(name)
    params, architecture = checkpoints.load(folder)
    return NCA(params, architecture, own_commander=commander_of(architecture, folder, commander))


def controller_of_plugin(name: str) -> Controller:
    """Return the controller that a plugin, or what a reference names, makes. Raises InputError, which names it."""
    folder = TRAINED_MODELS / name
    if folder.is_dir():
        raise InputError(f"a plugin and a model are both named {name!r}: name the model's folder, {folder}")
    label, maker = f"controller {name!r}", CONTROLLER.find(name)
    with plugin_errors(label):
        made: Controller = maker()
    if lacking := [part for part in ("max_speed", "init", "steer", "planned", "network") if not hasattr(made, part)]:
        raise InputError(f"{label}: {type(made).__name__} is no controller, for lack of {', '.join(lacking)}")
    return made


def commander_of(architecture: Architecture, folder: Path, given: str | None) -> Callable[[], Commander] | None:
    """Return what makes a model's commander, or None for the project's own; what a file names is only looked up.

    Raises CheckpointError for one that is not known here, and for one that was given in another's place.
    """
    name = architecture.guidance
    if name in COMMANDERS and given in (None, name):
        return None
    if name in COMMANDERS:
        raise CheckpointError(f"{folder}: its commander is {name}, and cannot be {given}")
    if given is None and not COMMANDER.is_known(name):
        raise CheckpointError(
            f"{folder}: field 'guidance' names {name!r}, which is not installed: give it, --commander, if you trust it"
        )
    found: Callable[[], Commander] = COMMANDER.find(given or name)
    return found


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
    return load_controller(TRAINED_MODELS / "default")
