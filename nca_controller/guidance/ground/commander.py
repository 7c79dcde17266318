"""The commander for any ground: the flow on it, how mass settles, and the transport plan where ways are clear."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.guidance import plan as transport
from nca_controller.guidance.alone import Alone, OrderField
from nca_controller.guidance.following import REFRESH, Plan, PlanMemory
from nca_controller.guidance.ground.flow import Flow, cascade, congestion, improved, no_flow, source_of
from nca_controller.guidance.ground.levels import Level, levels_of, parts_of
from nca_controller.guidance.ground.settling import settled_order
from nca_controller.guidance.ground.ways import clearness
from nca_controller.guidance.speed import clipped, speed, unit
from nca_controller.physics import Terrain, are_known, one_by_one

RESTART = 16  # ticks after which the flow is computed from nothing: old potentials mislead on long ways
EVERY = 2  # ticks between two improvements of the flow
ROUNDS = 20  # of an improvement
FRESH_ROUNDS = (30, 100, 200, 400, 400)  # of a restart, from the finest level to the coarsest
FADE = (0.9, 0.99)  # shares of the army with a clear way between which the plan comes in
CLEAR = 0.995  # share from which on there is the plan alone


@struct.dataclass
class GroundMemory:
    """What the commander knows of the ground, its flow, its plan, and the ticks since the last order."""

    levels: tuple[Level, ...]
    hindrance: Float[Array, "H W"]  # 1 where a cell is closed, and what it lacks of a capacity of 1
    flow: Flow
    plan: transport.TransportPlan
    clear: Float[Array, "H W"]  # how clear the planned way of a cell is, from 0 to 1
    share: Float[Array, ""]  # of the army whose way is clear
    target: Float[Array, "H W"]  # of the last tick
    age: Int[Array, ""]  # ticks for which it has stood


@one_by_one
def refreshed(memory: GroundMemory, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> GroundMemory:
    """Return what the commander knows at this tick: plan and flow anew where it is time."""
    age = jnp.where(jnp.any(target != memory.target), 0, memory.age + 1)
    due = (age % RESTART == 0) | ((age % REFRESH == 0) & (memory.share >= FADE[0]))
    plan, clear, share = jax.lax.cond(
        due, lambda: planned(memory, mass, target), lambda: (memory.plan, memory.clear, memory.share)
    )
    price = congestion(mass, target)

    def anew() -> Flow:
        return cascade(memory.levels, mass, target, FRESH_ROUNDS)

    def better() -> Flow:
        source = source_of(memory.levels[0], 0, mass, target)
        return improved(memory.levels[0], 0, memory.flow, source, price, ROUNDS)

    begins = (age % RESTART == 0) | (memory.share >= CLEAR)
    what = jnp.where(begins, 1, jnp.where(age % EVERY == 0, 2, 3))
    what = jnp.where(share >= CLEAR, 0, what)
    flow = jax.lax.switch(what, [lambda: no_flow(*mass.shape), anew, better, lambda: memory.flow])
    return memory.replace(flow=flow, plan=plan, clear=clear, share=share, target=target, age=age)


def planned(
    memory: GroundMemory, mass: Float[Array, "H W"], target: Float[Array, "H W"]
) -> tuple[transport.TransportPlan, Float[Array, "H W"], Float[Array, ""]]:
    """Return the transport plan, how clear its ways are, and the share of the army whose way is clear."""
    plan = transport.plan_transport(memory.plan, mass, target)
    clear = clearness(plan.displacement, memory.hindrance)
    return plan, clear, (clear * mass).sum() / jnp.maximum(mass.sum(), 1e-6)


@struct.dataclass
class GroundFlow(Alone):
    """Leads round walls, through gates and over fords. On ground that is known to be wholly open it is the plan."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> GroundMemory | PlanMemory:
        if is_plain(terrain):
            return Plan().init(mass, terrain, seed)
        shape = mass.shape
        return GroundMemory(
            levels=levels_of(terrain, parts_of(terrain.open_cells, terrain.boundary)),
            hindrance=jnp.where(terrain.open_cells, 1 - jnp.minimum(terrain.capacity, 1), 1).astype(jnp.float32),
            flow=no_flow(*shape),
            plan=transport.empty_plan(*shape),
            clear=jnp.zeros(shape, jnp.float32),
            share=jnp.zeros((), jnp.float32),
            target=jnp.full(shape, -1, jnp.float32),
            age=jnp.zeros((), jnp.int32),
        )

    def order(
        self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]
    ) -> tuple[OrderField, GroundMemory | PlanMemory]:
        if isinstance(memory, PlanMemory):
            return Plan().order(memory, mass, target)
        memory = refreshed(*jax.lax.stop_gradient((memory, mass, target)))
        order = settled_order(memory.levels, memory.flow, mass, target)
        far = jnp.minimum(speed(memory.plan.displacement) / transport.NEAR, 1.0)
        faded = jnp.clip((memory.share - FADE[0]) / (FADE[1] - FADE[0]), 0, 1)
        weight = (far * memory.clear * faded)[..., None]
        velocity = clipped(weight * unit(memory.plan.displacement) + (1 - weight) * order[..., :2])
        return jnp.concatenate([velocity, (1 - weight) * order[..., 2:]], axis=-1), memory


def is_plain(terrain: Terrain) -> bool:
    """Return whether ground is known to be open throughout, with a capacity of 1 and walls around it."""
    if terrain.boundary != "wall" or not are_known(terrain.open_cells, terrain.capacity):
        return False
    return bool(jnp.all(terrain.open_cells) & jnp.all(terrain.capacity == 1))
