"""The frame of an order: what cells perceive, as components ahead and aside of the velocity that they are ordered.

So an order is the same in whichever direction it points, and what cells learn of one they know of all (Randazzo,
Mordvintsev and Fouts, "Growing Steerable Neural Cellular Automata", 2023). A cell that is ordered to stand has no such
frame: it perceives no directions, and its correction is 0.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance import unit
from nca_controller.model.channels import ADVECTION_CHANNELS as CHANNELS

FRAMES = ("order", "ground")  # in which cells perceive and correct
ORDER = slice(CHANNELS.TOTAL + 1, CHANNELS.TOTAL + 3)  # the planned velocity among the features
VECTORS = (CHANNELS.VELOCITY, CHANNELS.TARGET_VELOCITY, ORDER)

Features = Float[Array, "*cells C"]


def in_order_frame(
    features: Features, gradient_x: Features, gradient_y: Features
) -> tuple[Features, Features, Features]:
    """Return the features and their gradients in x and y in the frames of the cells' orders.

    The gradients become those ahead and aside; vectors among the channels are turned, too.
    """
    heading = unit(jax.lax.stop_gradient(features[..., ORDER]))
    cos, sin = heading[..., :1], heading[..., 1:]
    ahead, aside = gradient_x * cos + gradient_y * sin, gradient_y * cos - gradient_x * sin
    return vectors_in_frame(features, heading), vectors_in_frame(ahead, heading), vectors_in_frame(aside, heading)


def vectors_in_frame(features: Features, heading: Float[Array, "*cells 2"]) -> Features:
    """Return the channels with their vectors turned into the frame of a heading; the other channels stay."""
    parts, start = [], 0
    for vector in VECTORS:
        parts += [features[..., start : vector.start], to_frame(features[..., vector], heading)]
        start = vector.stop
    return jnp.concatenate([*parts, features[..., start:]], axis=-1)


def to_frame(vector: Float[Array, "*cells 2"], heading: Float[Array, "*cells 2"]) -> Float[Array, "*cells 2"]:
    """Return a vector on the ground as (ahead, aside) of a heading that is 1 long, or 0."""
    x, y, cos, sin = vector[..., 0], vector[..., 1], heading[..., 0], heading[..., 1]
    return jnp.stack([x * cos + y * sin, y * cos - x * sin], axis=-1)


def from_frame(vector: Float[Array, "*cells 2"], heading: Float[Array, "*cells 2"]) -> Float[Array, "*cells 2"]:
    """Return a vector that is (ahead, aside) of a heading as one on the ground."""
    ahead, aside, cos, sin = vector[..., 0], vector[..., 1], heading[..., 0], heading[..., 1]
    return jnp.stack([ahead * cos - aside * sin, ahead * sin + aside * cos], axis=-1)
