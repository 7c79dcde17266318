"""Who gives way to friends: who stands in its place, the more so the better it stands there."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.dynamics.rest import in_units
from nca_controller.physics import to_lattice

FIRM, FREE = 0.8, 0.9  # share of its place that a regiment fills when it no longer gives way, and when it does wholly
STEP = 2.0**-8  # in which that is told, so that a quotient's last bit is none of its business


def gives_way(
    mass: Float[Array, "R H W"], targets: Float[Array, "R H W"], awake: Bool[Array, " R"] | bool = True
) -> Float[Array, " R"]:
    """Return how far each of R regiments gives way, from 0 to 1, by the share of its target that is filled.

    Who is on the march fills little of its target and gives no way; nor does who has been pushed out of its place as
    far as a friend may, or is not awake. A constant in derivatives: a share that is told in steps has no slope.
    """
    own, wanted, filled = (
        in_units(field.astype(jnp.float32)).astype(jnp.float32) for field in (mass, targets, jnp.minimum(mass, targets))
    )
    place = jnp.minimum(own, wanted)
    share = jnp.where(place > 0, filled / jnp.where(place > 0, place, 1), 0)
    told = to_lattice(jnp.clip((share - FIRM) / (FREE - FIRM), 0, 1), STEP)
    return jax.lax.stop_gradient(jnp.where(awake, told, 0))
