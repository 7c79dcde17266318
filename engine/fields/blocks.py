"""Sums over square blocks of cells."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def block_sums(field: Float[np.ndarray, "R H W"], across: int) -> Float[np.ndarray, "R h w"]:
    """Return the sums over squares `across` cells wide; cells that the last row and column lack count as 0."""
    regiments, height, width = field.shape
    rows, columns = -(-height // across), -(-width // across)
    padded = np.zeros((regiments, rows * across, columns * across), dtype=np.float32)
    padded[:, :height, :width] = field
    return padded.reshape(regiments, rows, across, columns, across).sum(axis=(2, 4))
