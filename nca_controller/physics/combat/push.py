"""Push: where packed sides press against each other, odds and depth decide who gives ground.

Along each axis a crowd is a set of files. What stands in a file, friend and enemy, is summed over all that stand close
behind each other in it; the side that drives harder than the other holds moves the file as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.boxes import box_mean
from nca_controller.physics.combat.laws import PushLaw
from nca_controller.physics.combat.sides import OfSide, of_others, of_sides, shares
from nca_controller.physics.exchange import Field, apart, total
from nca_controller.physics.terrain import Terrain

TRACE = 1e-6  # mass, below which nothing is divided by it


class File(NamedTuple):
    """What stands in each cell's file along one axis: for each side its mass, what that holds against, its drive."""

    mass: OfSide
    hold: OfSide
    drive: OfSide


class Shove(NamedTuple):
    """The push along one axis: its speed as a share of top speed, and for each side how far it is the one pushed."""

    speed: Field
    given: OfSide


def pushed(
    velocity: Float[Array, "R H W 2"],
    will: Float[Array, "R H W 2"],
    mass: Float[Array, "R H W"],
    terrain: Terrain,
    sides: Sequence[int],
    stiff: Float[Array, " R"],
    fights: Bool[Array, " R"],
    cell_metres: float,
    law: PushLaw,
) -> Float[Array, "R H W 2"]:
    """Return the velocities with which the crowd moves.

    `will` is where the soldiers want to go, `velocity` where enemies let them. `stiff` is the share of its weight that
    a regiment sets against a push while it stands. Who does not fight neither pushes nor is pushed.
    """
    fighting = [jnp.where(one, field, 0) for field, one in zip(apart(mass), apart(fights), strict=True)]
    of_side = of_sides(fighting, sides)
    filled = shares(of_side, terrain)
    order = {side: smoothstep(share, law.loose, law.close) for side, share in filled.items()}
    hold = of_sides([field * one for field, one in zip(fighting, apart(stiff), strict=True)], sides)
    near = box_mean(total(list(filled.values())), law.link, cell_metres, terrain.boundary)
    links = per_cell(smoothstep(near, law.apart, law.linked), cell_metres)
    packed = {side: of_side[side] * order[side] for side in of_side}
    there = jnp.maximum(total(list(of_side.values())), TRACE)
    drives = [driven(field, way, law.will / cell_metres) for field, way in zip(fighting, apart(will), strict=True)]
    moved = []
    for axis in (0, 1):
        drive = of_sides([each[axis] for each in drives], sides)
        fields = File(packed, hold, {side: drive[side] * order[side] for side in drive})
        shove = given_ground(file_sums(fields, links, axis, terrain.boundary), law)
        pushed_share = total([shove.given[side] * of_side[side] for side in of_side]) / there
        against = 1 - jnp.minimum(jnp.abs(shove.speed) * (1 / law.yields), 1)
        shift, share, against = barrier((shove.speed / cell_metres, pushed_share, against))
        given = barrier(shove.given)
        moved.append(
            [
                with_push(way[..., axis], one, shift, against, 1 + law.shock * (given[side] - share))
                for way, side, one in zip(apart(velocity), sides, apart(fights), strict=True)
            ]
        )
    return jnp.stack([jnp.stack(both, axis=-1) for both in zip(*moved, strict=True)])


def smoothstep(value: Field, low: float, high: float) -> Field:
    """Return 0 below `low` and 1 above `high`, smooth between."""
    share = jnp.clip((value - low) * (1 / (high - low)), 0, 1)
    return share * share * (3 - 2 * share)


def per_cell(link: Field, cell_metres: float) -> Field:
    """Return the link from cell to cell that makes up this one from metre to metre."""
    if cell_metres == 1:
        return link
    return jnp.where(link > 0, jnp.where(link > 0, link, 1) ** cell_metres, 0)


def driven(mass: Field, will: Float[Array, "H W 2"], pace: float) -> tuple[Field, Field]:
    """Return the drive of soldiers along each axis: their mass in the direction of their will, less below the pace."""
    x, y = (jnp.where(mass > 0, will[..., axis], 0) for axis in (0, 1))
    weighed = mass / jnp.sqrt(x * x + y * y + pace * pace)
    return barrier((x * weighed, y * weighed))


def file_sums(fields: File, links: Field, axis: int, boundary: str) -> File:
    """Return for each cell the sum over all that stand in its file along an axis, each times the links between."""
    leaves, structure = jax.tree.flatten(fields)
    ranks = barrier(jnp.moveaxis(jnp.stack(leaves), 2 - axis, 0))  # the file's axis first
    between = barrier(jnp.moveaxis(links, 1 - axis, 0))

    def sums(backwards: bool) -> Float[Array, "N F M"]:
        def reach(behind: Array, rank: tuple[Array, Array]) -> tuple[Array, Array]:
            there, link = rank
            linked = behind * link
            return linked + there, linked

        none = jnp.zeros_like(ranks[0])
        if boundary == "torus":  # once round before it counts
            none, _ = jax.lax.scan(reach, none, (ranks, between), reverse=backwards)
        return jax.lax.scan(reach, none, (ranks, between), reverse=backwards)[1]

    whole = jnp.moveaxis(ranks + (sums(False) + sums(True)), 0, 2 - axis)
    return jax.tree.unflatten(structure, apart(barrier(whole)))


def given_ground(file: File, law: PushLaw) -> Shove:
    """Return the push that a file's drives and weights make.

    A side is pushed by the excess of its enemies' drive over what it holds against, standing or driving itself, as a
    share of the file's mass; enemies who drive against each other cancel. Less than `least` moves nobody, few in the
    way of many are no crowd to be pushed, and who is stiffer than usual gives ground as much slower. The push has the
    direction of the drive: the cosine to the axis counts along each.
    """
    weight = jnp.maximum(total(list(file.mass.values())), TRACE)

    def speed(side: int, sign: int) -> Field:
        onward = sign * of_others(file.drive, side)
        against = jnp.maximum(file.hold[side], -sign * file.drive[side])
        excess = jnp.maximum((onward - against) / weight - law.least, 0)
        excess = excess * jnp.minimum(file.mass[side] / (law.few * weight), 1)
        usual = law.stiff * file.mass[side]
        slow = jnp.minimum(usual / jnp.maximum(file.hold[side], jnp.maximum(usual, TRACE)), 1)
        along = jnp.maximum(onward / jnp.maximum(of_others(file.mass, side), TRACE), 0)  # 1 / sqrt(2) at 45 degrees
        return law.speed * along * slow * excess / (excess + law.half)

    ways = [{side: speed(side, sign) for side in file.mass} for sign in (1, -1)]
    on, back = (reduce(jnp.maximum, way.values()) for way in ways)
    forward = on >= back
    most = jnp.where(forward, on, back)
    share = jnp.where(most > 0, 1 / jnp.where(most > 0, most, 1), 0)
    given = {side: jnp.where(forward, ways[0][side], ways[1][side]) * share for side in file.mass}
    return Shove(on - back, given)


def with_push(part: Field, fights: Bool[Array, ""], shift: Field, against: Field, sharper: Field) -> Field:
    """Return a component of a regiment's velocity, pushed: what goes against the push yields, what goes with it stays.

    The pushed go ahead of the pushers where both share a cell, so the seam between them does not widen.
    """
    return jnp.where(fights, jnp.where(part * shift < 0, part * against, part) + shift * sharper, part)
