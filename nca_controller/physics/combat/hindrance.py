"""Hindrance: nobody walks into a cell in which hostile soldiers stand; who leaves them, or slides along them, is free.

A cell's velocity is that of what leaves it, so each of its components is judged by the one cell ahead of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.laws import ContactLaw
from nca_controller.physics.combat.sides import OfSide, of_others
from nca_controller.physics.exchange import Field, apart
from nca_controller.physics.rows import above, below, transposed


def hindered(
    velocity: Float[Array, "R H W 2"],
    filled: OfSide,
    boundary: str,
    sides: Sequence[int],
    free: Bool[Array, " R"],
    law: ContactLaw,
) -> Float[Array, "R H W 2"]:
    """Return the velocities that hostile soldiers ahead leave to each regiment; those who are `free` keep theirs.

    `filled` is the share of each cell's capacity that each side fills; there must be two sides.
    """
    left = {side: passage(of_others(filled, side), boundary, law) for side in filled}
    return jnp.stack(
        [
            jnp.stack(
                [
                    way[..., axis] * jnp.where(is_free, 1, jnp.where(way[..., axis] > 0, *left[side][axis]))
                    for axis in (0, 1)
                ],
                axis=-1,
            )
            for way, side, is_free in zip(apart(velocity), sides, apart(free), strict=True)
        ]
    )


def passage(hostile: Field, boundary: str, law: ContactLaw) -> tuple[tuple[Field, Field], tuple[Field, Field]]:
    """Return the share of their pace left to who goes right and left, and to who goes down and up, from each cell."""
    on, back = ahead(transposed(hostile), boundary, law)
    return (transposed(on), transposed(back)), ahead(hostile, boundary, law)


def ahead(hostile: Field, boundary: str, law: ContactLaw) -> tuple[Field, Field]:
    """Return the share of their pace left to who goes down and to who goes up.

    A lane of one cell between hostile soldiers is as closed as the thinner of both makes it.
    """
    left, right = (transposed(beside(transposed(hostile), boundary)) for beside in (above, below))
    closing = jnp.maximum(hostile, jnp.minimum(left, right))
    lost = barrier(1 - 1 / (1 + (closing * (1 / law.half)) ** 3))
    return 1 - below(lost, boundary), 1 - above(lost, boundary)
