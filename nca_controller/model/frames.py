"""The frame of an order: what cells perceive, turned into ahead of and aside from the way that they are told to go.

So an order is the same one whichever way it is turned, and what a cell learns of one it knows of all (Randazzo,
Mordvintsev and Fouts, "Growing Steerable Neural Cellular Automata", 2023). Who is told to stand has no such frame: he
perceives no directions, and all that he says is at rest.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance import unit
from nca_controller.model.channels import ADVECTION_CHANNELS as CHANNELS

FRAMES = ("order", "ground")  # in which cells perceive and correct
ORDER = slice(CHANNELS.TOTAL + 1, CHANNELS.TOTAL + 3)  # the planned velocity among what a cell knows
VECTORS = (CHANNELS.VELOCITY, CHANNELS.TARGET_VELOCITY, ORDER)

Features = Float[Array, "*cells C"]


def turned(known: Features, across: Features, down: Features) -> tuple[Features, Features, Features]:
    """Return what cells know, and its slopes to the right and downwards, as they look from the cells' orders.

    The slopes become those ahead and aside; vectors among the channels are turned, too.
    """
    heading = unit(jax.lax.stop_gradient(known[..., ORDER]))
    right, under = heading[..., :1], heading[..., 1:]
    ahead, aside = across * right + down * under, down * right - across * under
    return looking(known, heading), looking(ahead, heading), looking(aside, heading)


def looking(known: Features, heading: Float[Array, "*cells 2"]) -> Features:
    """Return the channels with their vectors turned into the frame of a heading; the other channels stay."""
    parts, done = [], 0
    for vector in VECTORS:
        parts += [known[..., done : vector.start], into(known[..., vector], heading)]
        done = vector.stop
    return jnp.concatenate([*parts, known[..., done:]], axis=-1)


def into(vector: Float[Array, "*cells 2"], heading: Float[Array, "*cells 2"]) -> Float[Array, "*cells 2"]:
    """Return a vector on the ground as (ahead, aside) of a heading that is 1 long, or 0."""
    x, y, right, under = vector[..., 0], vector[..., 1], heading[..., 0], heading[..., 1]
    return jnp.stack([x * right + y * under, y * right - x * under], axis=-1)


def out_of(vector: Float[Array, "*cells 2"], heading: Float[Array, "*cells 2"]) -> Float[Array, "*cells 2"]:
    """Return a vector that is (ahead, aside) of a heading as one on the ground."""
    ahead, aside, right, under = vector[..., 0], vector[..., 1], heading[..., 0], heading[..., 1]
    return jnp.stack([ahead * right - aside * under, ahead * under + aside * right], axis=-1)
