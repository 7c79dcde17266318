"""The commander for any ground: the flow on it, how mass settles, and the transport plan where ways are clear."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.guidance import plan as transport
from nca_controller.guidance.alone import Alone, OrderField
from nca_controller.guidance.following import REFRESH, Plan, PlanMemory
from nca_controller.guidance.ground.flow import Flow, cascade, congestion, improved, no_flow, nothing_kept, source_of
from nca_controller.guidance.ground.levels import Level
from nca_controller.guidance.ground.preparation import prepared
from nca_controller.guidance.ground.settling import settled_order
from nca_controller.guidance.ground.ways import clearness, outlook
from nca_controller.guidance.speed import clipped, speed, unit
from nca_controller.physics import Terrain, are_known, one_by_one

RESTART = 16  # ticks after which the flow is computed from nothing: old potentials mislead on long ways
EVERY = 2  # ticks between two improvements of the flow
ROUNDS = 20  # of an improvement
FIRST_ROUNDS = 30  # on the finest level after a restart
COARSE_ROUNDS = (100, 400, 1600)  # before that of a restart, from the second level on; the last holds for all others
FADE = (0.9, 0.99)  # shares of the army with a clear way between which the plan comes in
CLEAR = 0.995  # share from which on there is the plan alone
LEAST_MASS = 1e-6  # of an army, so that no share is divided by 0


@struct.dataclass
class Ways:
    """The ways that the commander has found: by the flow, and straight ahead."""

    flow: Flow
    coarse: tuple[Flow, ...]  # of the coarser levels, after the last restart
    plan: transport.TransportPlan
    clear: Float[Array, "H W"]  # how clear the planned way of a cell is, from 0 to 1
    share: Float[Array, ""]  # of the army whose planned way is clear


@struct.dataclass
class GroundMemory:
    """What the commander knows of the ground, its flow, its plan, and the ticks since the last order."""

    levels: tuple[Level, ...]
    hindrance: Float[Array, "H W"]  # of the plan, from 0 to 1
    outlook: Float[Array, "H W"]  # how clear it is from a cell to where its planned way is looked at from
    ways: Ways
    target: Float[Array, "H W"]  # of the last tick
    age: Int[Array, ""]  # ticks for which it has stood


def refresh(memory: GroundMemory, age: Int[Array, ""], mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Ways:
    """Return the ways at a tick: plan and flow anew where it is time."""
    before = memory.ways
    due = (age % RESTART == 0) | ((age % REFRESH == 0) & (before.share >= FADE[0]))
    plan, clear, share = jax.lax.cond(
        due,
        lambda: planned(before.plan, memory, mass, target),
        lambda: (before.plan, before.clear, before.share),
    )
    excess, price, finest = mass - target, congestion(mass, target), memory.levels[0]

    def improve(start: Flow, rounds: int) -> Flow:
        return improved(finest, 0, start, source_of(finest, 0, excess), price, rounds)

    def begin() -> tuple[Flow, tuple[Flow, ...]]:
        kept = jax.tree.map(lambda field: jnp.where(age == 0, 0, field), before.coarse)
        start, coarse = cascade(memory.levels, excess, price, COARSE_ROUNDS, kept)
        return improve(start, FIRST_ROUNDS), coarse

    begins = (age % RESTART == 0) | (before.share >= CLEAR)
    what = jnp.where(begins, 1, jnp.where(age % EVERY == 0, 2, 3))
    flow, coarse = jax.lax.switch(
        jnp.where(share >= CLEAR, 0, what),
        [
            lambda: (no_flow(*mass.shape), before.coarse),
            begin,
            lambda: (improve(before.flow, ROUNDS), before.coarse),
            lambda: (before.flow, before.coarse),
        ],
    )
    return Ways(flow, coarse, plan, clear, share)


def led_by_flow(clear: Float[Array, "H W"], share: Float[Array, ""]) -> Float[Array, "H W"]:
    """Return which share of a cell's velocity the flow gives, not the plan."""
    return 1 - clear * jnp.clip((share - FADE[0]) / (FADE[1] - FADE[0]), 0, 1)


