"""Who stands where, side by side: mass of each side, its enemies, and whether any are near."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics.exchange import Field, Offers, apart, total
from nca_controller.physics.terrain import Terrain

OfSide = dict[int, Field]  # a field of each side, in the order in which sides first appear


def of_sides(fields: Offers, sides: Sequence[int]) -> OfSide:
    """Return the sum of the regiments' fields, for each side."""
    parts = apart(fields)
    return {
        side: total([part for part, its in zip(parts, sides, strict=True) if its == side])
        for side in dict.fromkeys(sides)
    }


def of_others(fields: OfSide, side: int) -> Field:
    """Return the sum of the fields of all other sides; there must be one."""
    return total([field for other, field in fields.items() if other != side])


def opposed(fields: Float[Array, "N H W"], side: Int[np.ndarray, " N"], sides: int) -> Float[Array, "S H W"]:
    """Return for each side the sum over what is not its own; `side` says of each field whose it is."""
    others = [[fields[n] for n in np.flatnonzero(side != one)] for one in range(sides)]
    return jnp.stack([reduce(add, fields_of) if fields_of else jnp.zeros_like(fields[0]) for fields_of in others])


def shares(fields: OfSide, terrain: Terrain) -> OfSide:
    """Return mass as shares of what each cell can hold, 0 where that is nothing."""
    room = terrain.capacity
    some = room > 0
    return {side: jnp.where(some, field / jnp.where(some, room, 1), 0) for side, field in fields.items()}


def are_near(filled: OfSide, least: float, cells: int) -> Bool[Array, ""]:
    """Return whether two sides fill more than `least` of cells that lie so many apart along each axis, or up to thrice.

    On walled ground opposite borders count as neighbours, too: whoever asks may err towards yes.
    """
    here = [field > least for field in filled.values()]
    around = [grown(field, cells) for field in here]
    met = [(here[one] & around[other]).any() for one in range(len(here)) for other in range(one + 1, len(here))]
    return reduce(jnp.logical_or, met, jnp.zeros((), bool))


def grown(field: Bool[Array, "H W"], cells: int) -> Bool[Array, "H W"]:
    """Return the cells that lie so near one of these along each axis, or up to thrice as near."""
    for axis in (0, 1):
        reach = 0
        while reach < cells:
            by = 2 * reach + 1
            field = field | jnp.roll(field, by, axis) | jnp.roll(field, -by, axis)
            reach += by
    return field
