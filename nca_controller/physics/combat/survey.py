"""A survey of the field by blocks of a few metres: who is where, who is near whom, who moves."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics.combat.laws import TICKS_PER_SECOND, TOP_SPEED, SurveyLaw
from nca_controller.physics.combat.sides import opposed
from nca_controller.physics.combat.state import BROKEN, STEADY, CombatState, side_numbers
from nca_controller.physics.combat.sums import Blocks, around, blocks_of, pooled, shifted, summed
from nca_controller.physics.terrain import Terrain

TINY = 1e-12


class Survey(NamedTuple):
    """Where R regiments of S sides are. Two blocks are near each other where blows may reach from one to the other."""

    blocks: Blocks
    side: np.ndarray  # of each regiment, numbered from 0
    sides: int
    boundary: str
    metres: float  # of a block
    quantum: float | None
    held: Float[Array, "R h w"]  # mass
    whole: Float[Array, " R"]  # mass
    hostile: Float[Array, "S h w"]  # mass of each side's enemies, where it is more than a handful
    near: Bool[Array, "R h w"]  # whether enemies are near those who are there
    alone: Bool[Array, " R"]  # whether no enemy that is not broken is near

    def over_blocks(self, sums: Float[Array, "N h w"]) -> Float[Array, " N"]:
        """Return the sum over all blocks of what each sums over its cells."""
        cells = self.blocks.size**2
        return summed(sums * (1 / cells), self.quantum) * cells


class March(NamedTuple):
    """How R regiments moved in a tick, in shares of top speed."""

    velocity: Float[Array, "R h w 2"]  # of each block
    speed: Float[Array, " R"]  # mean
    flux: Float[Array, "R h w 2"]  # mass of a block times its velocity


def surveyed(
    mass: Float[Array, "R H W"], combat: CombatState, terrain: Terrain, sides: tuple[int, ...], quantum: float | None
) -> Survey:
    """Return the survey of a mass."""
    blocks = blocks_of(mass.shape, combat.cell_metres, combat.laws.facing.block)
    side, count, metres, boundary = (
        side_numbers(sides),
        len(set(sides)),
        blocks.size * combat.cell_metres,
        terrain.boundary,
    )
    held = pooled(mass, blocks, quantum)
    hostile = opposed(held, side, count)
    steps = int(np.ceil((max(combat.reach) + combat.cell_metres) / metres))
    in_arms = opposed(held * (combat.condition < BROKEN)[:, None, None], side, count)
    law = combat.laws.survey
    dust, seen = (metres / combat.cell_metres**2 for metres in (law.dust, law.handful))
    reached = around(jnp.stack([hostile, in_arms]), steps, boundary)[:, side]
    near, threatened = (held > dust) & (reached[0] > dust), (held > seen) & (reached[1] > seen)
    hostile = jnp.where(hostile > seen, hostile, 0)
    survey = Survey(
        blocks, side, count, boundary, metres, quantum, held, held[:, 0, 0], hostile, near, ~threatened.any(axis=(1, 2))
    )
    return survey._replace(whole=survey.over_blocks(held))


def marched(
    flux_x: Float[Array, "R H W+1"], flux_y: Float[Array, "R H+1 W"], survey: Survey, cell_metres: float
) -> March:
    """Return how the mass of a survey has moved, by what crossed the faces."""
    through = [(flux_x[:, :, 1:] + flux_x[:, :, :-1]) / 2, (flux_y[:, 1:] + flux_y[:, :-1]) / 2]
    crossed = jnp.stack([pooled(flux, survey.blocks, survey.quantum) for flux in through], axis=-1)
    flux = crossed * (cell_metres * TICKS_PER_SECOND / TOP_SPEED)
    squared = flux[..., 0] ** 2 + flux[..., 1] ** 2
    moving = squared > TINY
    length = jnp.where(moving, jnp.sqrt(jnp.where(moving, squared, 1)), 0)
    held = survey.held[..., None]
    known = held > TINY  # its square, in the derivative, is a number, too
    velocity = jnp.where(known, flux / jnp.where(known, held, 1), 0)
    return March(velocity, survey.over_blocks(length) / jnp.maximum(survey.whole, TINY), flux)


def covered(
    survey: Survey, fronts: Float[Array, "R h w 2"], condition: Int[Array, " R"], law: SurveyLaw
) -> Float[Array, " R"]:
    """Return how far steady friends stand at the flanks of each regiment, 0 to 1: beside its outermost blocks."""
    held, area = survey.held, survey.blocks.size**2
    steady = held * (condition == STEADY)[:, None, None]
    exposed, guarded = jnp.zeros_like(held), jnp.zeros_like(held)
    friends = jnp.stack([beside(steady, one, survey.side) for one in range(len(held))])
    for axis, across in ((-1, 1), (-2, 0)):
        for step in (1, -1):
            outermost = shifted(held, step, axis, survey.boundary) == 0
            open_flank = held * outermost * fronts[..., across] ** 2
            there = (friends + shifted(friends, step, axis, survey.boundary)) * (1 / (law.flank_guard * area))
            exposed = exposed + open_flank / 2
            guarded = guarded + open_flank / 2 * jnp.minimum(there, 1)
    flanks, kept = survey.over_blocks(exposed), survey.over_blocks(guarded)
    known = flanks > TINY  # its square, in the derivative, is a number, too
    return jnp.where(known, kept / jnp.where(known, flanks, 1), 0)


def beside(fields: Float[Array, "R h w"], one: int, side: np.ndarray) -> Float[Array, "h w"]:
    """Return the sum over a regiment's friends."""
    friends = [fields[other] for other in np.flatnonzero(side == side[one]) if other != one]
    return sum(friends, jnp.zeros_like(fields[one]))


def places(survey: Survey) -> Float[Array, "R 2"]:
    """Return the middle of each regiment in metres from that of the ground, (x, y). A constant in derivatives."""
    held = jax.lax.stop_gradient(survey.held)
    whole = held.sum(axis=(1, 2), keepdims=True)
    share = (held / jnp.maximum(whole, TINY) * 2**14).astype(jnp.int32)
    parts = jnp.maximum(share.sum(axis=(1, 2)), 1)
    rows, columns = (2 * np.arange(size, dtype=np.int32) - (size - 1) for size in held.shape[1:])
    moments = ((share * columns).sum(axis=(1, 2)), (share * rows[:, None]).sum(axis=(1, 2)))
    return jnp.stack([moment.astype(held.dtype) / parts * (survey.metres / 2) for moment in moments], axis=-1)
