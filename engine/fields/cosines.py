"""The cosine waves of a walled field: its Laplacian is diagonal in them, so a Poisson equation is four products."""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import Float


@cache
def cosines(size: int) -> Float[np.ndarray, "size size"]:
    """Return the orthonormal cosine basis (DCT-II), one wave a row; its transpose undoes it."""
    waves, cells = np.arange(size)[:, None], np.arange(size)[None, :]
    basis = np.cos(np.pi * waves * (cells + 0.5) / size) * np.sqrt(2.0 / size)
    basis[0] /= np.sqrt(2.0)
    return basis.astype(np.float32)


@cache
def curvature(height: int, width: int) -> Float[np.ndarray, "height width"]:
    """Return what the five-point Laplacian without flux through the border makes of each wave: 0 for the flat one."""
    rows = 2.0 * np.cos(np.pi * np.arange(height) / height) - 2.0
    columns = 2.0 * np.cos(np.pi * np.arange(width) / width) - 2.0
    return (rows[:, None] + columns).astype(np.float32)
