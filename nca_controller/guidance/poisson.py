"""Poisson flow: the flux without curl that would turn the mass into the target (Dacorogna and Moser, 1990)."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.fields import cosines, curvature
from nca_controller.guidance.products import multiply
from nca_controller.guidance.speed import clipped

THIN = 0.1  # mass per cell, added to the divisor: cells with less are not sped up further


def poisson_flow(mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, "H W 2"]:
    """Return the velocity grad(phi) / (mass + THIN), at most 1 long, where laplace(phi) = mass - target.

    Assumes an open rectangle with walls: no flux leaves it.
    """
    return clipped(flux_up(solve_poisson(mass - target)) / (mass + THIN)[..., None])


def flux_up(potential: Float[Array, "H W"]) -> Float[Array, "H W 2"]:
    """Return the gradient (x, y) of a potential, the mean over each cell's two opposite faces; 0 across the border."""
    steps_x = jnp.pad(jnp.diff(potential, axis=1), ((0, 0), (1, 1)))
    steps_y = jnp.pad(jnp.diff(potential, axis=0), ((1, 1), (0, 0)))
    return jnp.stack([steps_x[:, 1:] + steps_x[:, :-1], steps_y[1:] + steps_y[:-1]], axis=-1) / 2


def solve_poisson(source: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return phi with laplace(phi) = source - mean(source) and no flux over the border; phi has mean 0.

    At the game's sizes plain matrix products with the cosine waves are fastest.
    """
    height, width = source.shape
    rows, columns = cosines(height), cosines(width)
    flat = (curvature(height, width) == 0).astype(np.float32)
    spectrum = multiply(multiply(rows, source), columns.T) * (1 - flat) / (curvature(height, width) + flat)
    return multiply(multiply(rows.T, spectrum), columns)
