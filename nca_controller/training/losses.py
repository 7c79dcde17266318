"""Losses of a rollout: fill the order soon, and then rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance import MAX_SPEED, create_goal_signal
from nca_controller.metrics import filled, overlap
from nca_controller.physics import Terrain
from nca_controller.training.ways import ways_to

CLEAN = 0.005  # shortfall below which there is little left to win
ENOUGH = (0.95, 0.98, 0.99)  # overlaps from which an order may count as standing
SOFTNESS = 0.3  # width of the threshold, as a share of what is missing there
ON_THE_WAY = 2.0  # weight of what is lost on the way, beside the time to stand
REST_FROM = 0.98  # overlap from which rest is due, the more the closer to 1
VELOCITY_WEIGHT = 0.1  # of the seed's velocity loss beside its mass loss
EVERYWHERE = 0.1  # weight of the seed's velocity loss on empty ground


class Rollout(NamedTuple):
    """What a loss or a metric sees: one battle, after each of its ticks. Fields may be added, so use their names."""

    mass: Float[Array, "ticks H W"]
    velocity: Float[Array, "ticks H W 2"]  # commanded, cells per unit time
    target: Float[Array, "H W"]
    terrain: Terrain


def shortfall(filled: Float[Array, " ticks"]) -> tuple[Float[Array, ""], Float[Array, " ticks"]]:
    """Return how much is missing, and how far rest is due at each tick.

    The mean over all ticks of the logarithm of what is missing rewards speed and cleanness alike: halving it
    counts as much at the end as on the way.
    """
    return (jnp.log1p((1 - filled) / CLEAN) / math.log1p(1 / CLEAN)).mean(), filled**8


def standing(filled: Float[Array, " ticks"]) -> tuple[Float[Array, ""], Float[Array, " ticks"]]:
    """Return for how long the order does not stand, and how far rest is due at each tick.

    The share of the ticks before the order stands, softly, so that there is a gradient; the mean over several notions
    of standing. Only the moments of arrival count, so it serves cells that come that far, as under a good commander.
    """
    waiting = [jax.nn.sigmoid((enough - filled) / (SOFTNESS * (1 - enough))).mean() for enough in ENOUGH]
    return jnp.stack(waiting).mean(), jnp.clip((filled - REST_FROM) / (1 - REST_FROM), 0, 1)


def order_loss(
    objective: Callable[..., tuple[Array, Array]], rollout: Rollout, rest_weight: float
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return the loss of a rollout by an objective on its overlaps, and its overlap at the end.

    Where rest is due, the kinetic energy of mass in its place is added.
    """
    mass, velocity, target = rollout.mass, rollout.velocity, rollout.target
    share = overlap(mass, target)
    loss, due = objective(share)
    moving = (filled(mass, target) * (velocity**2).sum(axis=-1)).sum(axis=(-2, -1)) / target.sum()
    return loss + rest_weight * (moving * due).mean(), share[-1]


def arriving(rollout: Rollout, rest_weight: float) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return `standing` and what is lost on the way, and the overlap at the end: for ways longer than a rollout.

    Lost is the way that mass has yet to go beyond what it would at top speed, as a share of what that covers.
    """
    loss, share = order_loss(standing, rollout, rest_weight)
    ways = ways_to(rollout.target, rollout.terrain.open_cells)
    left = (rollout.mass * ways).sum(axis=(-2, -1)) / rollout.target.sum()
    covered = MAX_SPEED * jnp.arange(len(left))
    lost = left - jnp.maximum(jax.lax.stop_gradient(left[0]) - covered, 0)
    return loss + ON_THE_WAY * lost.mean() / (MAX_SPEED * len(left)), share


def seed_loss(rollout: Rollout, rest_weight: float) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return the seed's loss, of the last tick alone, and the overlap there.

    The squared error of the mass, and that of the velocity against the goal signal's direction, weighted by the mass.
    """
    end, moving, target = rollout.mass[-1], rollout.velocity[-1], rollout.target
    off_course = ((moving - create_goal_signal(target)[..., 1:3]) ** 2).sum(axis=-1)
    loss = ((end - target) ** 2).mean() + VELOCITY_WEIGHT * ((end + EVERYWHERE) * off_course).mean()
    return loss, overlap(end, target)


LOSSES: dict[str, Callable[[Rollout, float], tuple[Array, Array]]] = {
    "standing": partial(order_loss, standing),
    "shortfall": partial(order_loss, shortfall),
    "arriving": arriving,
    "seed": seed_loss,
}
