"""Losses: everyone strikes at the enemies within its reach, and its strength is divided among them.

Lanchester's laws of aimed combat (1916) in each place: where few fight many on a front, losses are linear in strength;
where all reach all, quadratic.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller.physics.combat.boxes import box_mean
from nca_controller.physics.combat.laws import TICKS_PER_SECOND, LossLaw
from nca_controller.physics.combat.state import STEADY, WAVERING, Traits
from nca_controller.physics.combat.sums import shifted
from nca_controller.physics.terrain import Terrain

TINY = 1e-12
FEWEST = 1e-6  # share of capacity below which there is nobody to strike, or to be counted


class Blows(NamedTuple):
    """What R regiments suffer in a tick, in mass for each cell; none has more of it than there is."""

    loss: Float[Array, "R H W"]
    charged: Float[Array, "R H W"]  # of the loss, what is due to an enemy's charge
    beside: Float[Array, "R H W"]  # of the loss, what comes from the side
    behind: Float[Array, "R H W"]  # and from the rear
    x: Float[Array, "R H W"]  # loss times where it comes from, a vector at most 1 long
    y: Float[Array, "R H W"]


def dealt(
    traits: Traits, condition: Float[Array, " R"], weakness: Float[Array, " R"], law: LossLaw
) -> Float[Array, " R"]:
    """Return how strong the blows of each regiment's soldiers are; `weakness` is the share that fatigue takes."""
    steadiness = jnp.where(condition == STEADY, 1.0, jnp.where(condition == WAVERING, law.wavering, 0.0))
    return traits.attack * steadiness * (1 - weakness)


def strike(
    mass: Float[Array, "R H W"],
    fronts: Float[Array, "R H W 2"],
    strength: Float[Array, " R"],
    impetus: Float[Array, " R"],
    traits: Traits,
    reach: tuple[float, ...],
    terrain: Terrain,
    sides: tuple[int, ...],
    cell_metres: float,
    law: LossLaw,
) -> Blows:
    """Return what falls in a tick, by enemies within reach.

    `fronts` says where soldiers look, `strength` how strong each regiment's blows are by themselves, `impetus` at which
    share of top speed it comes. Laws are summed over sides; regiments of a side that reach equally far strike together.
    """
    names = tuple(dict.fromkeys(sides))
    side = np.array([names.index(one) for one in sides])
    boundary = terrain.boundary
    charge = traits.charge * impetus * (1 / law.impetus)
    brace = jnp.clip(traits.brace, 0, 1)
    slow = 1 - law.slow_ground * (1 - jnp.clip(terrain.capacity, 0, 1))

    hostile = opposed(mass, side, len(names))
    charging = opposed(mass * (strength * charge)[:, None, None], side, len(names))
    plain, onrush = [[jnp.zeros_like(hostile[0])] for _ in names], [[jnp.zeros_like(hostile[0])] for _ in names]
    for metres in sorted(set(reach)):
        members = [np.flatnonzero((side == one) & (np.array(reach) == metres)) for one in range(len(names))]
        present = [one for one in range(len(names)) if len(members[one])]
        boxes = box_mean(
            jnp.stack([hostile[np.array(present)], charging[np.array(present)]]), metres, cell_metres, boundary
        )
        blows = []
        for number, one in enumerate(present):
            among, rush = boxes[0, number], boxes[1, number]
            who = members[one]
            ahead = direction(among, cell_metres, boundary, law)
            weights = by_direction(fronts[who], ahead, law)
            aimed = sum(weights[k] * traits.strike[who, k, None, None] for k in range(3))
            own = mass[who] * slow * strength[who, None, None] * aimed
            returned = brace[who, None, None] * weights[0] * rush / (among + FEWEST)
            scarce = law.scarce / (2 * metres) ** 2
            per_enemy = 1 / (among + scarce)
            blows += [
                (own * (1 + returned)).sum(axis=0) * per_enemy,
                (own * charge[who, None, None]).sum(axis=0) * per_enemy,
            ]
        felt = box_mean(jnp.stack(blows), metres, cell_metres, boundary)
        for number, one in enumerate(present):
            plain[one].append(felt[2 * number])
            onrush[one].append(felt[2 * number + 1])
    by_plain, by_charge = (jnp.stack([reduce(add, parts) for parts in kind]) for kind in (plain, onrush))
    return suffered(mass, fronts, by_plain, by_charge, side, brace, traits, terrain, cell_metres, law)


def suffered(
    mass: Float[Array, "R H W"],
    fronts: Float[Array, "R H W 2"],
    plain: Float[Array, "S H W"],
    onrush: Float[Array, "S H W"],
    side: np.ndarray,
    brace: Float[Array, " R"],
    traits: Traits,
    terrain: Terrain,
    cell_metres: float,
    law: LossLaw,
) -> Blows:
    """Return what regiments suffer by the blows that each side deals everywhere, those of a charge apart."""
    sides = np.arange(len(plain))
    plain, onrush = opposed(plain, sides, len(plain)), opposed(onrush, sides, len(onrush))
    whence = direction(plain + onrush, cell_metres, terrain.boundary, law)[side]
    weights = by_direction(fronts, whence, law)
    harm = sum(weights[k] * traits.harm[:, k, None, None] for k in range(3))
    frail = mass * harm * (law.rate / TICKS_PER_SECOND / traits.defence)[:, None, None]
    charged = frail * onrush[side] * (1 - brace[:, None, None] * weights[0])
    whole = frail * plain[side] + charged
    loss = jnp.minimum(mass, whole)
    return Blows(
        loss,
        loss * (charged / (whole + TINY)),
        loss * weights[1],
        loss * weights[2],
        loss * whence[..., 0],
        loss * whence[..., 1],
    )


def opposed(fields: Float[Array, "N H W"], side: np.ndarray, sides: int) -> Float[Array, "S H W"]:
    """Return for each side the sum over what is not its own; `side` says of each field whose it is."""
    return jnp.stack(
        [reduce(add, list(fields[np.flatnonzero(side != one)]), jnp.zeros_like(fields[0])) for one in range(sides)]
    )


def direction(
    field: Float[Array, "*S H W"], cell_metres: float, boundary: str, law: LossLaw
) -> Float[Array, "*S H W 2"]:
    """Return where there is more of a field, as a vector (x, y): 1 long at its edge, shorter in its midst."""
    lever = law.lever / (2 * cell_metres)
    rise = jnp.stack(
        [lever * (shifted(field, 1, axis, boundary) - shifted(field, -1, axis, boundary)) for axis in (-1, -2)], axis=-1
    )
    squared = rise[..., 0] ** 2 + rise[..., 1] ** 2 + (law.vague * field) ** 2
    return rise / jnp.sqrt(squared + TINY)[..., None]


def by_direction(
    fronts: Float[Array, "*N H W 2"], ways: Float[Array, "*N H W 2"], law: LossLaw
) -> tuple[Float[Array, "*N H W"], Float[Array, "*N H W"], Float[Array, "*N H W"]]:
    """Return how far a way counts as to the front, to the side and to the rear of soldiers: shares of 1."""
    cosine = fronts[..., 0] * ways[..., 0] + fronts[..., 1] * ways[..., 1]
    before = jnp.clip(cosine * (1 / law.square_on), 0, 1)
    behind = jnp.clip(-cosine * (1 / law.square_on), 0, 1)
    return before, 1 - before - behind, behind
