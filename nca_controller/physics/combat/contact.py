"""Contact: how regiments move that meet hostile ones: they do not pass, and they push."""

from __future__ import annotations

import math

import jax
from jaxtyping import Array, Float

from nca_controller.physics.combat.hindrance import hindered
from nca_controller.physics.combat.laws import Laws
from nca_controller.physics.combat.push import pushed
from nca_controller.physics.combat.sides import are_near, of_sides, shares
from nca_controller.physics.combat.state import BROKEN, CombatState, Conduct
from nca_controller.physics.terrain import Terrain


def meet(
    velocity: Float[Array, "R H W 2"],
    mass: Float[Array, "R H W"],
    combat: CombatState,
    conduct: Conduct,
    terrain: Terrain,
    sides: tuple[int, ...],
    laws: Laws,
) -> Float[Array, "R H W 2"]:
    """Return the velocities with which regiments move that want to move with these, in cells per unit time.

    Where no two sides are near each other nothing is reckoned, and the velocities stay as they are.
    """
    if len(set(sides)) < 2:
        return velocity
    velocity, terrain = velocity.astype(mass.dtype), terrain.in_kind(mass.dtype)
    flees = combat.condition >= BROKEN
    filled = shares(of_sides(mass, sides), terrain)
    cells = math.ceil(laws.contact.near / combat.cell_metres)

    def among_enemies() -> Float[Array, "R H W 2"]:
        slowed = hindered(velocity, filled, terrain.boundary, sides, flees, laws.contact)
        return jax.lax.cond(
            are_near(filled, laws.push.loose, cells),
            lambda: pushed(
                slowed,
                velocity,
                mass,
                terrain,
                sides,
                conduct.traits.sound().stiff,
                ~flees,
                combat.cell_metres,
                laws.push,
            ),
            lambda: slowed,
        )

    return jax.lax.cond(are_near(filled, laws.contact.trace, cells), among_enemies, lambda: velocity)
