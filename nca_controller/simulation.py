"""The simulation behind the game's border: NumPy in and out, JAX in between, on the GPU where JAX sees one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.plugin import Combat, Conduct, Ground
from nca_controller.controllers import Controller
from nca_controller.dynamics import (
    Part,
    Programs,
    RestRule,
    State,
    checked_targets,
    commanded,
    crowds,
    fought,
    gives_way,
    init_state,
    judged,
    let_through,
    parts_with,
    planned,
    shapes_of,
    steer,
    still_asleep,
    transport,
    transport_some,
    under,
    worth_a_part,
)
from nca_controller.guidance import MAX_SPEED
from nca_controller.jax_config import first_device
from nca_controller.physics import Terrain, as_floats, has_friends
from nca_controller.physics import combat as laws

OF_COMBAT = ("fallen", "fled", "morale", "fatigue", "engaged", "condition", "facing")  # fields that only combat has
MOST_KNOWN = 256  # small arrays that are kept on the device


class Orders(NamedTuple):
    """The targets of a tick, as they were given and as they lie on the device."""

    given: Float[np.ndarray, "R H W"]
    targets: Float[Array, "R H W"]


class JaxSimulation:
    """Implements `engine.plugin.Simulation`.

    Steering is compiled once for each kind of controller, apart from the transport of all regiments: eight regiments
    start as fast as one, and another controller in mid-battle costs its own compilation alone. Regiments at rest are
    neither steered nor moved, so a tick costs what moves.

    A tick whose targets are those of the tick before sends nothing to the device. On CPUs regiments are steered in
    threads of its own, in which JAX's context managers do not hold: set options by `jax.config.update`.
    """

    name = "jax"  # for those who look on

    def __init__(self, rest: RestRule | None = RestRule()) -> None:  # noqa: B008  frozen
        """Find the device. Raises InputError where JAX has none."""
        device = first_device()
        self.backend: str = device.platform
        self.device: str = device.device_kind
        self._rule = rest
        self._steer, self._crowds = jax.jit(steer), jax.jit(crowds, static_argnames="sides")
        self._transport = jax.jit(transport, static_argnames=("sides", "scheme", "quantum"))
        self._some = jax.jit(transport_some, static_argnames=("sides", "scheme", "quantum"))
        self._judged = jax.jit(judged, static_argnames=("boundary", "sides"))
        self._gives_way = jax.jit(gives_way)
        self._commanded = jax.jit(commanded, static_argnames=("sides",))
        self._fought = jax.jit(fought, static_argnames=("sides", "quantum"))
        self._let_through, self._asleep = jax.jit(let_through), jax.jit(still_asleep)
        self._conduct: tuple[Conduct, laws.Conduct] | None = None  # of the last tick, as given and as it lies there
        self._programs = Programs()
        self._side_by_side, self._compiled = ThreadPoolExecutor(2, "steer"), set[Hashable]()  # kinds steered before
        self._orders: Orders | None = None  # of the last tick
        self._known, self._still = lru_cache(MOST_KNOWN)(known), lru_cache(MOST_KNOWN)(jnp.zeros)

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Controller],
        seed: int,
        sides: Sequence[int] | None = None,
        combat: Combat | None = None,
    ) -> State:
        """Return the state in which regiment r holds mass[r], rounded down to the lattice, and obeys controllers[r].

        With `combat` the laws of battle hold. Raises ValueError for masses that do not fit the ground, and for
        controllers, sides or traits that are not one for each regiment.
        """
        terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
        settled = as_floats("mass", mass, kind=np.float32)
        if combat is None:
            return init_state(settled, terrain, controllers, seed, sides=sides, rest=self._rule)
        state = init_state(
            settled,
            terrain,
            controllers,
            seed,
            sides=sides,
            rest=self._rule,
            combat=self._borne(combat.conduct),
            cell_metres=combat.cell_metres,
            reach=combat.reach,
            share=combat.share,
        )
        return state if combat.since is None else state.replace(combat=combat.since.combat)

    def tick(self, state: State, targets: Float[np.ndarray, "R H W"], conduct: Conduct | None = None) -> State:
        """Return the state one tick later; the device may still be computing it.

        In combat a `conduct` holds until another is given. Raises ValueError for targets that are not one for each
        regiment, of the ground's shape, finite and at least 0.
        """
        if conduct is not None:
            state = under(state, self._borne(conduct))
        last = self._orders
        self._orders = orders = sent(targets, state.mass.shape, last)
        awake = awake_in(state, orders, last)
        rest = state.rest
        if rest:  # judged first: the next tick asks for it
            rest = self._judged(rest, state.mass, orders.targets, state.terrain.boundary, state.sides)
            rest = rest.replace(targets=orders.targets)  # the very array, by which the next tick knows them
        still = self._still(state.velocity.shape[1:], np.float32)
        velocities, memories = [still] * len(state.mass), list(state.memories)
        for regiment, steered in zip(awake, self._steered(state, orders.targets, awake), strict=True):
            velocities[regiment], memories[regiment] = steered
        places = orders.targets if has_friends(state.sides) else None
        yielding, combat = self._yielding(state, orders.targets, awake), state.combat
        if combat is not None:
            marching = set(awake)
            met = self._commanded(jnp.stack(velocities), state.mass, combat, state.terrain, sides=state.sides)
            velocities = [met[r] if r in marching else still for r in range(len(velocities))]
            yielding = None if yielding is None else self._let_through(yielding, combat)
        moved = self._moved(state, velocities, awake, yielding, places)
        if combat is not None:
            law = {"sides": state.sides, "quantum": state.quantum}
            moved |= self._fought(moved, state.mass, combat, state.terrain, **law)
            rest = rest.replace(asleep=self._asleep(rest.asleep, moved["combat"])) if rest else None
        return state.replace(memories=tuple(memories), rest=rest, **moved)

    def _steered(self, state: State, targets: Float[Array, "R H W"], awake: list[int]) -> Iterator[tuple[Array, Any]]:
        """Yield the velocity and the memory of each regiment that is awake.

        On CPUs a program of this size runs on one core, so two regiments are steered at once; the first of each kind
        alone, so that nothing is traced or compiled in two threads.
        """
        everybody = self._crowds(state.mass, state.sides)

        def steered(regiment: int) -> tuple[Array, Any]:
            controller, memory = state.controllers[regiment], state.memories[regiment]
            known = self._known(regiment), state.terrain, everybody
            velocity, after = self._steer(controller, memory, state.mass, targets, *known)
            return velocity, after

        if self.backend != "cpu":
            return map(steered, awake)
        kinds = {
            regiment: shapes_of((state.controllers[regiment], state.memories[regiment], state.terrain, everybody))
            for regiment in awake
        }
        first = {kind: regiment for regiment, kind in reversed(kinds.items()) if kind not in self._compiled}
        made = {regiment: steered(regiment) for regiment in first.values()}
        self._compiled |= first.keys()
        others = [regiment for regiment in awake if regiment not in made]
        made |= zip(others, self._side_by_side.map(steered, others), strict=True)
        return (made[regiment] for regiment in awake)

    def read(self, state: State, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields, waiting for the device; velocities in cells per tick."""
        asked = {name: self._field(state, name) for name in fields}
        sent_down = jax.device_get(asked)  # all on their way at once
        arrays = {name: np.asarray(sent_down[name]) for name in fields}
        for name in {"velocity", "planned"} & arrays.keys():
            arrays[name] = arrays[name] * np.float32(MAX_SPEED)
        return arrays

    def _field(self, state: State, name: str) -> Array:
        """Return a field as it lies on the device. Raises AttributeError for one that there is not."""
        if name == "planned":
            return planned(state)
        found: Array = getattr(state.combat if name in OF_COMBAT else state, name)
        return found

    def _borne(self, conduct: Conduct) -> laws.Conduct:
        """Return a conduct as it lies on the device; where it is the last one, it lies there already."""
        last = self._conduct  # another thread may put another one there meanwhile
        if last is not None and conduct.same_as(last[0]):
            return last[1]
        facing, pace = (jnp.asarray(part, jnp.float32) for part in (conduct.facing, conduct.pace))
        traits, relief = laws.Traits.of_rows(conduct.traits), jnp.asarray(conduct.relief, bool)
        borne = laws.Conduct(traits, facing, pace, relief)
        self._conduct = conduct, borne
        return borne

    def _yielding(self, state: State, targets: Float[Array, "R H W"], awake: list[int]) -> Float[Array, " R"] | None:
        """Return how far each regiment gives way to friends; None where nobody has one."""
        if not has_friends(state.sides):
            return None
        marching = tuple(regiment in awake for regiment in range(len(state.mass)))
        return self._gives_way(state.mass, targets, self._known(marching, "bool"))

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
        parts: list[Part | None] = list(self._parts(state, chosen))
        everybody = state.mass, velocities, state.terrain, yielding, places
        function, sides = self._transport, state.sides
        given: tuple[Any, ...] = everybody
        if len(chosen) < len(state.mass):
            parts.append(None)
            moving = [velocities[regiment] for regiment in chosen]
            function, sides = self._some, pattern(state.sides, chosen)
            given = state.mass, moving, self._known(tuple(chosen)), state.terrain, yielding, places
        for part in parts:
            program = self._programs.find(function, *given, part, sides=sides, **law)
            if program is not None:
                return program(*given, part)
        return self._transport(*everybody, sides=state.sides, **law)

    def _parts(self, state: State, chosen: list[int]) -> Iterator[Part]:
        """Yield parts of the field that hold these regiments, on devices on which a part costs less."""
        if self.backend == "cpu" and worth_a_part(len(chosen), *state.mass.shape[1:]):
            mass = np.asarray(state.mass)
            moving = mass if len(chosen) == len(mass) else mass[chosen]
            for corner, shape in parts_with(moving, state.terrain.boundary):
                yield Part(self._known(corner), shape)


