"""What happens on a face when regiments meet there: friends exchange places, enemies push.

Under any limiter two dense regiments that march through each other would stand for ever, since neither finds room.
So offers of one side that oppose each other are first exchanged in equal amounts, which needs no room at all.

Regiments are few and fields are large, so sums over regiments are written out one after another: XLA's
reductions along so short an axis cost ten times as much on CPUs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice

Field = Float[Array, "H W"]
Offers = Sequence[Field] | Float[Array, "R H W"]


def total(fields: Offers) -> Field:
    """Return the sum over regiments, in their order."""
    return reduce(add, [fields[regiment] for regiment in range(len(fields))])


def exchange(offers: Offers, sides: Sequence[int], quantum: float | None = QUANTUM) -> list[Field]:
    """Return what of the offers, positive one way and negative the other, friends exchange across each face.

    `sides[r]` is the side of regiment r. The exchange adds up to 0 over the regiments of each side.
    """
    exchanged = [jnp.zeros_like(offers[0])] * len(sides)
    for side in dict.fromkeys(sides):
        members = [regiment for regiment, its in enumerate(sides) if its == side]
        if len(members) > 1:
            going = [jnp.maximum(offers[regiment], 0) for regiment in members]
            coming = [jnp.maximum(-offers[regiment], 0) for regiment in members]
            equal = jnp.minimum(total(going), total(coming))
            both = zip(apportion(going, equal, quantum), apportion(coming, equal, quantum), strict=True)
            for regiment, (forth, back) in zip(members, both, strict=True):
                exchanged[regiment] = forth - back
    return exchanged


def apportion(parts: Offers, amount: Field, quantum: float | None = QUANTUM) -> list[Field]:
    """Divide an amount, at most the sum of the parts, among them in proportion; no portion exceeds its part.

    On the lattice the portions add up to the amount to the bit: they are rounded down, from quotients a hair too small,
    and what is left over goes to the first regiments with room for it.
    """
    whole = total(parts)
    share = jnp.where(whole > 0, amount / jnp.where(whole > 0, whole, 1), 0) * (1 - 2.0**-20)
    given = [to_lattice(parts[regiment] * share, quantum) for regiment in range(len(parts))]
    left = amount - total(given)
    served = []
    for regiment, portion in enumerate(given):
        more = jnp.clip(left, 0, parts[regiment] - portion)
        left = left - more
        served.append(portion + more)
    return served