@jax.custom_jvp
def refreshed(
    memory: GroundMemory, age: Int[Array, ""], mass: Float[Array, "H W"], target: Float[Array, "H W"]
) -> Ways:
    """Return the same; batches work through it one by one on CPUs, and its derivative is that of `refresh`."""
    ways: Ways = one_by_one(refresh)(memory, age, mass, target)
    return ways


@refreshed.defjvp
def _slope(primals: Any, tangents: Any) -> Any:
    return jax.jvp(refresh, primals, tangents)


def planned(
    plan: transport.TransportPlan,
    memory: GroundMemory,
    mass: Float[Array, "H W"],
    target: Float[Array, "H W"],
) -> tuple[transport.TransportPlan, Float[Array, "H W"], Float[Array, ""]]:
    """Return the transport plan, how clear its ways are, and the share of the army that it sees whose way is clear.

    The plan is a constant in derivatives, and sees no mist.
    """
    plan = transport.plan_transport(*jax.lax.stop_gradient((plan, mass, target)))
    clear = clearness(plan.displacement, memory.hindrance, memory.outlook)
    return plan, clear, (clear * mass).sum() / jnp.maximum(mass.sum(), LEAST_MASS)


@struct.dataclass
class GroundFlow(Alone):
    """Leads round walls, through gates and over fords. On ground that is known to be wholly open it is the plan."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> GroundMemory | PlanMemory:
        if is_plain(terrain):
            return Plan().init(mass, terrain, seed)
        shape = mass.shape
        levels, hindered = prepared(terrain), hindrance(terrain)
        return GroundMemory(
            levels=levels,
            hindrance=hindered,
            outlook=outlook(hindered),
            ways=Ways(
                flow=no_flow(*shape),
                coarse=nothing_kept(levels),
                plan=transport.empty_plan(*shape),
                clear=jnp.zeros(shape, jnp.float32),
                share=jnp.zeros((), jnp.float32),
            ),
            target=jnp.full(shape, -1, jnp.float32),
            age=jnp.zeros((), jnp.int32),
        )

    def plan(self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> GroundMemory | PlanMemory:
        """Return the memory with the ways of a tick."""
        if isinstance(memory, PlanMemory):
            return Plan().plan(memory, mass, target)
        age = jnp.where(jnp.any(target != memory.target), 0, memory.age + 1)
        ways = refreshed(memory, age, mass, target)
        known: GroundMemory = memory.replace(ways=ways, target=target, age=age)
        return known

    def follow(self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> OrderField:
        """Return the order by the ways in a memory: mass settles by what it is now, not by what it was."""
        if isinstance(memory, PlanMemory):
            return Plan().follow(memory, mass, target)
        ways = memory.ways
        order = settled_order(memory.levels, ways.flow, mass, target)
        straight = ways.plan.displacement
        far = jnp.minimum(speed(straight) / transport.NEAR, 1.0)
        weight = (far * (1 - led_by_flow(ways.clear, ways.share)))[..., None]
        velocity = clipped(weight * unit(straight) + (1 - weight) * order[..., :2])
        return jnp.concatenate([velocity, (1 - weight) * order[..., 2:]], axis=-1)


def hindrance(terrain: Terrain) -> Float[Array, "H W"]:
    """Return what stands in the way of the plan: 1 where a cell is closed, and what it lacks of a capacity of 1.

    The plan knows no way over a border, so on a torus everything does.
    """
    if terrain.boundary == "torus":
        return jnp.ones(terrain.open_cells.shape, jnp.float32)
    return jnp.where(terrain.open_cells, 1 - jnp.minimum(terrain.capacity, 1), 1).astype(jnp.float32)


def is_plain(terrain: Terrain) -> bool:
    """Return whether ground is known to be open throughout, with a capacity of 1 and walls around it."""
    if terrain.boundary != "wall" or not are_known(terrain.open_cells, terrain.capacity):
        return False
    # By NumPy: within a program that is being traced, JAX would trace even what is known.
    return bool(np.asarray(terrain.open_cells).all() and (np.asarray(terrain.capacity) == 1).all())
