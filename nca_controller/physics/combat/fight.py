"""A tick of combat after transport: who leaves, who falls, and what that makes of those who stay."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.facing import carried, mean_front, rotated, turned
from nca_controller.physics.combat.fatigue import slowed, tired, weakened
from nca_controller.physics.combat.flight import borders, planned
from nca_controller.physics.combat.laws import TICKS_PER_SECOND, Laws
from nca_controller.physics.combat.ledger import Counts, booked
from nca_controller.physics.combat.losses import Blows, dealt, strike
from nca_controller.physics.combat.morale import Plight, dismay, grave, judged, spirit, swayed
from nca_controller.physics.combat.state import BROKEN, DISSOLVED, CombatState, Conduct, Traits, sense_of
from nca_controller.physics.combat.sums import pooled, spread, summed
from nca_controller.physics.combat.survey import TINY, March, Survey, covered, marched, places, surveyed
from nca_controller.physics.terrain import Terrain

SECOND = 1 / TICKS_PER_SECOND  # a tick, in seconds
DEGREE = math.pi / 180

Mass = Float[Array, "R H W"]
Fronts = Float[Array, "R h w 2"]


class Toll(NamedTuple):
    """What a tick's blows took of R regiments; shares are of its losses."""

    lost: Float[Array, " R"]  # mass
    by_block: Float[Array, "R h w"]  # mass
    charged: Float[Array, " R"]  # share by a charge that was not stopped
    beside: Float[Array, " R"]  # share by blows from the side
    behind: Float[Array, " R"]  # and from the rear
    surrounded: Float[Array, " R"]  # 1 where blows from all around cancel


def pace(conduct: Conduct, combat: CombatState) -> Float[Array, " R"]:
    """Return the share of top speed that each regiment is capable of now: the tired are slower.

    The broken run, until they are out of breath and nobody is near: so those whom nobody follows stay on the field.
    """
    followed = combat.calm < round(combat.laws.flight.breath * TICKS_PER_SECOND)
    flight = jnp.where(followed, conduct.traits.run, 0)
    allowed = jnp.where(combat.condition == BROKEN, flight, conduct.pace)
    return jnp.clip(allowed, 0, 1) * slowed(combat.fatigue, combat.laws.fatigue)


def fight(
    mass: Mass,
    before: Mass,
    flux_x: Float[Array, "R H W+1"],
    flux_y: Float[Array, "R H+1 W"],
    combat: CombatState,
    conduct: Conduct,
    terrain: Terrain,
    sides: tuple[int, ...],
    quantum: float | None,
) -> tuple[Mass, CombatState]:
    """Return the mass and the state of combat after a tick, in which `before` became the mass by those fluxes.

    The broken in open border cells leave. Blows are dealt where enemies were near before. Who has less than half a
    soldier left is dissolved, and its remainder counted as fled. Then follow facing, impetus, fatigue, morale and
    conditions, of which the conditions are constants in derivatives.
    """
    traits = conduct.traits.sound()
    survey = surveyed(before, combat, terrain, sides, quantum)
    fronts = known_slopes(carried(combat.fronts, survey.held, combat.facing, survey.boundary), survey, combat.laws)
    mass, fled = left_the_field(mass, combat, terrain, quantum)
    mass, fallen, toll = struck(mass, fronts, combat, traits, survey, terrain, sides)
    gone = jax.lax.stop_gradient(survey.whole - toll.lost < combat.share / 2)
    mass, fled = dissolved(mass, fled, gone & (combat.condition != DISSOLVED), quantum)
    march = marched(flux_x, flux_y, survey, combat.cell_metres)
    combat = combat.replace(conduct=conduct, fallen=fallen, fled=fled)
    combat = moved(combat, fronts, march, toll, traits, survey)
    return mass, disposed(combat, mass, march, toll, gone, traits, survey, terrain, sides)


def left_the_field(mass: Mass, combat: CombatState, terrain: Terrain, quantum: float | None) -> tuple[Mass, Counts]:
    """Return the mass without the broken in open border cells, and who has fled with them."""
    leaves = (combat.condition == BROKEN)[:, None, None] & borders(terrain)[None]

    def leaving(mass: Mass, fled: Counts) -> tuple[Mass, Counts]:
        return booked(mass, fled, jnp.where(leaves, mass, 0), quantum)[:2]

    return jax.lax.cond((combat.condition == BROKEN).any(), leaving, lambda *same: same, mass, combat.fled)


def dissolved(mass: Mass, fled: Counts, gone: Bool[Array, " R"], quantum: float | None) -> tuple[Mass, Counts]:
    """Return the mass without regiments that are gone, and who has fled with their remainders."""

    def leaving(mass: Mass, fled: Counts) -> tuple[Mass, Counts]:
        return booked(mass, fled, jnp.where(gone[:, None, None], mass, 0), quantum)[:2]

    return jax.lax.cond(gone.any(), leaving, lambda *same: same, mass, fled)


def struck(
    mass: Mass,
    fronts: Fronts,
    combat: CombatState,
    traits: Traits,
    survey: Survey,
    terrain: Terrain,
    sides: tuple[int, ...],
) -> tuple[Mass, Counts, Toll]:
    """Return the mass after a tick's blows, all who have fallen, and the toll. Costs nothing where no enemy is near."""
    laws, quantum = combat.laws, survey.quantum

    def combat_of(mass: Mass, fallen: Counts) -> tuple[Mass, Counts, Toll]:
        looks = barrier((spread(fronts[..., 0], survey.blocks), spread(fronts[..., 1], survey.blocks)))
        strength = dealt(traits, combat.condition, weakened(combat.fatigue, laws.fatigue), laws.losses)
        blows = strike(
            mass,
            looks,
            strength,
            combat.impetus,
            traits,
            combat.reach,
            terrain,
            sides,
            combat.cell_metres,
            laws.losses,
        )
        mass, fallen, loss = booked(mass, fallen, blows.loss, quantum)
        return mass, fallen, toll_of(loss, blows, survey)

    def peace(mass: Mass, fallen: Counts) -> tuple[Mass, Counts, Toll]:
        none = jnp.zeros(len(mass), mass.dtype)
        return mass, fallen, Toll(none, jnp.zeros_like(survey.held), none, none, none, none)

    return jax.lax.cond(survey.near.any(), combat_of, peace, mass, combat.fallen)


