"""Velocities of regiments as arrows: one for the men of each small square of the field."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.view.scene import Arrows

APART = 20.0  # pixels between two arrows, about
SPARSE = 0.15  # density of a square below which it has no arrow


def pitch(scale: float) -> int:
    """Return how many cells a square spans along each side when a cell has `scale` pixels."""
    return max(round(APART / max(scale, 1e-3)), 1)


def arrows(kind: str, mass: Float[np.ndarray, "R H W"], velocity: Float[np.ndarray, "R H W 2"], across: int) -> Arrows:
    """Return each regiment's mean velocity, weighted by mass, in squares of so many cells across."""
    weight = pooled(mass, across)
    moved = np.stack([pooled(mass * velocity[..., axis], across) for axis in (0, 1)], axis=-1)
    held = weight > SPARSE * across**2
    row, column = np.nonzero(held)[1:]
    mean = moved[held] / weight[held][:, None]
    place = (np.stack([column, row], axis=1) + 0.5) * across
    return Arrows("plan" if kind == "plan" else "velocity", place, mean)


def pooled(field: Float[np.ndarray, "R H W"], across: int) -> Float[np.ndarray, "R h w"]:
    """Return the sums over squares of cells; what the last row and column lack counts as nothing."""
    regiments, height, width = field.shape
    rows, columns = -(-height // across), -(-width // across)
    padded = np.zeros((regiments, rows * across, columns * across), dtype=np.float32)
    padded[:, :height, :width] = field
    return padded.reshape(regiments, rows, across, columns, across).sum(axis=(2, 4))
