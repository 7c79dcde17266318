"""The state of a battle at one tick, and how a battle begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float

from nca_controller.controllers import Controller
from nca_controller.dynamics.mustering import SHARE, mustered
from nca_controller.dynamics.rest import Rest, RestRule, awake_at_first
from nca_controller.physics import (
    QUANTUM,
    Limiter,
    Terrain,
    are_amounts,
    are_known,
    as_whole,
    check_limiter,
    check_terrain,
    converted,
    described,
    sides_of,
    superbee,
)
from nca_controller.physics.combat import CombatState, Conduct, Laws


class State(struct.PyTreeNode):
    """A battle at one tick, for R regiments.

    Rest and combat may be absent, None: what is absent has no law, costs nothing and changes no bit.
    """

    mass: Float[Array, "R H W"]
    velocity: Float[Array, "R H W 2"]  # commanded in the last tick, cells per unit time
    flux_x: Float[Array, "R H W+1"]  # mass that crossed each face in the last tick
    flux_y: Float[Array, "R H+1 W"]
    controllers: tuple[Controller, ...]
    memories: tuple[Any, ...]
    terrain: Terrain
    sides: tuple[int, ...] = struct.field(pytree_node=False)  # friends exchange places, enemies do not
    scheme: Limiter = struct.field(pytree_node=False)
    quantum: float | None = struct.field(pytree_node=False, default=QUANTUM)  # the lattice's, or None off it
    rest: Rest | None = None  # what the rule of rest remembers, where there is that rule
    combat: CombatState | None = None  # what regiments have suffered, where the battle has the laws of combat


def init_state(
    mass: Float[Array, "R H W"],
    terrain: Terrain,
    controllers: Sequence[Controller],
    seed: int,
    *,
    sides: Sequence[int] | None = None,
    scheme: Limiter = superbee,
    quantum: float | None = QUANTUM,
    rest: RestRule | None = None,
    combat: bool | Conduct = False,
    cell_metres: float = 1.0,
    reach: float | Sequence[float] | None = None,
    share: float | Sequence[float] = SHARE,
    constants: Laws | None = None,
) -> State:
    """Return the state of regiments at rest that have had no order; all are of one side where none are given.

    With a rule of rest, regiments that stand in their places are neither steered nor moved; without one all are.

    The mass is rounded down to the lattice. It may be an array of NumPy or JAX, of any real numbers, and becomes
    float32, or stays float64 where JAX has 64 bits switched on; then the lattice may be finer, down to 2^-48. Off it,
    with a quantum of None, totals hold to rounding. `seed` may be traced; regiment r's is `seed + r`.

    With `combat` the laws of battle hold: regiments bear themselves as a Conduct says, or, where it is True, as heavy
    infantry that marches with its front to the enemy. A cell is so many metres wide; `reach` is how far blows go, in
    metres, by default heavy infantry's, and `share` the mass that one soldier stands for, each one number for all or
    one for each regiment. `constants` are the laws'.

    Raises ValueError for arguments that do not fit each other or are of another kind, and for what `Terrain.settle`
    refuses.
    """
    check_terrain(terrain)
    check_limiter(scheme)
    mass = terrain.settle(mass, quantum)
    regiments, height, width = mass.shape
    controllers, seed = check_controllers(controllers, regiments), as_whole("seed", seed) if are_known(seed) else seed
    seen, named = mass.astype(jnp.float32), sides_of(mass, sides)
    law = cell_metres, reach, share, constants
    return State(
        mass=mass,
        velocity=jnp.zeros((*mass.shape, 2), mass.dtype),
        flux_x=jnp.zeros((regiments, height, width + 1), mass.dtype),
        flux_y=jnp.zeros((regiments, height + 1, width), mass.dtype),
        controllers=controllers,
        memories=tuple(controllers[r].init(seen[r], terrain, seed + r) for r in range(regiments)),
        terrain=terrain.in_kind(mass.dtype),
        sides=named,
        scheme=scheme,
        quantum=quantum,
        rest=awake_at_first(seen, rest) if rest else None,
        combat=None if combat is False else mustered(mass, named, combat, quantum, *law),
    )


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
