"""What receivers accept of what they are offered: as much as they have room for, and not a quantum more."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice
from nca_controller.physics.rows import below

Row = Float[Array, "W"]


def accept(
    offers: Float[Array, "H W"], room: Float[Array, "H W"], boundary: str, quantum: float | None = QUANTUM
) -> Float[Array, "H W"]:
    """Return the mass that crosses the face below each row, of that offered: positive downwards, negative upwards.

    A cell takes in its room and what itself passes on, so along a column

        accepted(i) = min(offer(i), room(i + 1) + accepted(i + 1)),

    a recurrence in (min, +) that is solved exactly, row by row from the far end: a packed column of any depth moves as
    one. Two streams that meet in a cell each get half its room, and what the other leaves. Nothing is divided but by
    2, so on the lattice the result is the same to the bit on every machine.

    `room` is at least 0; along a wall the last row's offers are 0. On a torus the greatest solution is taken.
    """
    down = stream(offers, below(room, boundary), offers[0], boundary, quantum, reverse=True)
    up = stream(-offers, room, -offers[-1], boundary, quantum, reverse=False)
    return down - up


def stream(
    offers: Float[Array, "H W"],
    room: Float[Array, "H W"],
    before: Row,
    boundary: str,
    quantum: float | None,
    *,
    reverse: bool,
) -> Float[Array, "H W"]:
    """Return what is accepted of the positive offers, each into the cell with that room, from the far end on.

    Negative offers come the other way, into the cell that this stream's next face leaves; `before` is the first one's.
    """

    def link(ahead: tuple[Row, Row], face: tuple[Row, Row]) -> tuple[tuple[Row, Row], Row]:
        passed_on, next_offer = ahead
        offer, space = face
        against = jnp.maximum(-next_offer, 0)
        share = jnp.maximum(to_lattice(0.5 * space, quantum), space - against)
        accepted = jnp.minimum(jnp.maximum(offer, 0), share + passed_on)
        return (accepted, offer), accepted

    def run(border: Row) -> tuple[tuple[Row, Row], Float[Array, "H W"]]:
        return jax.lax.scan(link, (border, before), (offers, room), reverse=reverse)

    border = jnp.zeros_like(before)
    if boundary == "torus":
        # Once round from a border that passes on whatever comes: what arrives is what the ring as a whole can pass on.
        (border, _), _ = run(jnp.full_like(before, jnp.finfo(before.dtype).max))
    return run(border)[1]
