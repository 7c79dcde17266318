"""Poisson flow: the flux without curl that would turn the mass into the target (Dacorogna and Moser, 1990)."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller.guidance.speed import limit

THIN = 0.1  # mass per cell below which a cell is not hurried any more


def poisson_flow(mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, "H W 2"]:
    """Return the velocity grad(phi) / (mass + THIN), at most 1, where laplace(phi) = mass - target.

    Assumes an open rectangle with walls: no flux leaves it.
    """
    potential = solve_poisson(mass - target)
    # Mass flows up the potential; a cell moves with the mean of the fluxes through its two opposite faces.
    flux_x = jnp.pad(jnp.diff(potential, axis=1), ((0, 0), (1, 1)))
    flux_y = jnp.pad(jnp.diff(potential, axis=0), ((1, 1), (0, 0)))
    flux = jnp.stack([flux_x[:, 1:] + flux_x[:, :-1], flux_y[1:] + flux_y[:-1]], axis=-1) / 2
    return limit(flux / (mass + THIN)[..., None])


def solve_poisson(source: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return phi with laplace(phi) = source - mean(source) and no flux over the border; phi has mean 0.

    The five-point Laplacian is diagonal in the cosine basis (DCT-II); at game sizes plain matrix products are fastest.
    """
    height, width = source.shape
    rows, columns = cosine_basis(height), cosine_basis(width)
    curvature = laplacian_spectrum(height)[:, None] + laplacian_spectrum(width)
    curvature[0, 0] = 1.0
    spectrum = multiply(multiply(rows, source), columns.T) / curvature
    return multiply(multiply(rows.T, spectrum.at[0, 0].set(0.0)), columns)


def multiply(left: Float[Array, "A B"] | np.ndarray, right: Float[Array, "B C"] | np.ndarray) -> Float[Array, "A C"]:
    """Return the matrix product in full float32, which accelerators would otherwise shorten."""
    return jnp.matmul(left, right, precision=jax.lax.Precision.HIGHEST)


@cache
def cosine_basis(size: int) -> Float[np.ndarray, "size size"]:
    """Return the orthonormal DCT-II matrix: row k is the wave with k half periods."""
    wave = np.cos(np.pi / size * np.outer(np.arange(size), np.arange(size) + 0.5)) * np.sqrt(2 / size)
    wave[0] /= np.sqrt(2)
    return wave.astype(np.float32)


def laplacian_spectrum(size: int) -> Float[np.ndarray, " size"]:
    """Return the eigenvalues of the second difference along one axis."""
    return (2 * np.cos(np.pi * np.arange(size) / size) - 2).astype(np.float32)
