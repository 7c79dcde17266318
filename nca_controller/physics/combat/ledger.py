"""The ledger: what falls and what flees is taken from the mass and counted where that happened, to the quantum.

Counts are whole quanta of 2^-20 in 32 bits for each regiment and cell. What would not fit a counter stays in the field,
so standing, fallen and fled always add up to what was mustered.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from nca_controller.physics.lattice import QUANTUM, to_lattice

MOST = 2**31 - 2**20  # quanta that a counter holds; a multiple of every lattice's step

Counts = Int[Array, "R H W"] | Float[Array, "R H W"]


def booked(
    mass: Float[Array, "R H W"], counts: Counts, amount: Float[Array, "R H W"], quantum: float | None
) -> tuple[Float[Array, "R H W"], Counts, Float[Array, "R H W"]]:
    """Return the mass without the amount, the counts with it, and what was taken: the amount, rounded down once.

    The amount is at least 0 and at most the mass. Off the lattice counts are floats; on it they have no slope, the mass
    has that of the amount.
    """
    if quantum is None:
        return mass - amount, counts + amount, amount
    taken = to_lattice(amount, max(quantum, QUANTUM))
    quanta, room = (taken * (1 / QUANTUM)).astype(jnp.int32), MOST - counts
    taken = jnp.where(quanta > room, room.astype(mass.dtype) * QUANTUM, taken)
    return mass - taken, counts + jnp.minimum(quanta, room), taken


def recorded(counts: Counts, kind: Any) -> Float[Array, "R H W"]:
    """Return counts as mass, rounded to that kind of number."""
    return counts.astype(kind) * QUANTUM if jnp.issubdtype(counts.dtype, jnp.integer) else counts.astype(kind)
