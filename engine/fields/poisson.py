"""The flux that carries an excess away, by a Poisson equation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from engine.fields.cosines import cosines, curvature

Field = Float[np.ndarray, "H W"]


def flux_for(excess: Field, smoothing: float) -> tuple[Float[np.ndarray, "H W+1"], Float[np.ndarray, "H+1 W"]]:
    """Return the smallest flux over faces whose divergence is the smoothed excess: it carries the excess away.

    Solves laplace(potential) = excess with no flux through the border, by a cosine transform (Dacorogna, Moser 1990).
    `smoothing` is the standard deviation, in cells, of the Gaussian that the excess is blurred with beforehand.
    """
    rows, columns = cosines(excess.shape[0]), cosines(excess.shape[1])
    spectrum = rows @ excess @ columns.T * _inverse_laplacian(excess.shape, smoothing)
    potential = rows.T @ spectrum @ columns
    height, width = excess.shape
    flux_x, flux_y = np.zeros((height, width + 1), np.float32), np.zeros((height + 1, width), np.float32)
    np.subtract(potential[:, 1:], potential[:, :-1], out=flux_x[:, 1:-1])
    np.subtract(potential[1:], potential[:-1], out=flux_y[1:-1])
    return flux_x, flux_y


@lru_cache(maxsize=64)
def _inverse_laplacian(grid: tuple[int, int], smoothing: float) -> Field:
    """Return the factor on each wave that blurs and then undoes the five-point Laplacian."""
    laplacian = curvature(*grid).copy()
    laplacian[0, 0] = 1.0
    inverse = np.exp(0.5 * smoothing**2 * laplacian) / laplacian
    inverse[0, 0] = 0.0  # the mean cannot be pushed anywhere
    return inverse.astype(np.float32)
