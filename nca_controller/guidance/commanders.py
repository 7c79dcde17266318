"""Commanders: each orders a velocity for every cell. Alone they steer; the AdvectionNCA corrects them."""

from __future__ import annotations

from typing import Any, Protocol

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.guidance import plan as transport
from nca_controller.guidance import relaxation
from nca_controller.guidance.gradient import create_goal_signal
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.speed import speed
from nca_controller.physics import Terrain, one_by_one

DT = 0.25  # units of time in a step of the transport
STEPS = 2  # steps in a tick
MAX_SPEED = DT * STEPS  # cells per tick of a velocity of 1
REFRESH = 4  # ticks between two refreshes of the plan

OrderField = Float[Array, "H W 3"]  # velocity (x, y), at most 1 long, and proximity to the destination from 0 to 1


class Commander(Protocol):
    """Orders a velocity for every cell. A pytree, so that it passes through jit, grad and vmap."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> Any:
        """Return the memory of a commander that has had no order yet."""
        ...

    def order(self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> tuple[OrderField, Any]:
        """Return the order for every cell, and the memory for the next tick."""
        ...


class Alone:
    """Makes a commander a controller: its order is the velocity."""

    max_speed = MAX_SPEED

    def steer(
        self: Commander,
        memory: Any,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], Any]:
        order, memory = self.order(memory, mass, target)
        return order[..., :2], memory

    def planned(self, memory: Any, velocity: Float[Array, "H W 2"]) -> Float[Array, "H W 2"]:
        """Return the velocity of the last tick, which is what the commander ordered."""
        return velocity

    def network(self) -> None:
        return None


@struct.dataclass
class PlanMemory:
    """The plan, and the ticks since the start, which decide when it is refreshed."""

    plan: transport.TransportPlan
    tick: Int[Array, ""]


@one_by_one
def refreshed(
    plan: transport.TransportPlan, tick: Int[Array, ""], mass: Float[Array, "H W"], target: Float[Array, "H W"]
) -> transport.TransportPlan:
    """Return the plan at a tick, anew where it is time."""
    return jax.lax.cond(tick % REFRESH == 0, lambda: transport.plan_transport(plan, mass, target), lambda: plan)


@struct.dataclass
class Plan(Alone):
    """Follows a transport plan that is refreshed every REFRESH ticks."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> PlanMemory:
        return PlanMemory(transport.empty_plan(*mass.shape), jnp.zeros((), jnp.int32))

    def order(
        self, memory: PlanMemory, mass: Float[Array, "H W"], target: Float[Array, "H W"]
    ) -> tuple[OrderField, PlanMemory]:
        plan = refreshed(*jax.lax.stop_gradient((memory.plan, memory.tick, mass, target)))
        return transport.follow(plan, mass, target), PlanMemory(plan, memory.tick + 1)


@struct.dataclass
class Poisson(Alone):
    """Follows the Poisson flow: reaches the target, on curved paths. Has no memory."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> None:
        return None

    def order(self, memory: None, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> tuple[OrderField, None]:
        flow = poisson_flow(mass, target)
        return jnp.concatenate([flow, 1 - speed(flow)[..., None]], axis=-1), None


@struct.dataclass
class Relaxation(Alone):
    """Follows a potential that cells relax with their neighbours: the local commander, without a global solve."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> relaxation.Wave:
        return relaxation.flat_wave(*mass.shape)

    def order(
        self, memory: relaxation.Wave, mass: Float[Array, "H W"], target: Float[Array, "H W"]
    ) -> tuple[OrderField, relaxation.Wave]:
        wave = relaxation.relax(memory, mass, target)
        return relaxation.follow_wave(wave, mass), wave


@struct.dataclass
class Gradient(Alone):
    """Follows the seed's signal, uphill on the blurred target: it reaches about four cells. Has no memory."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> None:
        return None

    def order(self, memory: None, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> tuple[OrderField, None]:
        return create_goal_signal(target)[..., 1:], None


COMMANDERS: dict[str, type[Any]] = {"plan": Plan, "poisson": Poisson, "relaxation": Relaxation, "gradient": Gradient}
