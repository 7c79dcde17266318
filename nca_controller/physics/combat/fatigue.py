"""Fatigue: running and fighting wear soldiers out, rest restores them; the tired are slower and strike weaker."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.combat.laws import TICKS_PER_SECOND, FatigueLaw
from nca_controller.physics.combat.state import Traits


def tired(
    fatigue: Float[Array, " R"],
    speed: Float[Array, " R"],
    engaged: Float[Array, " R"],
    traits: Traits,
    law: FatigueLaw,
) -> Float[Array, " R"]:
    """Return the fatigue a tick later, 0 fresh to 1 worn out; `speed` is that of the march, in shares of top speed.

    A march at a walk costs nothing and restores nothing; the faster beyond it, the more it costs.
    """
    haste = jnp.clip((speed - traits.walk) / jnp.maximum(traits.run - traits.walk, 0.05), 0, 1)
    rest = (1 - engaged) * jnp.clip(1 - speed / jnp.maximum(traits.walk, 0.05), 0, 1)
    effort = haste / law.run + engaged / law.fight
    return fatigue + ((1 - fatigue) * effort - fatigue * rest / law.rest) / TICKS_PER_SECOND


def slowed(fatigue: Float[Array, " R"], law: FatigueLaw) -> Float[Array, " R"]:
    """Return the factor of pace that fatigue leaves."""
    return 1 - law.slows * fatigue


def weakened(fatigue: Float[Array, " R"], law: FatigueLaw) -> Float[Array, " R"]:
    """Return the share of strength that fatigue takes."""
    return law.weakens * fatigue
