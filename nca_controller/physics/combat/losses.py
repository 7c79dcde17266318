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

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.laws import TICKS_PER_SECOND, LossLaw
from nca_controller.physics.combat.reach import sight, within_reach
from nca_controller.physics.combat.sides import opposed
from nca_controller.physics.combat.state import STEADY, WAVERING, Traits, side_numbers
from nca_controller.physics.combat.sums import shifted
from nca_controller.physics.terrain import Terrain

TINY = 1e-12
FEWEST = 1e-6  # share of capacity below which there is nobody to strike, or to be counted

Mass = Float[Array, "R H W"]
Way = tuple[Array, Array]  # x and y of a vector in every cell
Weights = tuple[Array, Array, Array]


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
    mass: Mass,
    fronts: Way,
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
    share of top speed it comes. Sums are over sides; regiments of a side that reach equally far strike together.
    """
    side, count, boundary = side_numbers(sides), len(set(sides)), terrain.boundary
    ready = 1 - jnp.minimum(traits.exposed(law), 1)  # for a charge, by direction
    charge = traits.charge * impetus * (1 / law.impetus)
    slow = 1 - law.slow_ground * (1 - jnp.clip(terrain.capacity, 0, 1))
    hostile = opposed(mass, side, count)
    charging = opposed(mass * (strength * charge)[:, None, None], side, count)
    plain: list[list[Array]] = [[] for _ in range(count)]
    onrush: list[list[Array]] = [[] for _ in range(count)]

    for metres in sorted(set(reach)):
        seen = sight(metres, cell_metres, terrain.open_cells, boundary)
        who = [np.flatnonzero((side == one) & (np.array(reach) == metres)) for one in range(count)]
        present = [one for one in range(count) if len(who[one])]
        those = np.array(present)
        within = within_reach(jnp.concatenate([hostile[those], charging[those]]), seen)
        blows = []
        for one, among, rush in zip(present, within, within[len(present) :], strict=False):
            own = who[one]
            looks = fronts[0][own], fronts[1][own]
            weights = by_direction(looks, direction(among, cell_metres, boundary, law), law)
            aimed = weighed(weights, traits.strike[own])
            braced = traits.brace[own, None, None] * weighed(weights, ready[own])
            returned = braced * (rush / (among + FEWEST))
            blow = mass[own] * strength[own, None, None] * aimed
            per_enemy = slow / (among + law.scarce / (2 * metres) ** 2)
            blows += [
                per_enemy * (blow * (1 + returned)).sum(axis=0),
                per_enemy * (blow * charge[own, None, None]).sum(axis=0),
            ]
        felt = within_reach(jnp.stack(blows), seen)
        for number, one in enumerate(present):
            plain[one].append(felt[2 * number])
            onrush[one].append(felt[2 * number + 1])
    dealt_by = [
        opposed(jnp.stack([reduce(add, part) for part in kind]), np.arange(count), count) for kind in (plain, onrush)
    ]
    return suffered(mass, fronts, dealt_by[0], dealt_by[1], side, traits, terrain, cell_metres, law)


def suffered(
    mass: Mass,
    fronts: Way,
    plain: Float[Array, "S H W"],
    onrush: Float[Array, "S H W"],
    side: np.ndarray,
    traits: Traits,
    terrain: Terrain,
    cell_metres: float,
    law: LossLaw,
) -> Blows:
    """Return what regiments suffer by the blows that each side feels everywhere, those of a charge apart."""
    x, y = direction(plain + onrush, cell_metres, terrain.boundary, law)
    plain, onrush, x, y = barrier((plain, onrush, x, y))
    weights = by_direction(fronts, (x[side], y[side]), law)
    ready = 1 - jnp.minimum(traits.exposed(law), 1)
    frail = mass * weighed(weights, traits.harm * (law.rate / TICKS_PER_SECOND / traits.defence)[:, None])
    charged = frail * onrush[side] * (1 - traits.brace[:, None, None] * weighed(weights, ready))
    whole = frail * plain[side] + charged
    loss = jnp.minimum(mass, whole)
    loss, by_charge, beside, behind = barrier(
        (loss, loss * (charged / (whole + TINY)), loss * weights[1], loss * weights[2])
    )
    return Blows(loss, by_charge, beside, behind, loss * x[side], loss * y[side])


def direction(field: Float[Array, "*S H W"], cell_metres: float, boundary: str, law: LossLaw) -> Way:
    """Return where there is more of a field, as a vector (x, y): 1 long at its edge, shorter in its midst."""
    lever = law.lever / (2 * cell_metres)
    x, y = (lever * (shifted(field, 1, axis, boundary) - shifted(field, -1, axis, boundary)) for axis in (-1, -2))
    shorter = 1 / jnp.sqrt(x**2 + y**2 + (law.vague * field) ** 2 + TINY)
    return x * shorter, y * shorter


def by_direction(fronts: Way, ways: Way, law: LossLaw) -> Weights:
    """Return how far a way counts as to the front, to the side and to the rear of soldiers: shares of 1."""
    cosine = (fronts[0] * ways[0] + fronts[1] * ways[1]) * (1 / law.square_on)
    before, behind = jnp.clip(cosine, 0, 1), jnp.clip(-cosine, 0, 1)
    return before, 1 - before - behind, behind


def weighed(weights: Weights, factors: Float[Array, "N 3"]) -> Float[Array, "N H W"]:
    """Return the factor of front, side and rear, each as far as it counts."""
    front, side, rear = (weight * factors[:, one, None, None] for one, weight in enumerate(weights))
    return front + side + rear
