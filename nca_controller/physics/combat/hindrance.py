"""Hindrance: nobody walks into a cell in which hostile soldiers stand; who leaves them, or slides along them, is free.

The velocity of a cell is that of what leaves it, so each of its components is judged by the cell ahead of it alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.exchange import apart, total
from nca_controller.physics.terrain import Terrain


def hindered(
    velocity: Float[Array, "R H W 2"],
    mass: Float[Array, "R H W"],
    terrain: Terrain,
    sides: Sequence[int],
    free: Bool[Array, " R"],
    thin: float,
) -> Float[Array, "R H W 2"]:
    """Return the velocities with each component times t^3 / (b^3 + t^3), b hostile mass ahead as share of capacity.

    `thin` is t: of soldiers so thin half the pace is lost. Who is `free`, as the broken are, is not hindered.
    """
    of_side = mass_of_sides(mass, sides)
    factors = {side: passage(hostile_share(of_side, side, terrain), thin, terrain.boundary) for side in of_side}
    slowed = []
    for way, side, is_free in zip(apart(velocity), sides, apart(free), strict=True):
        parts = []
        for axis, (onward, back) in enumerate(factors[side]):
            part = way[..., axis]
            parts.append(part * jnp.where(is_free, 1, jnp.where(part > 0, onward, back)))
        slowed.append(jnp.stack(parts, axis=-1))
    return jnp.stack(slowed)


def mass_of_sides(mass: Float[Array, "R H W"], sides: Sequence[int]) -> dict[int, Float[Array, "H W"]]:
    """Return the mass of each side."""
    fields = apart(mass)
    return {
        side: total([field for field, its in zip(fields, sides, strict=True) if its == side])
        for side in dict.fromkeys(sides)
    }


def hostile_share(of_side: dict[int, Float[Array, "H W"]], side: int, terrain: Terrain) -> Float[Array, "H W"]:
    """Return what of each cell's capacity is filled by enemies of a side."""
    others = [field for other, field in of_side.items() if other != side]
    room = terrain.capacity
    if not others:
        return jnp.zeros_like(room)
    return jnp.where(room > 0, total(others) / jnp.where(room > 0, room, 1), 0)


def passage(
    hostile: Float[Array, "H W"], thin: float, boundary: str
) -> tuple[tuple[Float[Array, "H W"], Float[Array, "H W"]], ...]:
    """Return what of its pace is left to who goes right or left, and to who goes down or up.

    A lane one cell wide between hostile soldiers is as closed as the thinner of both its sides.
    """
    hostile = barrier(hostile)
    factors = []
    for along, across in ((1, 0), (0, 1)):
        sides = jnp.minimum(shifted(hostile, across, 1, boundary), shifted(hostile, across, -1, boundary))
        left = 1 / (1 + (jnp.maximum(hostile, sides) * (1 / thin)) ** 3)
        left = barrier(left)
        factors.append((shifted(left, along, -1, boundary, 1), shifted(left, along, 1, boundary, 1)))
    return tuple(factors)


def shifted(
    field: Float[Array, "H W"], axis: int, by: int, boundary: str, beyond: float = 0
) -> Float[Array, "H W"]:
    """Return the field moved by one cell along an axis; what comes from beyond a wall is `beyond`."""
    if boundary == "torus":
        return jnp.roll(field, by, axis)
    around, size = [(0, 0)] * field.ndim, field.shape[axis]
    around[axis] = (max(by, 0), max(-by, 0))
    wide = jnp.pad(field, around, constant_values=beyond)
    return jnp.asarray(wide[:size] if by > 0 else wide[-size:]) if axis == 0 else wide[:, :size] if by > 0 else wide[:, -size:]
