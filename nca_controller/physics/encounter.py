"""What happens on a face when regiments meet there: friends exchange places, enemies push.

Under any limiter two dense regiments that march through each other would stand for ever, since neither finds room.
So men of one side who want past each other are first exchanged in equal amounts, which needs no room at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice

Offers = Float[Array, "R H W"]


def exchange(offers: Offers, sides: Sequence[int], quantum: float | None = QUANTUM) -> Offers:
    """Return what of the offers, positive one way and negative the other, friends exchange across each face.

    `sides[r]` is the side of regiment r. The exchange adds up to 0 over the regiments of each side.
    """
    forth, back = jnp.maximum(offers, 0), jnp.maximum(-offers, 0)
    exchanged = jnp.zeros_like(offers)
    for side in {side for side in sides if list(sides).count(side) > 1}:
        members = np.flatnonzero(np.asarray(sides) == side)
        going, coming = forth[members], back[members]
        equal = jnp.minimum(going.sum(axis=0), coming.sum(axis=0))
        exchanged = exchanged.at[members].set(portions(going, equal, quantum) - portions(coming, equal, quantum))
    return exchanged


def portions(parts: Offers, total: Float[Array, "H W"], quantum: float | None = QUANTUM) -> Offers:
    """Divide a total, at most the sum of the parts, among them in proportion; no portion exceeds its part.

    On the lattice the portions add up to the total to the bit: they are rounded down, from quotients a hair too small,
    and what is left over goes to the first regiments with room for it.
    """
    whole = parts.sum(axis=0)
    share = jnp.where(whole > 0, total / jnp.where(whole > 0, whole, 1), 0) * (1 - 2.0**-20)
    given = to_lattice(parts * share, quantum)
    spare = parts - given
    served = jnp.cumsum(spare, axis=0) - spare
    return given + jnp.clip(total - given.sum(axis=0) - served, 0, spare)