def known(values: int | tuple[int, ...], kind: str = "int32") -> Array:
    """Return whole numbers, or truths, as an array on the device."""
    return jax.device_put(np.asarray(values, kind))


def sent(targets: Float[np.ndarray, "R H W"], shape: tuple[int, ...], last: Orders | None) -> Orders:
    """Return targets of that shape on the device; where they are the last ones, those lie there already.

    Raises ValueError as `JaxSimulation.tick`.
    """
    if last is not None and last.given.shape == shape and np.array_equal(last.given, targets):
        return last
    own = targets.copy() if isinstance(targets, np.ndarray) else targets  # the caller may change its array in place
    checked = checked_targets("targets", own, shape)
    return Orders(np.asarray(own, np.float32), checked)


def awake_in(state: State, orders: Orders, last: Orders | None) -> list[int]:
    """Return the regiments that do not rest in this tick. What that depends on was known a tick ago.

    `last` are the orders of the tick that was made before this one, which need not be the one before it in the battle.
    """
    if state.rest is None:
        return list(range(len(state.mass)))
    asleep = np.asarray(state.rest.asleep)
    if not asleep.any():
        return list(range(len(asleep)))
    if state.rest.targets is orders.targets:
        return np.flatnonzero(~asleep).tolist()
    before = last.given if last is not None and last.targets is state.rest.targets else np.asarray(state.rest.targets)
    return [
        regiment
        for regiment, still in enumerate(asleep)
        if not (still and np.array_equal(orders.given[regiment], before[regiment]))
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
