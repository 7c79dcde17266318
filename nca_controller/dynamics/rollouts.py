"""Rollouts: a battle of so many ticks as one differentiable function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from nca_controller.controllers import Controller
from nca_controller.dynamics.rest import RestRule
from nca_controller.dynamics.state import State, checked_targets, init_state
from nca_controller.dynamics.ticks import tick
from nca_controller.jax_config import first_device
from nca_controller.physics import QUANTUM, Limiter, Terrain, as_floats, as_whole, check_terrain, superbee
from nca_controller.physics.combat import Conduct

Targets = Float[Array, "*R H W"] | Float[np.ndarray, "*R H W"]
Metrics = Callable[[State, Float[Array, "R H W"]], Any]


def rollout(
    controllers: Controller | Sequence[Controller],
    mass: Float[Array, "*R H W"],
    targets: Targets | Mapping[int, Targets],
    *,
    ticks: int,
    seed: int = 0,
    terrain: Terrain | None = None,
    scheme: Limiter = superbee,
    sides: Sequence[int] | None = None,
    quantum: float | None = QUANTUM,
    rest: RestRule | None = None,
    combat: bool | Conduct = False,
    cell_metres: float = 1.0,
    metrics: Metrics | None = None,
    final: bool = False,
    remat: bool = False,
) -> Any:
    """Return the mass after each tick of a battle, (ticks, R, H, W); entry k is after k + 1 ticks.

    `controllers` are one for each regiment, or one for all. With a mass of (H, W) and targets of that shape one
    regiment marches, and the masses are (ticks, H, W). Targets may change: `{0: first, 50: second}` has the second from
    tick 50 on. `seed` may be traced, and all else that is an array; vmap runs over seeds, masses, targets and weights.

    `rest` is the rule by which a game lets regiments stand; a soldier at rest has no gradient, so there is none by
    default.

    `combat` and `cell_metres` are those of `init_state`: soldiers then fall, and the mass grows less. For a conduct
    that changes take `tick`, and for more of the laws `init_state` and `trajectory`.

    `metrics(state, targets)` is asked after each tick, and what it says is returned instead of masses, stacked; `final`
    returns the last State alone. `remat` keeps only the states between ticks for the backward pass and computes the
    rest of each tick anew: a fraction of the memory, for a third more time.

    Differentiable in the mass and in the controllers' weights, forwards and in reverse. A commander's plan is a
    constant in derivatives, so through it there is no slope in targets; there is where a loss or a flow reads them.

    The mass is rounded down to the lattice. What is given may be arrays of NumPy or JAX, of any real numbers: float32,
    or float64 as `init_state` says. Raises ValueError for shapes that do not fit each other, for mass that is not
    finite, below 0 or more than the ground can hold, for targets that are not finite or below 0, and for ticks that are
    no whole numbers from 0 on. Inside transformations nobody can look at values: a cell above its capacity then drains,
    and NaN spreads.
    """
    first_device()
    mass = as_floats("mass", mass)
    alone = mass.ndim == 2
    if alone:
        mass = as_floats("mass", mass, "H W")[None]
    elif mass.ndim != 3:
        raise ValueError(f"mass must be (H, W) or (R, H, W), not {mass.shape}")
    several: Any = [controllers] * len(mass) if hasattr(controllers, "steer") else controllers
    ground = terrain if terrain is not None else Terrain.plain(*mass.shape[1:])
    check_terrain(ground)
    orders = schedule(targets, mass.shape[1:] if alone else mass.shape)
    if alone:
        orders = orders._replace(targets=tuple(one[None] for one in orders.targets))
    state = init_state(
        mass,
        ground,
        several,
        seed,
        sides=sides,
        scheme=scheme,
        quantum=quantum,
        rest=rest,
        combat=combat,
        cell_metres=cell_metres,
    )
    asked = metrics or (None if final else lone_mass if alone else all_mass)
    state, recorded = trajectory(state, orders, ticks=ticks, metrics=asked, remat=remat)
    return state if final else recorded


class Schedule(NamedTuple):
    """Targets that change: `targets[k]` holds from tick `starts[k]` on; the first starts at 0."""

    starts: tuple[int, ...]
    targets: tuple[Float[Array, "*R H W"], ...]


def schedule(targets: Targets | Mapping[int, Targets], shape: tuple[int, ...]) -> Schedule:
    """Return targets of that shape as a schedule.

    Raises ValueError where no target starts at tick 0, and for targets as `checked_targets` does.
    """
    if not isinstance(targets, Mapping):
        return Schedule((0,), (checked_targets("targets", targets, shape),))
    starts = sorted(whole("a tick of targets", start) for start in targets)
    if not starts or starts[0] != 0:
        raise ValueError("targets must say what holds from tick 0 on")
    return Schedule(tuple(starts), tuple(checked_targets("targets", targets[start], shape) for start in starts))


def trajectory(
    state: State,
    targets: Targets | Mapping[int, Targets] | Schedule,
    *,
    ticks: int,
    metrics: Metrics | None = None,
    remat: bool = False,
) -> tuple[State, Any]:
    """Return the state so many ticks later, and what `metrics(state, targets)` said after each tick, stacked.

    `targets` as for `rollout`, their ticks counted from this state on. Compiled once for each function of metrics, so
    name it outside of loops. Raises ValueError for targets that do not fit the state, and for ticks that are no count.
    """
    orders = targets if isinstance(targets, Schedule) else schedule(targets, state.mass.shape)
    return march(state, orders.targets, starts=orders.starts, ticks=whole("ticks", ticks), metrics=metrics, remat=remat)


@partial(jax.jit, static_argnames=("starts", "ticks", "metrics", "remat"))
def march(
    state: State,
    targets: tuple[Float[Array, "R H W"], ...],
    *,
    starts: tuple[int, ...],
    ticks: int,
    metrics: Metrics | None,
    remat: bool,
) -> tuple[State, Any]:
    """Return the outcome of a trajectory, all arguments given and checked; compiled, so that loops may call it."""
    stacked = jnp.stack(targets)
    held = np.searchsorted(starts, np.arange(ticks), side="right") - 1  # which targets, at each tick
    # What does not change stays out of the loop's state, of which the backward pass keeps a copy for every tick.
    fixed = {"controllers": state.controllers, "terrain": state.terrain}
    absent = dict.fromkeys(fixed)

    def advance(state: State, held: Int[Array, ""]) -> tuple[State, Any]:
        now = stacked[held] if len(targets) > 1 else stacked[0]
        state = tick(state.replace(**fixed), now)
        return state.replace(**absent), metrics(state, now) if metrics else None

    step = jax.checkpoint(advance) if remat else advance
    state, recorded = jax.lax.scan(step, state.replace(**absent), jnp.asarray(held, jnp.int32))
    return state.replace(**fixed), recorded


def all_mass(state: State, targets: Float[Array, "R H W"]) -> Float[Array, "R H W"]:
    """Return the mass of all regiments: what a rollout records if it is asked for nothing else."""
    return state.mass


def lone_mass(state: State, targets: Float[Array, "1 H W"]) -> Float[Array, "H W"]:
    """Return the mass of the only regiment."""
    return state.mass[0]


def whole(name: str, number: int) -> int:
    """Return a whole number from 0 on. Raises ValueError for any other."""
    number = as_whole(name, number)
    if number < 0:
        raise ValueError(f"{name} must be at least 0, not {number}")
    return number
