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
    """Return the share of their pace left to who goes right and left, and to who goes down and up, from each cell.

    A lane of one cell between hostile soldiers is as closed as the thinner of both makes it.
    """
    right, left, under, over = beside(hostile, boundary)
    lost_x, lost_y = (
        1 - 1 / (1 + (jnp.maximum(hostile, jnp.minimum(one, other)) * (1 / law.half)) ** 3)
        for one, other in ((under, over), (right, left))
    )
    (right, left, _, _), (_, _, under, over) = beside(lost_x, boundary), beside(lost_y, boundary)
    return (1 - right, 1 - left), (1 - under, 1 - over)


def beside(field: Field, boundary: str) -> tuple[Field, Field, Field, Field]:
    """Return for each cell the value to its right, to its left, below and above it; beyond a wall that is 0."""
    wide = barrier(jnp.pad(field, 1, mode="wrap" if boundary == "torus" else "constant"))
    return wide[1:-1, 2:], wide[1:-1, :-2], wide[2:, 1:-1], wide[:-2, 1:-1]