def toll_of(loss: Mass, blows: Blows, survey: Survey) -> Toll:
    """Return what blows took, by what really fell of it."""
    by_block = pooled(loss, survey.blocks, survey.quantum)
    whole, charged, beside, behind, x, y = (summed(field, survey.quantum) for field in blows)
    struck = whole > TINY  # its square, in the derivative, is a number, too
    share = jnp.where(struck, 1 / jnp.where(struck, whole, 1), 0)
    agreed = jnp.clip((x * share) ** 2 + (y * share) ** 2, TINY, 1)
    surrounded = jnp.where(struck, 1 - jnp.sqrt(agreed), 0)
    return Toll(survey.over_blocks(by_block), by_block, charged * share, beside * share, behind * share, surrounded)


def moved(combat: CombatState, fronts: Fronts, march: March, toll: Toll, traits: Traits, survey: Survey) -> CombatState:
    """Return the state with facing, impetus, combat and fatigue of the next tick."""
    laws, ordered = combat.laws, jnp.asarray(combat.conduct.facing, fronts.dtype)
    usual = laws.losses.engaged * SECOND
    engaged = toll.lost / (toll.lost + jnp.maximum(usual * combat.mustered, TINY))
    fighting = toll.by_block > usual * survey.held
    sight = max(round(laws.facing.sight / survey.metres), 1)
    fronts = turned(
        fronts,
        survey.held,
        march.velocity,
        fighting,
        engaged > 0.5,
        combat.condition == BROKEN,
        survey.hostile,
        ordered,
        traits.turn,
        survey.side,
        sight,
        survey.boundary,
        laws.facing,
    )
    fronts = known_slopes(fronts, survey, laws)
    mean, sense = mean_front(fronts, survey.held, combat.facing, survey.quantum), jnp.asarray(sense_of(survey.side))
    onward = march.flux[..., 0] * fronts[..., 0] + march.flux[..., 1] * fronts[..., 1]
    forward = jnp.maximum(survey.over_blocks(onward), 0) / jnp.maximum(survey.whole, TINY)
    return combat.replace(
        fronts=fronts,
        facing=rotated(combat.facing, mean, jnp.full(len(mean), laws.facing.turn * DEGREE * SECOND), sense),
        impetus=combat.impetus + (forward - combat.impetus) * jnp.minimum(SECOND / traits.gather, 1),
        engaged=engaged,
        fatigue=tired(combat.fatigue, march.speed, engaged, traits, laws.fatigue),
    )


def known_slopes(fronts: Fronts, survey: Survey, laws: Laws) -> Fronts:
    """Return the fronts, constants in derivatives where hardly anybody stands: there a slope may be of any size."""
    return jnp.where((survey.held > laws.survey.dust)[..., None], fronts, jax.lax.stop_gradient(fronts))


def disposed(
    combat: CombatState,
    mass: Mass,
    march: March,
    toll: Toll,
    gone: Bool[Array, " R"],
    traits: Traits,
    survey: Survey,
    terrain: Terrain,
    sides: tuple[int, ...],
) -> CombatState:
    """Return the state with morale and conditions of the next tick, and the ways of those who flee."""
    law, condition, side = combat.laws.morale, combat.condition, survey.side
    broken = condition == BROKEN
    lost = toll.lost / jnp.maximum(combat.mustered, TINY)
    recent = combat.recent + (lost / SECOND - combat.recent) * (SECOND / law.recent_time)
    grief = combat.grief * jnp.where(broken, 0.5 ** (SECOND / law.forget), 1) + lost
    exposed, falling = traits.exposed(combat.laws.losses), toll.lost / jnp.maximum(survey.whole * SECOND, TINY)
    plight = Plight(
        lost=grief,
        recent=recent,
        beside=grave(toll.beside * falling, law) * exposed[:, 1],
        behind=grave(toll.behind * falling, law) * exposed[:, 2],
        surrounded=grave(toll.surrounded * falling, law),
        charged=grave(toll.charged * falling, law),
        fatigue=combat.fatigue,
        covered=covered(survey, combat.fronts, condition, combat.laws.survey),
    )
    calm = jnp.where(survey.alone, combat.calm + 1, 0)
    rests = jnp.where(survey.alone, jnp.clip(1 - march.speed / traits.walk, 0, 1), 0)
    morale = swayed(combat.morale, spirit(plight, traits.nerve, law), rests, law)
    after = judged(condition, jax.lax.stop_gradient(morale), calm, gone, law)
    breaking = (after == BROKEN) & ~broken
    friends = (side[:, None] == side[None, :]) & ~np.eye(len(side), dtype=bool)
    escape, age = planned(mass, after, breaking.any(), combat, terrain, sides)
    return combat.replace(
        recent=recent,
        grief=grief,
        calm=calm,
        morale=jnp.where(gone, 0, jnp.maximum(morale - dismay(breaking, places(survey), friends, law), 0)),
        condition=after,
        escape=escape,
        escape_age=age,
    )
