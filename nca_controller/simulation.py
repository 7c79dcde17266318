"""The tick: every regiment steers, then the mass of all moves at once. In JAX, behind `engine.plugin.Simulation`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int

from engine.plugin import Ground
from nca_controller.commanders import DT, MAX_SPEED, STEPS
from nca_controller.controllers import Controller
from nca_controller.physics import Limiter, Terrain, advect, superbee, to_lattice
from nca_controller.physics.encounter import together

Steer = Callable[..., tuple[Float[Array, "H W 2"], Any]]
March = Callable[..., dict[str, Float[Array, "R ..."]]]


class State(struct.PyTreeNode):
    """Everything that a battle is at one tick, for R regiments."""

    mass: Float[Array, "R H W"]
    velocity: Float[Array, "R H W 2"]  # commanded in the last tick, cells per unit time
    flux_x: Float[Array, "R H W+1"]  # mass that crossed each face in the last tick
    flux_y: Float[Array, "R H+1 W"]
    controllers: tuple[Controller, ...]
    memories: tuple[Any, ...]
    terrain: Terrain
    sides: tuple[int, ...] = struct.field(pytree_node=False)  # friends exchange places, enemies do not
    scheme: Limiter = struct.field(pytree_node=False)


def muster(
    mass: Float[Array, "R H W"],
    terrain: Terrain,
    controllers: Sequence[Controller],
    seed: int,
    *,
    sides: Sequence[int] | None = None,
    scheme: Limiter = superbee,
) -> State:
    """Return the state of regiments that stand and have had no order; all are of one side where none are given."""
    regiments, height, width = mass.shape
    return State(
        mass=mass,
        velocity=jnp.zeros((*mass.shape, 2)),
        flux_x=jnp.zeros((regiments, height, width + 1)),
        flux_y=jnp.zeros((regiments, height + 1, width)),
        controllers=tuple(controllers),
        memories=tuple(controllers[r].init(mass[r], terrain, seed + r) for r in range(regiments)),
        terrain=terrain,
        sides=tuple(sides) if sides is not None else (0,) * regiments,
        scheme=scheme,
    )


def tick(state: State, targets: Float[Array, "R H W"]) -> State:
    """Return the state one tick later. Pure and differentiable."""
    return advance(state, targets, steer, march)


def advance(state: State, targets: Float[Array, "R H W"], steer: Steer, march: March) -> State:
    """Return the state one tick later, by the ways to steer a regiment and to move all that are given."""
    led = zip(state.controllers, state.memories, range(len(state.mass)), strict=True)
    steered = [
        steer(controller, memory, state.mass, targets, jnp.int32(regiment), state.terrain)
        for controller, memory, regiment in led
    ]
    memories = tuple(memory for _, memory in steered)
    moved = march(
        state.mass, [velocity for velocity, _ in steered], state.terrain, sides=state.sides, scheme=state.scheme
    )
    return state.replace(memories=memories, **moved)


def steer(
    controller: Controller,
    memory: Any,
    mass: Float[Array, "R H W"],
    targets: Float[Array, "R H W"],
    regiment: Int[Array, ""],
    terrain: Terrain,
) -> tuple[Float[Array, "H W 2"], Any]:
    """Return the velocity that a controller commands its regiment, and its memory for the next tick."""
    return controller.steer(memory, mass[regiment], together(mass), targets[regiment], terrain)


def march(
    mass: Float[Array, "R H W"],
    velocities: Sequence[Float[Array, "H W 2"]],
    terrain: Terrain,
    *,
    sides: tuple[int, ...],
    scheme: Limiter,
) -> dict[str, Float[Array, "R ..."]]:
    """Return the fields of the state after the mass of all regiments has moved for a tick."""
    velocity = jnp.stack(velocities)
    regiments, height, width = mass.shape
    flux_x, flux_y = jnp.zeros((regiments, height, width + 1)), jnp.zeros((regiments, height + 1, width))
    for step in range(STEPS):
        first = "xy"[step % 2]  # taking turns, lest one axis be favoured
        moved = advect(mass, velocity, terrain, dt=DT, scheme=scheme, sides=sides, first=first)
        mass, flux_x, flux_y = moved.mass, flux_x + moved.flux_x, flux_y + moved.flux_y
    return {"mass": mass, "velocity": velocity, "flux_x": flux_x, "flux_y": flux_y}


def planned(state: State) -> Float[Array, "R H W 2"]:
    """Return the velocity that each regiment's commander planned in the last tick, in cells per unit time."""
    led = zip(state.controllers, state.memories, state.velocity, strict=True)
    return jnp.stack([controller.planned(memory, velocity) for controller, memory, velocity in led])


@partial(jax.jit, static_argnames=("ticks", "seed", "scheme"))
def rollout(
    controller: Controller,
    mass: Float[Array, "H W"],
    target: Float[Array, "H W"],
    *,
    ticks: int,
    seed: int = 0,
    terrain: Terrain | None = None,
    scheme: Limiter = superbee,
) -> Float[Array, "ticks H W"]:
    """Return the mass of one regiment after each tick on its way to a target; entry k is after k + 1 ticks.

    Differentiable in the mass and in the controller's weights.
    """
    terrain = terrain if terrain is not None else Terrain.plain(*mass.shape)

    def advance(state: State, _: None) -> tuple[State, Float[Array, "H W"]]:
        state = tick(state, target[None])
        return state, state.mass[0]

    return jax.lax.scan(advance, muster(mass[None], terrain, [controller], seed, scheme=scheme), length=ticks)[1]


class JaxSimulation:
    """The simulation behind the game's border: NumPy in and out, JAX in between, on the GPU where JAX sees one.

    What steers a regiment is compiled once for all who share a kind of controller, apart from what moves them all:
    eight regiments muster as fast as one, and another controller in mid-battle costs its own compilation alone.
    """

    def __init__(self) -> None:
        device = jax.devices()[0]
        self.backend: str = device.platform
        self.device: str = device.device_kind
        self._steer = jax.jit(steer)
        self._march = jax.jit(march, static_argnames=("sides", "scheme"))

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Controller],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> State:
        """Return the state in which regiment r holds mass[r], rounded down to the lattice, and obeys controllers[r].

        Raises ValueError for masses that do not fit the ground, and for sides that are not one for each regiment.
        """
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        if mass.ndim != 3 or mass.shape[1:] != ground.grid or len(controllers) != len(mass):
            raise ValueError(f"mass {mass.shape} does not fit {len(controllers)} controllers on {ground.grid}")
        room = np.where(ground.open_cells, np.asarray(terrain.capacity), 0)
        if not (np.isfinite(mass).all() and (mass >= 0).all() and (mass.sum(axis=0) <= room).all()):
            raise ValueError("mass must be finite, at least 0, and within the capacity of open cells")
        if sides is not None and len(sides) != len(mass):
            raise ValueError(f"sides must name one side for each of {len(mass)} regiments, not {len(sides)}")
        return muster(to_lattice(jnp.asarray(mass, jnp.float32)), terrain, controllers, seed, sides=sides)

    def tick(self, state: State, targets: Float[np.ndarray, "R H W"]) -> State:
        """Return the state one tick later; the device may still be at it."""
        return advance(state, jnp.asarray(targets, jnp.float32), self._steer, self._march)

    def read(self, state: State, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields, waiting for the device; velocities in cells per tick."""
        arrays = {name: np.asarray(planned(state) if name == "planned" else getattr(state, name)) for name in fields}
        for name in {"velocity", "planned"} & arrays.keys():
            arrays[name] = arrays[name] * np.float32(MAX_SPEED)
        return arrays
