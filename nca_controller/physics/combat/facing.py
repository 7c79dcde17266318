"""Facing: where soldiers look, by blocks of a few metres, so that the wings of an enveloping line look inwards.

Whoever marches looks where it goes, whoever stands looks at the enemy that comes, or else as ordered. Who is in combat
hardly turns, so that a charge on its flank stays one. Unit vectors, turned by rotation: no angle is reckoned, and
mirrored battles have mirrored fronts to the bit.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nca_controller.physics.combat.laws import TICKS_PER_SECOND, FacingLaw
from nca_controller.physics.combat.state import sense_of
from nca_controller.physics.combat.sums import around, shifted, summed

STANDSTILL = 1e-12  # squared length below which a vector has no direction


def unit(vector: Float[Array, "*N 2"], otherwise: Float[Array, "*N 2"]) -> Float[Array, "*N 2"]:
    """Return a vector at length 1, or another where it has no direction."""
    squared = vector[..., 0] ** 2 + vector[..., 1] ** 2
    known = squared > STANDSTILL
    length = jnp.sqrt(jnp.where(known, squared, 1))
    return jnp.where(known[..., None], vector / length[..., None], otherwise)


def rotated(
    fronts: Float[Array, "*N 2"], goals: Float[Array, "*N 2"], most: Float[Array, "*N"], sense: Float[Array, "*N"]
) -> Float[Array, "*N 2"]:
    """Return unit vectors turned towards others by at most so many radians; `sense`, 1 or -1, turns who looks away."""
    across = fronts[..., 0] * goals[..., 1] - fronts[..., 1] * goals[..., 0]
    along = fronts[..., 0] * goals[..., 0] + fronts[..., 1] * goals[..., 1]
    way = jnp.where(across > 0, 1.0, jnp.where(across < 0, -1.0, sense))
    cosine, sine = jnp.cos(most), jnp.sin(most) * way
    x = cosine * fronts[..., 0] - sine * fronts[..., 1]
    y = cosine * fronts[..., 1] + sine * fronts[..., 0]
    turned = jnp.where((along >= cosine)[..., None], goals, jnp.stack([x, y], axis=-1))
    return unit(turned, fronts)


def towards_enemies(
    hostile: Float[Array, "S h w"], reach: int, boundary: str
) -> tuple[Float[Array, "S h w 2"], Bool[Array, "S h w"]]:
    """Return in which direction each block's enemies are, at most so many blocks away, and whether there are any.

    Near ones count more. There is no direction where they stand evenly all around.
    """
    there = hostile
    for _ in range(reach):
        there = around(there, 1, boundary)
    way = [shifted(there, 1, axis, boundary) - shifted(there, -1, axis, boundary) for axis in (-1, -2)]
    return jnp.stack(way, axis=-1), there > 0


def turned(
    fronts: Float[Array, "R h w 2"],
    held: Float[Array, "R h w"],
    march: Float[Array, "R h w 2"],
    fighting: Bool[Array, "R h w"],
    pinned: Bool[Array, " R"],
    broken: Bool[Array, " R"],
    hostile: Float[Array, "S h w"],
    ordered: Float[Array, "R 2"],
    turn: Float[Array, " R"],
    side: np.ndarray,
    reach: int,
    boundary: str,
    law: FacingLaw,
) -> Float[Array, "R h w 2"]:
    """Return where the soldiers of each block look a tick later.

    `held` is a block's mass, `march` its mean velocity in shares of top speed, `fighting` whether it suffers blows,
    `pinned` whether its regiment does; `hostile` is the mass of each side's enemies, `turn` a factor of the turning.
    """
    whence, near = towards_enemies(hostile, reach, boundary)
    enemy, near = unit(whence, jnp.zeros_like(whence))[side], near[side]
    pinned, broken = pinned[:, None, None], broken[:, None, None]
    speed = march[..., 0] ** 2 + march[..., 1] ** 2
    marching = (speed > law.march**2) & ~fighting | broken
    seen = near & ((enemy[..., 0] != 0) | (enemy[..., 1] != 0))
    standing = jnp.where((seen & ~broken)[..., None], enemy, ordered[:, None, None, :])
    standing = jnp.where((pinned & ~seen)[..., None], fronts, standing)
    goals = jnp.where(marching[..., None], unit(march, fronts), standing)
    free = marching | ~pinned
    second = math.radians(1) / TICKS_PER_SECOND
    most = jnp.where(free, law.turn, law.turn_engaged) * second * jnp.clip(turn, 0, 4)[:, None, None]
    sense = jnp.asarray(sense_of(side), fronts.dtype)[:, None, None]
    turned = rotated(fronts, goals, jnp.minimum(most, law.turn * second), jnp.broadcast_to(sense, most.shape))
    return jnp.where((held > 0)[..., None], turned, fronts)


def carried(
    fronts: Float[Array, "R h w 2"],
    held: Float[Array, "R h w"],
    mean: Float[Array, "R 2"],
    boundary: str,
) -> Float[Array, "R h w 2"]:
    """Return the fronts with those of empty blocks: as in the blocks beside, or as the regiment's mean far from it.

    Soldiers who enter a block bring along where they look.
    """
    beside = jnp.stack([around(held * fronts[..., axis], 1, boundary) for axis in (0, 1)], axis=-1)
    return jnp.where(
        (held > 0)[..., None], fronts, unit(beside, jnp.broadcast_to(mean[:, None, None, :], fronts.shape))
    )


def mean_front(
    fronts: Float[Array, "R h w 2"], held: Float[Array, "R h w"], before: Float[Array, "R 2"], quantum: float | None
) -> Float[Array, "R 2"]:
    """Return where each regiment looks as a whole; as before where it has no direction, or nobody left."""
    cells = jnp.maximum(held.max(axis=(1, 2)), 1)[:, None, None]
    sums = jnp.stack([summed(held / cells * fronts[..., axis], quantum) for axis in (0, 1)], axis=-1)
    return unit(sums, before)
