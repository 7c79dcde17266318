"""Controllers say velocities; they never move mass. The AdvectionNCA, its commander's plan alone, Poisson alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller import checkpoints
from nca_controller.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.channels import PRESENT, create_formation_from_alpha
from nca_controller.guidance import plan as transport
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.model import AdvectionNCA, State
from nca_controller.physics import Terrain

DT = 0.25  # units of time in a step of the transport
STEPS = 2  # steps in a tick
MAX_SPEED = DT * STEPS  # cells per tick of a velocity of 1
REFRESH = 4  # ticks between two refreshes of the plan
OBEDIENCE = 4.0  # cells under a commander have their full say from a planned speed of 1 / OBEDIENCE on

TRAINED_MODELS = Path(__file__).resolve().parents[1] / "trained_models"


class Controller(Protocol):
    """Steers one regiment. A pytree, so that it passes through jit, grad and vmap.

    `crowd` (H, W) is everyone's mass on the ground, the regiment's own among it.
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

    def network(self) -> dict[str, np.ndarray] | None:
        """Return the weights for other backends, or None where there are none."""
        ...


@struct.dataclass
class Poisson:
    """Follows the Poisson flow alone: reaches the target, on curved ways. Remembers nothing."""

    max_speed: float = struct.field(pytree_node=False, default=MAX_SPEED)

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> None:
        return None

    def steer(
        self,
        memory: None,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], None]:
        return poisson_flow(mass, target), None

    def network(self) -> None:
        return None


@struct.dataclass
class PlanMemory:
    """The plan, and the ticks since the start, which tell when to refresh it."""

    plan: transport.Plan
    tick: Int[Array, ""]


@struct.dataclass
class Plan:
    """Follows the commander's transport plan alone, refreshed every REFRESH ticks."""

    max_speed: float = struct.field(pytree_node=False, default=MAX_SPEED)

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> PlanMemory:
        return PlanMemory(transport.empty_plan(*mass.shape), jnp.zeros((), jnp.int32))

    def steer(
        self,
        memory: PlanMemory,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], PlanMemory]:
        order, memory = self.order(memory, mass, target)
        return order[..., :2], memory

    def order(
        self, memory: PlanMemory, mass: Float[Array, "H W"], target: Float[Array, "H W"]
    ) -> tuple[Float[Array, "H W 3"], PlanMemory]:
        """Return the planned velocity and the proximity of every cell, and the memory for the next tick."""
        plan = jax.lax.cond(
            memory.tick % REFRESH == 0,
            lambda: transport.plan_transport(memory.plan, mass, target),
            lambda: memory.plan,
        )
        return transport.follow(plan, mass, target), PlanMemory(plan, memory.tick + 1)

    def network(self) -> None:
        return None


@struct.dataclass
class NCAMemory:
    """The cells' channels, and the commander's memory."""

    cells: State
    commander: PlanMemory


@struct.dataclass
class NCA:
    """The AdvectionNCA: carries out the commander's plan with a learned correction, cell by cell.

    In play every cell updates at every tick, so a battle is the same each time.
    """

    params: Any
    architecture: checkpoints.Architecture = struct.field(pytree_node=False)
    commander: Plan = Plan()
    max_speed: float = struct.field(pytree_node=False, default=MAX_SPEED)

    @property
    def model(self) -> AdvectionNCA:
        return self.architecture.model(fire_rate=1.0, advection_dt=DT, advection_steps=STEPS, obedience=OBEDIENCE)

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> NCAMemory:
        return NCAMemory(create_formation_from_alpha(mass), self.commander.init(mass, terrain, seed))

    def steer(
        self,
        memory: NCAMemory,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], NCAMemory]:
        order, commander = self.commander.order(memory.commander, mass, target)
        # The plan is taken as given: gradients flow through what the cells see and do, not through Sinkhorn.
        signal = jax.lax.stop_gradient(jnp.concatenate([target[..., None], order], axis=-1))
        seen = look(memory.cells, mass, crowd, terrain)
        cells: Any = self.model.apply({"params": self.params}, seen, signal, method="steer")
        return cells[..., CHANNELS.VELOCITY], NCAMemory(cells, commander)

    def network(self) -> dict[str, np.ndarray]:
        leaves = jax.tree_util.tree_leaves_with_path(self.params)
        return {"/".join(key.key for key in path): np.asarray(leaf) for path, leaf in leaves}


def look(cells: State, mass: Float[Array, "H W"], crowd: Float[Array, "H W"], terrain: Terrain) -> State:
    """Return the channels with what stands on the ground now: own men, others, walls, and the mass."""
    seen = jnp.stack([mass > PRESENT, crowd - mass > PRESENT, ~terrain.open_cells], axis=-1).astype(mass.dtype)
    return jnp.concatenate([seen, mass[..., None], cells[..., CHANNELS.VELOCITY_X :]], axis=-1)


def load_controller(name: str | Path) -> Controller:
    """Return "plan", "poisson", a model in `trained_models/` by its name, or the one in a checkpoint folder.

    Raises CheckpointError, one line, where there is none or it cannot be used.
    """
    match str(name):
        case "plan":
            return Plan()
        case "poisson":
            return Poisson()
    params, architecture = checkpoints.load(model_folder(name))
    return NCA(params, architecture)


def model_folder(name: str | Path) -> Path:
    """Return the folder of a model: the one of that name in `trained_models/`, or the path itself."""
    folder = TRAINED_MODELS / name
    return folder if str(name) and folder.is_dir() else Path(name)


def default_nca() -> Controller:
    """Return the controller that the game ships with."""
    return load_controller("default")
