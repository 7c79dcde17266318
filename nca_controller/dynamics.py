"""The tick: every regiment steers, then the mass of all moves at once. Pure functions on a state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.controllers import Controller
from nca_controller.guidance import DT, STEPS
from nca_controller.jax_config import first_device
from nca_controller.physics import (
    Limiter,
    Terrain,
    advect,
    are_amounts,
    are_known,
    as_floats,
    as_whole,
    check_limiter,
    check_terrain,
    converted,
    described,
    sides_of,
    superbee,
    total,
)

Steer = Callable[..., tuple[Float[Array, "H W 2"], Any]]
Transport = Callable[..., dict[str, Float[Array, "R ..."]]]


class State(struct.PyTreeNode):
    """A battle at one tick, for R regiments."""

    mass: Float[Array, "R H W"]
    velocity: Float[Array, "R H W 2"]  # commanded in the last tick, cells per unit time
    flux_x: Float[Array, "R H W+1"]  # mass that crossed each face in the last tick
    flux_y: Float[Array, "R H+1 W"]
    controllers: tuple[Controller, ...]
    memories: tuple[Any, ...]
    terrain: Terrain
    sides: tuple[int, ...] = struct.field(pytree_node=False)  # friends exchange places, enemies do not
    scheme: Limiter = struct.field(pytree_node=False)


def init_state(
    mass: Float[Array, "R H W"],
    terrain: Terrain,
    controllers: Sequence[Controller],
    seed: int,
    *,
    sides: Sequence[int] | None = None,
    scheme: Limiter = superbee,
) -> State:
    """Return the state of regiments at rest that have had no order; all are of one side where none are given.

    Raises ValueError for arguments that do not fit each other, or are of another kind.
    """
    mass = as_floats("mass", mass, "R H W", jnp.float32)
    regiments, height, width = mass.shape
    check_terrain(terrain)
    check_limiter(scheme)
    controllers, seed = check_controllers(controllers, regiments), as_whole("seed", seed) if are_known(seed) else seed
    return State(
        mass=mass,
        velocity=jnp.zeros((*mass.shape, 2), jnp.float32),
        flux_x=jnp.zeros((regiments, height, width + 1), jnp.float32),
        flux_y=jnp.zeros((regiments, height + 1, width), jnp.float32),
        controllers=controllers,
        memories=tuple(controllers[r].init(mass[r], terrain, seed + r) for r in range(regiments)),
        terrain=terrain,
        sides=sides_of(mass, sides),
        scheme=scheme,
    )


def tick(state: State, targets: Float[Array, "R H W"]) -> State:
    """Return the state one tick later. Pure and differentiable. Raises ValueError for targets as `rollout` does."""
    return advance(state, checked_targets("targets", targets, state.mass.shape), steer, transport)


def advance(state: State, targets: Float[Array, "R H W"], steer: Steer, transport: Transport) -> State:
    """Return the state one tick later, by functions that steer one regiment and that move the mass of all."""
    regiments = zip(state.controllers, state.memories, range(len(state.mass)), strict=True)
    steered = [
        steer(controller, memory, state.mass, targets, jnp.int32(regiment), state.terrain)
        for controller, memory, regiment in regiments
    ]
    memories = tuple(memory for _, memory in steered)
    moved = transport(
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
    return controller.steer(memory, mass[regiment], total(mass), targets[regiment], terrain)


def transport(
    mass: Float[Array, "R H W"],
    velocities: Sequence[Float[Array, "H W 2"]],
    terrain: Terrain,
    *,
    sides: tuple[int, ...],
    scheme: Limiter,
) -> dict[str, Float[Array, "R ..."]]:
    """Return the fields of the state after the mass of all regiments has moved for a tick."""
    velocity = jnp.stack([as_floats("velocity", one, "H W 2", jnp.float32) for one in velocities])
    regiments, height, width = mass.shape
    flux_x = jnp.zeros((regiments, height, width + 1), jnp.float32)
    flux_y = jnp.zeros((regiments, height + 1, width), jnp.float32)
    for step in range(STEPS):
        first = "xy"[step % 2]  # alternating, so that no axis is favoured
        moved = advect(mass, velocity, terrain, dt=DT, scheme=scheme, sides=sides, first=first)
        mass, flux_x, flux_y = moved.mass, flux_x + moved.flux_x, flux_y + moved.flux_y
    return {"mass": mass, "velocity": velocity, "flux_x": flux_x, "flux_y": flux_y}


def planned(state: State) -> Float[Array, "R H W 2"]:
    """Return the velocity that each regiment's commander planned in the last tick, in cells per unit time."""
    regiments = zip(state.controllers, state.memories, state.velocity, strict=True)
    return jnp.stack([controller.planned(memory, velocity) for controller, memory, velocity in regiments])


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

    Differentiable in the mass and in the controller's weights. Mass and target may be arrays of NumPy or JAX, of any
    real numbers, and become float32; the mass is rounded down to the lattice.

    Raises ValueError for shapes that do not fit each other, for mass that is not finite, below 0 or more than the
    ground can hold, for a target that is not finite or below 0, and for ticks that are no whole number from 0 on.
    Inside transformations nobody can look at values: a cell above its capacity then drains, and NaN spreads.
    """
    first_device()
    check_controllers([controller], 1)
    check_limiter(scheme)
    mass = as_floats("mass", mass, "H W", jnp.float32)
    terrain = terrain if terrain is not None else Terrain.plain(*mass.shape)
    check_terrain(terrain)
    mass = terrain.settle(mass[None])[0]
    target = checked_targets("target", target, mass.shape)
    ticks, seed = whole("ticks", ticks), as_whole("seed", seed)
    return march(controller, mass, target, terrain, ticks=ticks, seed=seed, scheme=scheme)


@partial(jax.jit, static_argnames=("ticks", "seed", "scheme"))
def march(
    controller: Controller,
    mass: Float[Array, "H W"],
    target: Float[Array, "H W"],
    terrain: Terrain,
    *,
    ticks: int,
    seed: int,
    scheme: Limiter,
) -> Float[Array, "ticks H W"]:
    """Return the masses of a rollout, all arguments given and checked; compiled, so that loops may call it."""

    def advance(state: State, _: None) -> tuple[State, Float[Array, "H W"]]:
        state = tick(state, target[None])
        return state, state.mass[0]

    return jax.lax.scan(advance, init_state(mass[None], terrain, [controller], seed, scheme=scheme), length=ticks)[1]


def checked_targets(
    name: str, targets: Float[Array, "*R H W"] | Float[np.ndarray, "*R H W"], shape: tuple[int, ...]
) -> Float[Array, "*R H W"]:
    """Return targets as float32. Raises ValueError for another shape, and for what is not finite or below 0."""
    targets = converted(name, targets, kind=jnp.float32)
    if targets.shape != shape:
        raise ValueError(f"{name} must be {shape} as the mass is, not {targets.shape}")
    if are_known(targets) and not are_amounts(targets):
        raise ValueError(f"{name} must be finite and at least 0")
    return jnp.asarray(targets)


def check_controllers(controllers: Sequence[Controller], regiments: int) -> tuple[Controller, ...]:
    """Return the controllers of so many regiments. Raises ValueError where they are not one for each."""
    try:
        found = tuple(controllers)
    except TypeError:
        raise ValueError(f"controllers must be one for each regiment, not {described(controllers)}") from None
    for one in found:
        if isinstance(one, type) or not all(callable(getattr(one, part, None)) for part in ("init", "steer")):
            raise ValueError(f"a controller must have init and steer, as load_controller's: {described(one)} has not")
    if len(found) != regiments:
        raise ValueError(f"controllers must be one for each of {regiments} regiments, not {len(found)}")
    return found


def whole(name: str, number: int) -> int:
    """Return a whole number from 0 on. Raises ValueError for any other."""
    number = as_whole(name, number)
    if number < 0:
        raise ValueError(f"{name} must be at least 0, not {number}")
    return number
