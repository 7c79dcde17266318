"""The tick: every regiment steers, then the mass of all moves at once. Pure functions on a state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nca_controller.controllers import NCA, Controller, Percept
from nca_controller.dynamics.combat import commanded, fought, let_through, still_asleep
from nca_controller.dynamics.part import Part
from nca_controller.dynamics.rest import judged, resting
from nca_controller.dynamics.standing import gives_way
from nca_controller.dynamics.state import State, checked_targets
from nca_controller.guidance import COMMANDERS, DT, MAX_SPEED, STEPS, clipped
from nca_controller.physics import Limiter, Terrain, advect, as_floats, has_friends, total
from nca_controller.physics.combat import Conduct

Steer = Callable[..., tuple[Float[Array, "H W 2"], Any]]
Transport = Callable[..., dict[str, Float[Array, "R ..."]]]

HAIR = 1 + 2.0**-20  # by which a velocity may be too long, since lengths round
LIMITED = (NCA, *COMMANDERS.values())  # what they command is limited already; subclasses are others' work
FASTEST = 2.0**20  # cells per unit time; an infinite velocity has this one, which still has a direction


def tick(state: State, targets: Float[Array, "R H W"], conduct: Conduct | None = None) -> State:
    """Return the state one tick later. Pure and differentiable.

    Whatever a controller returns is limited to its top speed. In combat a `conduct` holds until another is given.
    Raises ValueError for a velocity of another shape, for a conduct without combat, and for targets as `rollout` does.
    """
    targets = checked_targets("targets", targets, state.mass.shape)
    state = under(state, conduct)
    if state.rest is None:
        return advance(state, targets, steer, transport)
    asleep = resting(state.rest, targets)

    def steer_or_rest(controller: Controller, memory: Any, *known: Any) -> tuple[Float[Array, "H W 2"], Any]:
        still = asleep[known[2]]
        velocity, updated = steer(controller, memory, *known)
        kept = jax.tree.map(lambda old, new: jnp.where(still, old, new), memory, updated)
        return jnp.where(still, 0, velocity), kept

    rest = judged(state.rest, state.mass, targets, state.terrain.boundary, state.sides)
    state = advance(state, targets, steer_or_rest, transport, ~asleep)
    if state.combat is not None:
        rest = rest.replace(asleep=still_asleep(rest.asleep, state.combat))
    return state.replace(rest=rest)


def under(state: State, conduct: Conduct | None) -> State:
    """Return the state whose regiments bear themselves so, or as before. Raises ValueError where there is no combat."""
    if conduct is None:
        return state
    if state.combat is None:
        raise ValueError("conduct is for battles with combat: give init_state combat=True")
    return state.replace(combat=state.combat.replace(conduct=conduct))


def advance(
    state: State,
    targets: Float[Array, "R H W"],
    steer: Steer,
    transport: Transport,
    awake: Bool[Array, " R"] | bool = True,
) -> State:
    """Return the state one tick later, by functions that steer one regiment and that move the mass of all.

    Regiments that are not awake give no way.
    """
    regiments = zip(state.controllers, state.memories, range(len(state.mass)), strict=True)
    everybody = crowds(state.mass, state.sides)
    steered = [
        steer(controller, memory, state.mass, targets, jnp.int32(regiment), state.terrain, everybody)
        for controller, memory, regiment in regiments
    ]
    velocities, friends, combat = [velocity for velocity, _ in steered], has_friends(state.sides), state.combat
    yielding = gives_way(state.mass, targets, awake) if friends else None
    if combat is not None:
        met = commanded(jnp.stack(velocities), state.mass, combat, state.terrain, state.sides)
        velocities = list(jnp.where(jnp.asarray(awake)[..., None, None, None], met, 0))
        yielding = let_through(yielding, combat) if yielding is not None else None
    moved = transport(
        state.mass,
        velocities,
        state.terrain,
        yielding,
        targets if friends else None,
        sides=state.sides,
        scheme=state.scheme,
        quantum=state.quantum,
    )
    if combat is not None:
        moved |= fought(moved, state.mass, combat, state.terrain, state.sides, state.quantum)
    return state.replace(memories=tuple(memory for _, memory in steered), **moved)


class Crowds(NamedTuple):
    """Who stands on each cell, for R regiments of S sides: controllers reckon in float32."""

    everybody: Float[Array, "H W"]
    of_sides: Float[Array, "S H W"]
    side: Int[Array, " R"]  # of each regiment, numbered from 0


def crowds(mass: Float[Array, "R H W"], sides: tuple[int, ...]) -> Crowds:
    """Return who stands on each cell."""
    seen, numbers = mass.astype(jnp.float32), dict.fromkeys(sides)
    of_sides = [total(seen[np.flatnonzero(np.array(sides) == side)]) for side in numbers]
    return Crowds(total(seen), jnp.stack(of_sides), jnp.array([list(numbers).index(side) for side in sides]))


def steer(
    controller: Controller,
    memory: Any,
    mass: Float[Array, "R H W"],
    targets: Float[Array, "R H W"],
    regiment: Int[Array, ""],
    terrain: Terrain,
    others: Crowds,
) -> tuple[Float[Array, "H W 2"], Any]:
    """Return the velocity that a controller commands its regiment, and its memory for the next tick.

    Controllers reckon in float32. What they command is limited to their top speed, in cells per tick.
    """
    seen, targets = mass[regiment].astype(jnp.float32), targets.astype(jnp.float32)
    known = (memory, seen, others.everybody, targets[regiment], terrain.in_kind(jnp.float32))
    percept = (perceive(seen, regiment, terrain, others),) if takes_percept(controller) else ()
    velocity, memory = controller.steer(*known, *percept)
    velocity = as_floats("velocity", velocity, "H W 2", jnp.float32)
    if velocity.shape[:2] != mass.shape[1:]:
        raise ValueError(f"velocity must be {(*mass.shape[1:], 2)}, not {velocity.shape}")
    top = getattr(controller, "max_speed", MAX_SPEED)
    if type(controller) not in LIMITED or top != MAX_SPEED:
        velocity = clipped(jnp.clip(velocity, -FASTEST, FASTEST), top / MAX_SPEED * HAIR)
    return velocity, memory


def takes_percept(controller: Controller) -> bool:
    """Return whether a controller's `steer` takes what it perceives, beside the five arguments of old."""
    return "percept" in signature(controller.steer).parameters


