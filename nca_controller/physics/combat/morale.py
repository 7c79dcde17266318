"""Morale: one number a regiment, drawn towards what its plight leaves of it; and the conditions that follow from it."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics.combat.laws import TICKS_PER_SECOND, MoraleLaw
from nca_controller.physics.combat.state import BROKEN, DISSOLVED, STEADY, WAVERING


class Plight(NamedTuple):
    """What weighs on the morale of R regiments; shares, but where another unit is said."""

    lost: Float[Array, " R"]  # of what was mustered, what fell and is not got over
    recent: Float[Array, " R"]  # of what was mustered, what falls a second, over the last seconds
    beside: Float[Array, " R"]  # how grave blows are to a flank that is weaker than its front
    behind: Float[Array, " R"]  # and to a rear that is
    surrounded: Float[Array, " R"]  # how grave those are that come from all around
    charged: Float[Array, " R"]  # and those of a charge that it has not stopped
    fatigue: Float[Array, " R"]
    covered: Float[Array, " R"]  # how far friends stand at its flanks


def grave(rate: Float[Array, " R"], law: MoraleLaw) -> Float[Array, " R"]:
    """Return how grave blows are, 0 to 1, by which that share of those who stand falls a second: a few are not."""
    return rate**2 / (rate**2 + law.grave**2)


def spirit(plight: Plight, nerve: Float[Array, " R"], law: MoraleLaw) -> Float[Array, " R"]:
    """Return what a plight draws morale towards, 1 or less; `nerve` divides what weighs."""
    beset = law.flank * plight.beside + law.rear * plight.behind + law.surrounded * plight.surrounded
    weight = (
        law.lost * plight.lost
        + law.recent * jnp.minimum(plight.recent / law.recent_rate, 2)
        + law.fatigue * plight.fatigue
        + beset
        - law.covered * plight.covered
    )
    shock = law.charged * plight.charged
    return jnp.maximum(1 - jnp.maximum(weight, 0) / nerve, law.worst) - shock / nerve


def swayed(
    morale: Float[Array, " R"], goal: Float[Array, " R"], rests: Float[Array, " R"], law: MoraleLaw
) -> Float[Array, " R"]:
    """Return the morale a tick later: it falls fast and recovers slowly, faster at rest out of the enemy's reach."""
    rising = (1 + law.rest * rests) / law.recovers
    rate = jnp.where(goal < morale, 1 / law.falls, rising)
    return jnp.clip(morale + (goal - morale) * rate / TICKS_PER_SECOND, 0, 1)


def judged(
    condition: Int[Array, " R"],
    morale: Float[Array, " R"],
    calm: Int[Array, " R"],
    gone: Bool[Array, " R"],
    law: MoraleLaw,
) -> Int[Array, " R"]:
    """Return the conditions that follow from morale; `gone` says who has less than half a soldier left.

    Who is broken rallies once its morale is high enough and nobody has been near for long enough.
    """
    rallies = (morale >= law.rallies) & (calm >= round(law.calm * TICKS_PER_SECOND))
    in_order = jnp.where(morale < law.breaks, BROKEN, jnp.where(morale < law.wavers, WAVERING, STEADY))
    found = jnp.where(condition == BROKEN, jnp.where(rallies, STEADY, BROKEN), in_order)
    return jnp.where(gone | (condition == DISSOLVED), DISSOLVED, found).astype(condition.dtype)


def dismay(
    breaking: Bool[Array, " R"],
    places: Float[Array, "R 2"],
    friends: Bool[Array, "R R"],
    law: MoraleLaw,
) -> Float[Array, " R"]:
    """Return what the morale of each loses at once by the friends who break in this tick; `places` are in metres."""
    apart = ((places[:, None] - places[None, :]) ** 2).sum(axis=-1)
    near = jnp.exp(-apart / law.rout_metres**2)
    return law.rout * jnp.where(friends & breaking[None, :], near, 0).sum(axis=1)
