"""Diffusion in flux form: mass spreads from fuller to emptier neighbours, exactly conservative, stopped by walls."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice
from nca_controller.physics.terrain import Terrain


def diffuse(
    mass: Float[Array, "R H W"],
    rate: float,
    terrain: Terrain | None = None,
    *,
    quantum: float | None = QUANTUM,
) -> Float[Array, "R H W"]:
    """Return the mass after `rate` times the difference has crossed every face (explicit heat equation).

    With a rate in [0, 0.25] a cell's new mass lies between the least and the greatest around it, so it stays positive
    and, where one regiment stands on ground of even capacity, below it. Totals are kept as `advect` keeps them.

    Raises ValueError for a rate outside [0, 0.25].
    """
    if not 0 <= rate <= 0.25:
        raise ValueError(f"rate must lie in [0, 0.25], not {rate}")
    terrain = terrain if terrain is not None else Terrain.plain(*mass.shape[1:])
    open_right, open_down = terrain.open_faces()
    right = to_lattice(rate * jnp.where(open_right, mass - jnp.roll(mass, -1, axis=2), 0), quantum)
    down = to_lattice(rate * jnp.where(open_down, mass - jnp.roll(mass, -1, axis=1), 0), quantum)
    return mass - right + jnp.roll(right, 1, axis=2) - down + jnp.roll(down, 1, axis=1)
