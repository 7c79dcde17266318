"""What a controller may perceive of a cell beside its own mass: one layout for all that is and all that comes."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Array, Float


class Percept(NamedTuple):
    """What lies on each cell, for one regiment; 0 where there is none. Beside ADVECTION_CHANNELS, which stay."""

    closed: Float[Array, "H W"]  # share of the cell that is closed
    missing_capacity: Float[Array, "H W"]  # how much less mass it may hold than open ground does, 1; 0 where closed
    friends: Float[Array, "H W"]  # mass of the other regiments of its side
    enemies: Float[Array, "H W"]  # mass of the regiments of other sides
    fatigue: Float[Array, "H W"]  # 0 rested to 1 spent
