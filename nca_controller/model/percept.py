"""What a controller may perceive of a cell beside its own mass: one layout for all that is and all that comes."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

PERCEPTS = ("none", "apart")  # what cells perceive of it: nothing, or each field apart


class Percept(NamedTuple):
    """What lies on each cell, for one regiment; 0 where there is none. Beside ADVECTION_CHANNELS, which stay."""

    closed: Float[Array, "H W"]  # share of the cell that is closed
    missing_capacity: Float[Array, "H W"]  # how much less mass it may hold than open ground does, 1; 0 where closed
    friends: Float[Array, "H W"]  # mass of the other regiments of its side
    enemies: Float[Array, "H W"]  # mass of the regiments of other sides
    fatigue: Float[Array, "H W"]  # 0 rested to 1 spent


def perceiving_apart(params: Any) -> Any:
    """Return the weights of a model that perceives nothing of it as those of one that does, and does the same."""
    hidden = params["hidden"]
    by_kind = jnp.reshape(hidden["kernel"], (3, -1, hidden["kernel"].shape[-1]))  # features, and both their gradients
    wider = jnp.pad(by_kind, ((0, 0), (0, len(Percept._fields)), (0, 0)))
    return {**params, "hidden": {**hidden, "kernel": wider.reshape(-1, wider.shape[-1])}}
