"""What each channel of an AdvectionNCA's state holds, and states made from a field of mass."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller.physics import as_floats


class ADVECTION_CHANNELS:  # noqa: N801  the seed's name
    """Indices of the 16 channels."""

    TOTAL = 16
    RGB = slice(0, 3)  # what stands on a cell: its own regiment in red, others in green, walls in blue
    MASS = 3
    VELOCITY = slice(4, 6)
    VELOCITY_X = 4
    VELOCITY_Y = 5
    TARGET_VELOCITY = slice(6, 8)
    TARGET_VX = 6
    TARGET_VY = 7
    HIDDEN = slice(8, 16)
    HIDDEN_START = 8
    HIDDEN_END = 16


PRESENT = 0.01  # mass above which a cell counts as occupied
WAKING = 0.1  # what the hidden channels start from where a cell is occupied


def create_formation_from_alpha(
    alpha: Float[Array, "*batch H W"] | Float[np.ndarray, "*batch H W"],
    rgb: tuple[float, float, float] = (1.0, 0.0, 0.0),
) -> Float[Array, "*batch H W 16"]:
    """Return the initial state of cells with this mass, at rest."""
    mass = as_floats("alpha", alpha, kind=jnp.float32)[..., None]
    occupied = (mass > PRESENT).astype(jnp.float32)
    velocities = jnp.zeros((*mass.shape[:-1], 4), jnp.float32)
    hidden = jnp.broadcast_to(WAKING * occupied, (*mass.shape[:-1], 8))
    return jnp.concatenate(
        [
            occupied * jnp.broadcast_to(as_floats("rgb", rgb, "3", jnp.float32), (*mass.shape[:-1], 3)),
            mass,
            velocities,
            hidden,
        ],
        axis=-1,
    )


def create_advection_seed(height: int, width: int, mass: float = 1.0, size: int = 8) -> Float[Array, "H W 16"]:
    """Return the state of a square block of `size` cells in the middle of the field, each holding `mass`."""
    top, left = (height - size) // 2, (width - size) // 2
    alpha = jnp.zeros((height, width), jnp.float32).at[top : top + size, left : left + size].set(mass)
    return create_formation_from_alpha(alpha)
