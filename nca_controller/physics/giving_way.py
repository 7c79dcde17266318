"""Friends who give way: who stands in its place lets a friend through that presses against it.

Exchange needs offers that oppose each other, and acceptance needs room. Whoever stands packed offers neither, so a
friend ordered through it would wait for ever. Here both swap, in equal amounts, what the one still presses with after
exchange and acceptance: at most until both hold the same in that cell, so that who stands keeps a closed body. A swap
needs no room, moves nobody's total, and reaches one cell far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.physics.exchange import Field, apart, apportion, total
from nca_controller.physics.lattice import to_lattice
from nca_controller.physics.rows import above, below


def has_friends(sides: Sequence[int]) -> bool:
    """Return whether any two regiments are of one side."""
    return len(set(sides)) < len(sides)


def give_way(
    flux: Float[Array, "R H W"],
    offers: Float[Array, "R H W"],
    mass: Float[Array, "R H W"],
    courant: Float[Array, "R H W"],
    yielding: Float[Array, " R"],
    boundary: str,
    sides: Sequence[int],
    quantum: float | None,
    places: Callable[[], Float[Array, "R H W"]] | None = None,
) -> Float[Array, "R H W"]:
    """Return the flux through the face below each row, of that exchanged and accepted, once friends have given way.

    `offers` across each face, like the flux, are positive downwards; what of them is not in the flux presses.
    `yielding[r]` from 0 to 1 says how far regiment r gives way: of what it holds beyond a face, less what the pressers
    hold there, it gives up at most that share of half. In a cell that is pressed from both sides half of that goes to
    each. Who itself goes the same way as fast as the pressers gives nothing, unless it is held up there and presses on.

    `places` makes what each regiment is to hold, where that is known. Who gives way at all gives the whole half for
    what it lacks in the cell of the pressers: that takes nothing out of its place, and whoever is in there gets on.

    Where nobody yields, or nobody presses where regiments meet, next to nothing is computed.
    """

    def swapped() -> Array:
        pressing, leaving = offers - flux, jnp.maximum(offers, 0) + above(jnp.maximum(-offers, 0), boundary)
        crossing = apart(flux)
        for side in dict.fromkeys(sides):
            members = [regiment for regiment, its in enumerate(sides) if its == side]
            if len(members) > 1:
                of = jnp.asarray(members)
                within = jnp.zeros_like(mass[of]) if places is None else places()[of]
                theirs = swap(pressing[of], mass[of], courant[of], leaving[of], yielding[of], boundary, quantum, within)
                for regiment, more in zip(members, theirs, strict=True):
                    crossing[regiment] = crossing[regiment] + more
        return jnp.stack(crossing)

    def where_pressed() -> Array:
        return jax.lax.cond(is_pressed(offers, flux, mass, boundary), swapped, lambda: flux)

    return jax.lax.cond((yielding > 0).any(), where_pressed, lambda: flux)


def split(fields: Float[Array, "N H W"], regiments: int) -> list[Float[Array, "R H W"]]:
    """Return the stacks of so many fields each of which it is made, and the rest."""
    return jnp.split(fields, list(range(regiments, len(fields), regiments)))


def is_pressed(
    offers: Float[Array, "R H W"], flux: Float[Array, "R H W"], mass: Float[Array, "R H W"], boundary: str
) -> Bool[Array, ""]:
    """Return whether anybody presses on a face at which regiments meet."""
    least, greatest = jnp.full(mass.shape[1:], len(mass)), jnp.full(mass.shape[1:], -1)
    for regiment, own in enumerate(apart(mass)):
        least = jnp.where((own > 0) & (least > regiment), regiment, least)
        greatest = jnp.where(own > 0, regiment, greatest)
    beyond = below(jnp.stack([least, greatest]), boundary)
    meeting = jnp.minimum(least, beyond[0]) < jnp.maximum(greatest, beyond[1])
    pressed = partial(any_pressed, offers, flux, meeting)  # asked only where any meet: it reads all fields
    return jax.lax.cond(meeting.any(), pressed, lambda: jnp.bool_(False))


def any_pressed(
    offers: Float[Array, "R H W"], flux: Float[Array, "R H W"], faces: Bool[Array, "H W"]
) -> Bool[Array, ""]:
    """Return whether more is offered than crosses on any of these faces."""
    return (faces & (total(jnp.abs(offers - flux)) > 0)).any()


def swap(
    pressing: Float[Array, "R H W"],
    mass: Float[Array, "R H W"],
    courant: Float[Array, "R H W"],
    leaving: Float[Array, "R H W"],
    yielding: Float[Array, " R"],
    boundary: str,
    quantum: float | None,
    places: Float[Array, "R H W"],
) -> list[Field]:
    """Return what crosses each face besides, for regiments of one side; over them it adds up to 0."""
    pushed = total(pressing)
    downwards = pushed > 0
    forth = jnp.where(downwards, 1, -1)
    # All that is shifted is shifted at once: each barrier costs the compiler time.
    here = jnp.concatenate([mass, mass - leaving, courant, pressing, places - mass, pushed[None]])
    beneath = below(here, boundary)
    held, free, theirs, *_ = split(jnp.where(downwards, beneath, here), len(mass))  # in the cell that is pressed into
    # Whether it presses on out of that cell, and what it lacks in the cell that is pressed from.
    stuck = jnp.where(downwards, split(beneath, len(mass))[3], above(pressing, boundary)) * forth > 0
    lacking = jnp.where(downwards, places - mass, split(beneath, len(mass))[4])
    squeezed = jnp.where(downwards, beneath[-1] < 0, above(pushed, boundary) > 0)  # from its other side as well
    pace = jnp.where(downwards, courant, -split(beneath, len(mass))[2])  # in the cell that is pressed from
    pressed_with = [jnp.where(push * forth > 0, push * forth, 0) for push in apart(pressing)]
    paces = [jnp.where(push > 0, own, 0) for push, own in zip(pressed_with, apart(pace), strict=True)]
    quickest = reduce(jnp.maximum, paces)
    inside = [jnp.where(push > 0, own, 0) for push, own in zip(pressed_with, apart(held), strict=True)]
    intruders = total(inside)
    given_up = []
    for regiment, own in enumerate(apart(held)):
        more = own - (intruders - inside[regiment])
        half, share = 0.5 * jnp.where(more > 0, more, 0), yielding[regiment]
        homeward = jnp.where(share > 0, jnp.minimum(half, lacking[regiment]), 0)
        spare = to_lattice(jnp.maximum(share * half, homeward), quantum)
        spare = jnp.where(spare < free[regiment], spare, free[regiment])
        spare = jnp.where(squeezed, to_lattice(0.5 * spare, quantum), spare)
        given_up.append(jnp.where((theirs[regiment] * forth < quickest) | stuck[regiment], spare, 0))
    guests = [jnp.where(spare > 0, 0, push) for push, spare in zip(pressed_with, given_up, strict=True)]
    visited = total(guests) > 0  # then who gives does not take from itself as well
    pressed_with = [jnp.where(visited, guest, push) for guest, push in zip(guests, pressed_with, strict=True)]
    wanted, offered = total(pressed_with), total(given_up)
    equal = jnp.where(wanted < offered, wanted, offered)
    there, back = apportion(pressed_with, equal, quantum), apportion(given_up, equal, quantum)
    return [forth * (to - fro) for to, fro in zip(there, back, strict=True)]
