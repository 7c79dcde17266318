"""What training asks of a rollout: stand as ordered, soon, and then stand still."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance import create_goal_signal
from nca_controller.metrics import overlap

CLEAN = 0.005  # shortfall below which there is little left to win
ENOUGH = (0.95, 0.98, 0.99)  # overlaps at which an order may be said to stand
SOFTNESS = 0.3  # by how much of what is missing then the moment of standing is blurred
STANDS = 0.98  # overlap from which rest is asked for, the more the closer to 1
VELOCITY_WEIGHT = 0.1  # of the seed's velocity loss beside its mass loss
EVERYWHERE = 0.1  # weight of the seed's velocity loss on empty ground


def shortfall(filled: Float[Array, " ticks"]) -> tuple[Float[Array, ""], Float[Array, " ticks"]]:
    """Return how much is missing, and how far rest is due at each tick.

    The mean over all ticks of what is missing, as a logarithm, asks for speed and for cleanness alike: halving it
    counts as much at the end as on the way.
    """
    return (jnp.log1p((1 - filled) / CLEAN) / math.log1p(1 / CLEAN)).mean(), filled**8


def standing(filled: Float[Array, " ticks"]) -> tuple[Float[Array, ""], Float[Array, " ticks"]]:
    """Return how long the order does not stand, and how far rest is due at each tick.

    The share of the ticks before the order stands, softly, so that there is a slope; the mean over several notions of
    standing. It asks about the moments of arrival alone, so it serves who comes that far, as under a good commander.
    """
    waiting = [jax.nn.sigmoid((enough - filled) / (SOFTNESS * (1 - enough))).mean() for enough in ENOUGH]
    return jnp.stack(waiting).mean(), jnp.clip((filled - STANDS) / (1 - STANDS), 0, 1)


def order_loss(
    asked: Callable[..., tuple[Array, Array]],
    mass: Float[Array, "ticks H W"],
    velocity: Float[Array, "ticks H W 2"],
    target: Float[Array, "H W"],
    rest_weight: float,
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return the loss of a rollout by what is asked of its overlaps, and its overlap at the end.

    Where rest is due, the kinetic energy of mass that stands where it is wanted is added.
    """
    filled = overlap(mass, target)
    wanting, due = asked(filled)
    moving = (jnp.minimum(mass, target) * (velocity**2).sum(axis=-1)).sum(axis=(-2, -1)) / target.sum()
    return wanting + rest_weight * (moving * due).mean(), filled[-1]


def seed_loss(
    mass: Float[Array, "ticks H W"],
    velocity: Float[Array, "ticks H W 2"],
    target: Float[Array, "H W"],
    rest_weight: float,
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return the seed's loss, of the last tick alone, and the overlap there.

    The squared error of the mass, and that of the velocity against the goal signal's direction, weighted by the mass.
    """
    end, moving = mass[-1], velocity[-1]
    off_course = ((moving - create_goal_signal(target)[..., 1:3]) ** 2).sum(axis=-1)
    loss = ((end - target) ** 2).mean() + VELOCITY_WEIGHT * ((end + EVERYWHERE) * off_course).mean()
    return loss, overlap(end, target)


LOSSES: dict[str, Callable[..., tuple[Array, Array]]] = {
    "standing": partial(order_loss, standing),
    "shortfall": partial(order_loss, shortfall),
    "seed": seed_loss,
}
