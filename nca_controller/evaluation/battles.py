"""One battle, measured: the overlap after every tick, and the field at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.io import users_own
from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.dynamics import State, init_state, tick
from nca_controller.metrics import overlap
from nca_controller.physics import Limiter, Terrain, superbee

CHUNK_TICKS = 200  # that one compiled program plays


@dataclass(frozen=True)
class Battle:
    """The figures of one battle, in float64; none comes from a field that is not finite."""

    filled: Float[np.ndarray, " ticks"]  # overlap with the last order, after each tick
    mass: Float[np.ndarray, "H W"]  # at the end
    conservation: float  # total at the end over total at the start, exact
    residual_speed: float  # mean commanded speed of the mass in the last tick, as a share of the top speed
    mse: float  # mean squared error of the density at the end, per cell

    @property
    def overlap(self) -> float:
        """The overlap after the last tick."""
        return float(self.filled[-1])

    def ticks_until(self, enough: float) -> int | None:
        """Return the first tick, counted from 1, after which the overlap is `enough`; None if there is none."""
        reached = np.flatnonzero(self.filled >= enough)
        return int(reached[0]) + 1 if len(reached) else None


def battle(
    controller: Controller,
    mass: Float[np.ndarray, "H W"],
    orders: Sequence[Float[np.ndarray, "H W"]],
    ticks: int,
    *,
    between: int = 1,
    scheme: Limiter = superbee,
    ground: Ground | None = None,
) -> Battle:
    """Return the figures of a battle whose orders follow each other `between` ticks apart; the last one stays.

    Without a ground all is open. Raises FloatingPointError where a field is not finite.
    """
    filled, state = fight(
        controller, jnp.asarray(mass), jnp.asarray(np.stack(orders)), ticks, between, scheme, terrain_of(ground, mass)
    )
    end, velocity = np.asarray(state.mass[0], np.float64), np.asarray(state.velocity[0], np.float64)
    if not (np.isfinite(end).all() and np.isfinite(velocity).all() and np.isfinite(filled).all()):
        raise FloatingPointError("the field is not finite")
    return Battle(
        filled=np.asarray(filled, np.float64),
        mass=end,
        conservation=float(end.sum() / mass.sum(dtype=np.float64)),
        residual_speed=float((end * np.hypot(velocity[..., 0], velocity[..., 1])).sum() / end.sum()),
        mse=float(((end - orders[-1]) ** 2).mean()),
    )


def rehearse(name: str, controller: Controller) -> None:
    """Raise ValueError where a user's own controller steers no field, as far as shapes say; what it raises stays."""
    own = type(controller).__module__.startswith("nca_controller.")
    if own and getattr(controller, "own_commander", None) is None:
        return
    side = 16
    field, terrain = jax.ShapeDtypeStruct((side, side), jnp.float32), Terrain.plain(side, side)

    def steered(mass: Array, target: Array) -> Array:
        return controller.steer(controller.init(mass, terrain, 0), mass, mass, target, terrain)[0]

    with users_own(f"controller {name!r}"):
        velocity = jax.eval_shape(steered, field, field)
    if getattr(velocity, "shape", None) != (side, side, 2):
        shape = getattr(velocity, "shape", type(velocity).__name__)
        raise ValueError(f"controller {name!r} must steer with velocities (H, W, 2): on {field.shape} it gives {shape}")


def terrain_of(ground: Ground | None, mass: Float[np.ndarray, "H W"]) -> Terrain:
    """Return the terrain of a ground; open ground of the mass's size for none."""
    if ground is None:
        return Terrain.plain(*mass.shape)
    return Terrain(ground.open_cells, ground.capacity, ground.boundary)


def fight(
    controller: Controller,
    mass: Float[Array, "H W"],
    orders: Float[Array, "n H W"],
    ticks: int,
    between: int,
    scheme: Limiter,
    terrain: Terrain,
) -> tuple[Float[Array, " ticks"], State]:
    """Return the overlap with the last order after each tick, and the state at the end.

    The ticks pass at most CHUNK_TICKS at once, so that long battles share a compiled program. The start is made outside
    of it: a commander may prepare what it needs of the terrain once.
    """
    state = init_state(mass[None], terrain, [controller], seed=0, scheme=scheme)
    filled = []
    for first in range(0, ticks, CHUNK_TICKS):
        part, state = advance(state, orders, first, ticks=min(CHUNK_TICKS, ticks - first), between=between)
        filled.append(part)
    return jnp.concatenate(filled), state


@partial(jax.jit, static_argnames=("ticks", "between"))
def advance(
    state: State, orders: Float[Array, "n H W"], first: int, *, ticks: int, between: int
) -> tuple[Float[Array, " ticks"], State]:
    """Return the overlap with the last order after each of so many ticks from `first` on, and the state then."""

    def step(state: State, number: Array) -> tuple[State, Float[Array, ""]]:
        order = orders[jnp.minimum(number // between, len(orders) - 1)]
        state = tick(state, order[None])
        return state, overlap(state.mass[0], orders[-1])

    state, filled = jax.lax.scan(step, state, first + jnp.arange(ticks))
    return filled, state