def perceive(own: Float[Array, "H W"], regiment: Int[Array, ""], terrain: Terrain, others: Crowds) -> Percept:
    """Return what lies on each cell, for one regiment."""
    of_its_side = others.of_sides[others.side[regiment]]
    closed = (~terrain.open_cells).astype(jnp.float32)
    return Percept(
        closed=closed,
        missing_capacity=jnp.maximum(1 - terrain.capacity.astype(jnp.float32), 0) * (1 - closed),
        friends=of_its_side - own,
        enemies=others.everybody - of_its_side,
        fatigue=jnp.zeros_like(own),
    )


def transport(
    mass: Float[Array, "R H W"],
    velocities: Sequence[Float[Array, "H W 2"]],
    terrain: Terrain,
    yielding: Float[Array, " R"] | None = None,
    places: Float[Array, "R H W"] | None = None,
    part: Part | None = None,
    *,
    sides: tuple[int, ...],
    scheme: Limiter,
    quantum: float | None,
) -> dict[str, Float[Array, "R ..."]]:
    """Return the fields of the state after the mass of all regiments has moved for a tick.

    Where all of it stands in a `part` of the field, it moves at the cost of that; the same to the bit.
    """
    velocity = jnp.stack(list(velocities)).astype(mass.dtype)
    law = {"yielding": yielding, "sides": sides, "scheme": scheme, "quantum": quantum}
    if part is None:
        return {**marched(mass, velocity, terrain, places=places, **law), "velocity": velocity}
    here = jnp.stack([part.of(velocity[..., axis]) for axis in (0, 1)], axis=-1)
    there = None if places is None else part.of(places)
    moved = marched(part.of(mass), here, part.ground(terrain), places=there, **law)
    height, width = mass.shape[1:]
    faces = {"mass": (height, width), "flux_x": (height, width + 1), "flux_y": (height + 1, width)}
    return {**{name: part.put_back(moved[name], *size) for name, size in faces.items()}, "velocity": velocity}


def marched(
    mass: Float[Array, "R H W"], velocity: Float[Array, "R H W 2"], terrain: Terrain, **law: Any
) -> dict[str, Float[Array, "R ..."]]:
    """Return mass and fluxes after a tick of these velocities."""
    regiments, height, width = mass.shape
    flux_x = jnp.zeros((regiments, height, width + 1), mass.dtype)
    flux_y = jnp.zeros((regiments, height + 1, width), mass.dtype)
    for step in range(STEPS):
        first = "xy"[step % 2]  # alternating, so that no axis is favoured
        moved = advect(mass, velocity, terrain, dt=DT, first=first, **law)
        mass, flux_x, flux_y = moved.mass, flux_x + moved.flux_x, flux_y + moved.flux_y
    return {"mass": mass, "flux_x": flux_x, "flux_y": flux_y}


def transport_some(
    mass: Float[Array, "R H W"],
    velocities: Sequence[Float[Array, "H W 2"]],
    chosen: Int[Array, " B"],
    terrain: Terrain,
    yielding: Float[Array, " R"] | None = None,
    places: Float[Array, "R H W"] | None = None,
    part: Part | None = None,
    *,
    sides: tuple[int, ...],
    scheme: Limiter,
    quantum: float | None,
) -> dict[str, Float[Array, "R ..."]]:
    """Return what `transport` does where only the chosen regiments move, in their order; the same to the bit.

    The others take up room, offer nothing and give no way, so they may as well be missing capacity. `sides` are those
    of the chosen, and the `part` holds them; `yielding` and `places` are all regiments'.
    """
    moving = mass[chosen]
    ground = terrain.with_capacity(jnp.maximum(terrain.capacity - (total(mass) - total(moving)), 0))
    among, there = (None if known is None else known[chosen] for known in (yielding, places))
    moved = transport(moving, velocities, ground, among, there, part, sides=sides, scheme=scheme, quantum=quantum)
    start = {name: jnp.zeros((len(mass), *field.shape[1:]), field.dtype) for name, field in moved.items()}
    return {name: field.at[chosen].set(moved[name]) for name, field in (start | {"mass": mass}).items()}


def planned(state: State) -> Float[Array, "R H W 2"]:
    """Return the velocity that each regiment's commander planned in the last tick, in cells per unit time."""
    regiments = zip(state.controllers, state.memories, state.velocity, strict=True)
    return jnp.stack([controller.planned(memory, velocity) for controller, memory, velocity in regiments])
