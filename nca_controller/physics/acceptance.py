"""What receivers accept of what they are offered: as much as they have room for, and not a quantum more."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice
from nca_controller.physics.rows import above, below

Field = Float[Array, "H W"]
Row = Float[Array, " W"]


def accept(offers: Field, room: Field, boundary: str, quantum: float | None = QUANTUM) -> Field:
    """Return the mass that crosses the face below each row, of that offered: positive downwards, negative upwards.

    A cell takes in its room and what itself passes on, so that a packed column of any depth moves as one. Two streams
    that meet in a cell each get half its room, and what the other leaves. Nothing is divided but by 2, so on the
    lattice the result is the same to the bit on every machine.

    `room` is at least 0; along a wall the last row's offers are 0. On a torus the greatest solution is taken.
    """
    downwards, upwards = jnp.maximum(offers, 0), jnp.maximum(-offers, 0)
    from_above, from_below = above(downwards, boundary), upwards
    half = to_lattice(0.5 * room, quantum)
    for_above, for_below = share_of(room, half, from_below), share_of(room, half, from_above)
    return solve(downwards, below(for_above, boundary), boundary, True) - solve(upwards, for_below, boundary, False)


def share_of(room: Field, half: Field, other: Field) -> Field:
    """Return the room left by the other stream, or half of it if that is more."""
    return jnp.where(room - other > half, room - other, half)


def solve(offers: Field, room: Field, boundary: str, reverse: bool) -> Field:
    """Return the greatest accepted(i) = min(offers(i), room(i) + accepted(next i)); the next is i + 1 if reversed."""
    border = jnp.zeros_like(offers[0])
    if boundary == "torus":
        # Once round from a border that passes on whatever comes: what arrives is what the ring as a whole can pass on.
        unlimited = jnp.full_like(border, jnp.finfo(border.dtype).max)
        border = min_plus_scan(offers, room, unlimited, reverse)[0 if reverse else -1]
    return min_plus_scan(offers, room, border, reverse)


@partial(jax.custom_jvp, nondiff_argnums=(3,))
def min_plus_scan(offers: Field, room: Field, border: Row, reverse: bool) -> Field:
    """Solve the recurrence from the border on, which accepts what `border` says.

    On CPUs row by row. Elsewhere a loop would be as many launches as there are rows, so all rows are solved at once: on
    the lattice the same to the bit.
    """
    on_cpu, elsewhere = partial(row_by_row, reverse=reverse), partial(rows_at_once, reverse=reverse)
    return jax.lax.platform_dependent(offers, room, border, cpu=on_cpu, default=elsewhere)


def row_by_row(offers: Field, room: Field, border: Row, reverse: bool) -> Field:
    """Return what each row accepts, from what the next one does."""

    def link(next_accepted: Row, face: tuple[Row, Row]) -> tuple[Row, Row]:
        offer, space = face
        accepted = jnp.minimum(offer, space + next_accepted)
        return accepted, accepted

    return jax.lax.scan(link, border, (offers, room), reverse=reverse)[1]


@partial(jax.jit, static_argnames="reverse")
def rows_at_once(offers: Field, room: Field, border: Row, reverse: bool) -> Field:
    """Return the same by an associative scan (Blelloch, "Prefix sums and their applications", 1990).

    Several rows in a row accept min(offer, space + what the next one does), as a single one. Space beyond the greatest
    offer of a column is of no use, so there it ends: sums of it stay exact, however many rows they are of.
    """
    useful = offers.max(axis=0, keepdims=True)

    def link(nearer: tuple[Field, Field], face: tuple[Field, Field]) -> tuple[Field, Field]:
        (near_offer, near_space), (offer, space) = nearer, face
        return jnp.minimum(offer, space + near_offer), jnp.minimum(space + near_space, useful)

    rows = offers, jnp.minimum(room, useful)
    offer, space = jax.lax.associative_scan(link, rows, reverse=reverse)
    return jnp.minimum(offer, space + border[None])


@min_plus_scan.defjvp
def _min_plus_scan_jvp(reverse: bool, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Field, Field]:
    """Pass on the tangent of what limits each face: its own offer, or else room and what is accepted next.

    A linear recurrence of its own, which transposes; through the scans above, XLA copies whole fields at every row, or
    spreads among equals what is one row's.
    """
    offers, room, border = primals
    accepted = min_plus_scan(offers, room, border, reverse)
    d_offers, d_room, d_border = tangents
    held = accepted < offers
    on_cpu, elsewhere = partial(slopes_row_by_row, reverse=reverse), partial(slopes_at_once, reverse=reverse)
    return accepted, jax.lax.platform_dependent(held, d_offers, d_room, d_border, cpu=on_cpu, default=elsewhere)


def slopes_row_by_row(held: Bool[Array, "H W"], offers: Field, room: Field, border: Row, reverse: bool) -> Field:
    """Return the tangent of each row: that of its offer, or where it is `held` of its room and of the next row."""

    def link(next_tangent: Row, face: tuple[Bool[Array, " W"], Row, Row]) -> tuple[Row, Row]:
        held, offer, space = face
        tangent = jnp.where(held, space + next_tangent, offer)
        return tangent, tangent

    return jax.lax.scan(link, border, (held, offers, room), reverse=reverse)[1]


@partial(jax.jit, static_argnames="reverse")
def slopes_at_once(held: Bool[Array, "H W"], offers: Field, room: Field, border: Row, reverse: bool) -> Field:
    """Return the same by an associative scan: sums over rows that hold each other, in another order."""

    def link(nearer: tuple[Array, Field], face: tuple[Array, Field]) -> tuple[Array, Field]:
        (near_held, near_own), (held, own) = nearer, face
        return held & near_held, jnp.where(held, own + near_own, own)

    all_held, own = jax.lax.associative_scan(link, (held, jnp.where(held, room, offers)), reverse=reverse)
    return jnp.where(all_held, own + border[None], own)
