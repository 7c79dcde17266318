"""How well a controller carries orders out: one battle per ordered pair of formations, and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.physics import Limiter, Terrain, superbee
from nca_controller.simulation import State, muster, tick
from nca_controller.training.losses import overlap


@dataclass(frozen=True)
class Figures:
    """What one battle came to. Times are in ticks, None where that overlap was never reached."""

    source: str
    target: str
    mse: float  # mean squared error of the density, per cell
    conservation: float  # total at the end over total at the start, exact
    overlap: float  # at the end, at rest
    t90: int | None  # ticks until the overlap first was 0.90
    t95: int | None
    restlessness: float  # mean commanded speed of the mass at the end, as a share of the top speed


def evaluate(
    controller: Controller, ground: Ground, mass: float, ticks: int, scheme: Limiter = superbee
) -> Iterator[Figures]:
    """Yield the figures of every ordered pair of different formations, in the middle of the ground, facing up.

    Raises FormationError at once where the ground cannot hold the mass, and FloatingPointError later where the mass is
    not finite: no figure is made of that.
    """
    height, width = ground.grid
    centre = (width / 2, height / 2)
    stands = {name: form_up(one, mass, ground, centre=centre).target for name, one in load().items()}
    return (
        battle(controller, *pair, stands[pair[0]], stands[pair[1]], ticks, scheme) for pair in permutations(stands, 2)
    )


def battle(
    controller: Controller,
    source: str,
    target: str,
    mass: Float[np.ndarray, "H W"],
    wanted: Float[np.ndarray, "H W"],
    ticks: int,
    scheme: Limiter = superbee,
) -> Figures:
    """Return the figures of one transition."""
    filled, state = fight(controller, jnp.asarray(mass), jnp.asarray(wanted), ticks, scheme)
    end, velocity = np.asarray(state.mass[0], np.float64), np.asarray(state.velocity[0], np.float64)
    filled = np.asarray(filled)
    if not (np.isfinite(end).all() and np.isfinite(velocity).all() and np.isfinite(filled).all()):
        raise FloatingPointError(f"{source} to {target}: the field is not finite")
    total = end.sum()
    return Figures(
        source,
        target,
        mse=float(((end - wanted) ** 2).mean()),
        conservation=float(total / mass.sum(dtype=np.float64)),
        overlap=float(filled[-1]),
        t90=first_tick(filled, 0.90),
        t95=first_tick(filled, 0.95),
        restlessness=float((end * np.hypot(velocity[..., 0], velocity[..., 1])).sum() / total),
    )


@partial(jax.jit, static_argnames=("ticks", "scheme"))
def fight(
    controller: Controller,
    mass: Float[Array, "H W"],
    target: Float[Array, "H W"],
    ticks: int,
    scheme: Limiter = superbee,
) -> tuple[Float[Array, " ticks"], State]:
    """Return the overlap after each tick, and the state at the end."""

    def advance(state: State, _: None) -> tuple[State, Float[Array, ""]]:
        state = tick(state, target[None])
        return state, overlap(state.mass[0], target)

    terrain = Terrain.plain(*mass.shape)
    start = muster(mass[None], terrain, [controller], seed=0, scheme=scheme)
    state, filled = jax.lax.scan(advance, start, length=ticks)
    return filled, state


def first_tick(filled: Float[np.ndarray, " ticks"], enough: float) -> int | None:
    """Return after how many ticks the overlap first was enough; the first tick counts 1."""
    reached = np.flatnonzero(filled >= enough)
    return int(reached[0]) + 1 if len(reached) else None
