"""The simulation behind the game's border: NumPy in and out, JAX in between, on the GPU where JAX sees one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float

from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.dynamics import (
    Programs,
    RestRule,
    State,
    checked_targets,
    gives_way,
    init_state,
    judged,
    planned,
    steer,
    transport,
    transport_some,
)
from nca_controller.guidance import MAX_SPEED
from nca_controller.jax_config import first_device
from nca_controller.physics import Terrain, as_floats, has_friends


class JaxSimulation:
    """Implements `engine.plugin.Simulation`.

    Steering is compiled once for each kind of controller, apart from the transport of all regiments: eight regiments
    start as fast as one, and another controller in mid-battle costs its own compilation alone. Regiments at rest are
    neither steered nor moved, so a tick costs what moves.
    """

    name = "jax"  # for those who look on

    def __init__(self, rest: RestRule | None = RestRule()) -> None:  # noqa: B008  frozen
        """Find the device. Raises InputError where JAX has none."""
        device = first_device()
        self.backend: str = device.platform
        self.device: str = device.device_kind
        self._rule = rest
        self._steer = jax.jit(steer)
        self._transport = jax.jit(transport, static_argnames=("sides", "scheme", "quantum"))
        self._some = jax.jit(transport_some, static_argnames=("sides", "scheme", "quantum"))
        self._judged = jax.jit(judged, static_argnames=("boundary", "sides"))
        self._gives_way = jax.jit(gives_way)
        self._programs = Programs()

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Controller],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> State:
        """Return the state in which regiment r holds mass[r], rounded down to the lattice, and obeys controllers[r].

        Raises ValueError for masses that do not fit the ground, and for controllers or sides that are not one for each
        regiment.
        """
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        settled = as_floats("mass", mass, kind=np.float32)
        return init_state(settled, terrain, controllers, seed, sides=sides, rest=self._rule)

    def tick(self, state: State, targets: Float[np.ndarray, "R H W"]) -> State:
        """Return the state one tick later; the device may still be computing it.

        Raises ValueError for targets that are not one for each regiment, of the ground's shape, finite and at least 0.
        """
        orders = checked_targets("targets", targets, state.mass.shape)
        awake = awake_in(state, orders)
        rest = state.rest
        if rest:  # judged first: the next tick asks for it
            rest = self._judged(rest, state.mass, orders, state.terrain.boundary, state.sides)
        still, sides = np.zeros(state.velocity.shape[1:], np.float32), np.asarray(state.sides, np.int32)
        velocities, memories = [still] * len(state.mass), list(state.memories)
        for regiment in awake:
            velocities[regiment], memories[regiment] = self._steer(
                state.controllers[regiment],
                state.memories[regiment],
                state.mass,
                orders,
                np.int32(regiment),
                state.terrain,
                sides,
            )
        places = orders if has_friends(state.sides) else None
        moved = self._moved(state, velocities, awake, self._yielding(state, orders, awake), places)
        return state.replace(memories=tuple(memories), rest=rest, **moved)

    def read(self, state: State, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields, waiting for the device; velocities in cells per tick."""
        arrays = {name: np.asarray(planned(state) if name == "planned" else getattr(state, name)) for name in fields}
        for name in {"velocity", "planned"} & arrays.keys():
            arrays[name] = arrays[name] * np.float32(MAX_SPEED)
        return arrays

    def _yielding(self, state: State, targets: Float[Array, "R H W"], awake: list[int]) -> Float[Array, " R"] | None:
        """Return how far each regiment gives way to friends; None where nobody has one."""
        if not has_friends(state.sides):
            return None
        return self._gives_way(state.mass, targets, np.isin(np.arange(len(state.mass)), awake))

    def _moved(
        self,
        state: State,
        velocities: list[Any],
        awake: list[int],
        yielding: Float[Array, " R"] | None,
        places: Float[Array, "R H W"] | None,
    ) -> dict[str, Array]:
        """Return the fields after the march of those awake, by the shortest program that is at hand.

        All programs give the same bits, so it does not matter to a battle when one of them has been compiled.
        """
        law = {"scheme": state.scheme, "quantum": state.quantum}
        chosen = filled_up(awake, len(state.mass))
        if len(chosen) < len(state.mass):
            given = (
                state.mass,
                [velocities[regiment] for regiment in chosen],
                np.asarray(chosen, np.int32),
                state.terrain,
                yielding,
                places,
            )
            some = self._programs.find(self._some, *given, sides=pattern(state.sides, chosen), **law)
            if some is not None:
                return some(*given)
        return self._transport(state.mass, velocities, state.terrain, yielding, places, sides=state.sides, **law)


def awake_in(state: State, targets: Float[Array, "R H W"]) -> list[int]:
    """Return the regiments that do not rest in this tick. What that depends on was known a tick ago."""
    if state.rest is None:
        return list(range(len(state.mass)))
    asleep = np.asarray(state.rest.asleep)
    if not asleep.any():
        return list(range(len(asleep)))
    before, now = np.asarray(state.rest.targets), np.asarray(targets)
    return [
        regiment
        for regiment, still in enumerate(asleep)
        if not (still and np.array_equal(now[regiment], before[regiment]))
    ]


def filled_up(awake: list[int], regiments: int) -> list[int]:
    """Return those awake and some of the others, in order: 1, 2, 4, ... in all, so that few programs serve all."""
    count = 1
    while count < len(awake):
        count *= 2
    others = [regiment for regiment in range(regiments) if regiment not in awake]
    return sorted([*awake, *others[: count - len(awake)]])


def pattern(sides: tuple[int, ...], chosen: list[int]) -> tuple[int, ...]:
    """Return the chosen regiments' sides, numbered as they occur."""
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(sides[regiment], len(numbers)) for regiment in chosen)
