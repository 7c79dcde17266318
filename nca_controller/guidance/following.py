"""The commander that follows a transport plan, straight ahead: for open ground."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.guidance import plan as transport
from nca_controller.guidance.alone import Alone, OrderField
from nca_controller.physics import Terrain, one_by_one

REFRESH = 4  # ticks between two refreshes of the plan


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

    def plan(self, memory: PlanMemory, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> PlanMemory:
        """Return the memory with the plan of a tick."""
        plan = refreshed(*jax.lax.stop_gradient((memory.plan, memory.tick, mass, target)))
        return PlanMemory(plan, memory.tick + 1)

    def follow(self, memory: PlanMemory, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> OrderField:
        """Return the order by the plan in a memory."""
        return transport.follow(memory.plan, mass, target)
