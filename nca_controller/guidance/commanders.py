"""Commanders: each orders a velocity for every cell. Alone they steer; the AdvectionNCA corrects them."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float

from nca_controller.guidance import relaxation
from nca_controller.guidance.alone import Alone, OrderField
from nca_controller.guidance.following import Plan
from nca_controller.guidance.gradient import create_goal_signal
from nca_controller.guidance.ground.commander import GroundFlow
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.speed import speed
from nca_controller.physics import Terrain


@struct.dataclass
class Poisson(Alone):
    """Follows the Poisson flow: reaches the target, on curved paths. Has no memory."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> None:
        return None

    def plan(self, memory: None, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> None:
        return None

    def follow(self, memory: None, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> OrderField:
        flow = poisson_flow(mass, target)
        return jnp.concatenate([flow, 1 - speed(flow)[..., None]], axis=-1)


@struct.dataclass
class Relaxation(Alone):
    """Follows a potential that cells relax with their neighbours: the local commander, without a global solve."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> relaxation.Wave:
        return relaxation.flat_wave(*mass.shape)

    def plan(self, memory: relaxation.Wave, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> relaxation.Wave:
        return relaxation.relax(memory, mass, target)

    def follow(self, memory: relaxation.Wave, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> OrderField:
        return relaxation.follow_wave(memory, mass)


@struct.dataclass
class Gradient(Alone):
    """Follows the seed's signal, uphill on the blurred target: it reaches about four cells. Has no memory."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> None:
        return None

    def plan(self, memory: None, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> None:
        return None

    def follow(self, memory: None, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> OrderField:
        return create_goal_signal(target)[..., 1:]


COMMANDERS: dict[str, type[Any]] = {
    "plan": Plan, "poisson": Poisson, "relaxation": Relaxation, "gradient": Gradient, "ground": GroundFlow
}  # fmt: skip
