"""What happens on a face when regiments meet there: friends exchange places, enemies push.

Under any limiter two dense regiments that march through each other would stand for ever, since neither finds room.
So offers of one side that oppose each other are first exchanged in equal amounts, which needs no room at all.

Regiments are few and fields are large, so sums over regiments are written out one after another: XLA's
reductions along so short an axis cost ten times as much on CPUs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from operator import add
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice

Field = Float[Array, "H W"]
Offers = Sequence[Field] | Float[Array, "R H W"]


def apart(fields: Offers) -> list[Field]:
    """Return the field of each regiment.

    Split, not indexed: in the backward pass each index would be a stack of all regiments, nearly all of it 0.
    """
    if isinstance(fields, Sequence):
        return list(fields)
    return [field[0] for field in jax.lax.split(fields, (1,) * len(fields))]


def total(fields: Offers) -> Field:
    """Return the sum over regiments, in their order."""
    return reduce(add, apart(fields))


def exchange(offers: Offers, sides: Sequence[int], quantum: float | None = QUANTUM) -> list[Field]:
    """Return what of the offers, positive one way and negative the other, friends exchange across each face.

    `sides[r]` is the side of regiment r. The exchange adds up to 0 over the regiments of each side.
    """
    offers = apart(offers)
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
    return portions(apart(parts), amount, quantum)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def portions(parts: list[Field], amount: Field, quantum: float | None) -> list[Field]:
    """Return the portions; the derivative is that of the division in proportion, without what is left over."""
    whole = total(parts)
    share = jnp.where(whole > 0, amount / jnp.where(whole > 0, whole, 1), 0) * (1 - 2.0**-20)
    given = [to_lattice(part * share, quantum) for part in parts]
    left = amount - total(given)
    served = []
    for part, portion in zip(parts, given, strict=True):
        more = jnp.clip(left, 0, part - portion)
        left = left - more
        served.append(portion + more)
    return served


@portions.defjvp
def _of_proportions(
    quantum: float | None, primals: tuple[Any, ...], tangents: tuple[Any, ...]
) -> tuple[list[Field], list[Field]]:
    """Where nothing is offered, who would begin to offer is served, and all bear alike what is not accepted.

    Through the chain of what is left over the backward pass would cost far more with every regiment.
    """
    (parts, amount), (d_parts, d_amount) = primals, tangents
    whole = total(parts)
    offered = whole > 0
    of_all = 1 / jnp.where(offered, whole, 1)
    share = jnp.where(offered, amount * of_all, 1)
    missing = d_amount - share * total(d_parts)
    alike = jnp.where(offered, 0, 1 / len(parts))
    slopes = [share * d_part + (part * of_all + alike) * missing for part, d_part in zip(parts, d_parts, strict=True)]
    return portions(parts, amount, quantum), slopes
