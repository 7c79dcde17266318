"""The AdvectionNCA as a plugin: physics, guidance, controllers and their training. JAX, Flax and optax; no window."""

from typing import Any

import nca_controller.jax_config  # noqa: F401, first: JAX reads it as it is imported
from nca_controller.controllers import NCA, CheckpointError, Controller, Plan, Poisson, load_controller
from nca_controller.dynamics import State, init_state, rollout, tick, trajectory
from nca_controller.guidance import create_goal_signal
from nca_controller.model import (
    ADVECTION_CHANNELS,
    AdvectionNCA,
    Percept,
    create_advection_seed,
    create_formation_from_alpha,
)
from nca_controller.notebook import (
    FormationTypes,
    advect_mass,
    check_mass_conservation,
    create_formation_target,
    rotate_formation,
)
from nca_controller.physics import Terrain
from nca_controller.simulation import JaxSimulation

__all__ = [
    "ADVECTION_CHANNELS",
    "NCA",
    "AdvectionNCA",
    "CheckpointError",
    "Controller",
    "FormationTypes",
    "JaxSimulation",
    "Percept",
    "Plan",
    "Poisson",
    "State",
    "Terrain",
    "advect_mass",
    "check_mass_conservation",
    "create_advection_seed",
    "create_formation_from_alpha",
    "create_formation_target",
    "create_goal_signal",
    "create_optimizer",
    "init_state",
    "load_controller",
    "rollout",
    "rotate_formation",
    "tick",
    "trajectory",
]


def __getattr__(name: str) -> Any:
    """Import what only training needs once it is asked for: playing needs no optimiser."""
    if name in ("training", "create_optimizer"):
        import nca_controller.training as training

        return training if name == "training" else training.create_optimizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
