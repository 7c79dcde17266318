"""Combat in a tick: who runs steers itself, who meets the enemy is held up and pushed, and then blows fall."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.guidance import clipped
from nca_controller.physics import Terrain
from nca_controller.physics.combat import BROKEN, DISSOLVED, CombatState, fight, flee, meet, pace


def commanded(
    velocity: Float[Array, "R H W 2"],
    mass: Float[Array, "R H W"],
    combat: CombatState,
    terrain: Terrain,
    sides: tuple[int, ...],
) -> Float[Array, "R H W 2"]:
    """Return the velocity, in cells per unit time, that comes of what was steered: by flight, pace and contact."""
    velocity = paced(flee(velocity, mass, combat, terrain, sides), combat)
    return meet(velocity, mass, combat, combat.conduct, terrain, sides, combat.laws)


def paced(velocity: Float[Array, "R H W 2"], combat: CombatState) -> Float[Array, "R H W 2"]:
    """Return the velocity, nowhere faster than the regiment's pace: slower where it is worn out, 0 where none is left.

    Shares of top speed are those of cells of a metre: in others a regiment covers as many metres in a second, as far
    as top speed lets it.
    """
    most = jnp.minimum(pace(combat.conduct, combat) / combat.cell_metres, 1)
    most = jnp.where(there(combat), most, 0)[:, None, None, None]
    return jnp.where(most > 0, clipped(velocity / jnp.where(most > 0, most, 1)) * most, 0)


def fought(
    moved: dict[str, Float[Array, "R ..."]],
    before: Float[Array, "R H W"],
    combat: CombatState,
    terrain: Terrain,
    sides: tuple[int, ...],
    quantum: float | None,
) -> dict[str, Any]:
    """Return `mass` and `combat` after the march of a tick, once blows have fallen; `before` is the mass before it."""
    flux = moved["flux_x"], moved["flux_y"]
    mass, combat = fight(moved["mass"], before, *flux, combat, combat.conduct, terrain, sides, quantum)
    return {"mass": mass, "combat": combat}


def let_through(yielding: Float[Array, " R"], combat: CombatState) -> Float[Array, " R"]:
    """Return how far each regiment gives way: wholly where it is to let friends through to the front."""
    return jnp.where(combat.conduct.relief, 1, yielding)


def there(combat: CombatState) -> Bool[Array, " R"]:
    """Return which regiments have not dissolved."""
    return combat.condition != DISSOLVED


def still_asleep(asleep: Bool[Array, " R"], combat: CombatState) -> Bool[Array, " R"]:
    """Return who sleeps once blows have fallen: not who fights or runs, and for ever who has dissolved."""
    fighting = (combat.engaged > 0) | (combat.condition == BROKEN)
    return (asleep & ~fighting) | ~there(combat)
