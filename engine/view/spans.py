"""Which parts of a field have anything to draw: rectangles that leave out its empty rest."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

STRIP = 4  # rows of cells that a rectangle is high


def spans(held: Bool[np.ndarray, "H W"], beyond: int = 0) -> Float[np.ndarray, "N 4"]:
    """Return rectangles (left, top, right, bottom in cells) that cover all cells that are held, and none twice.

    They reach at least `beyond` cells around each of them, where the field goes so far.
    """
    height, width = held.shape
    strips = -(-height // STRIP)
    padded = np.zeros((strips * STRIP + 2 * beyond, width + 2 * beyond), dtype=bool)
    padded[beyond : beyond + height, beyond : beyond + width] = held
    rows = np.zeros((strips, width + 2 * beyond), dtype=bool)
    for shift in range(STRIP + 2 * beyond):
        rows |= padded[shift : shift + (strips - 1) * STRIP + 1 : STRIP]
    wide = np.zeros((strips, width + 2), dtype=bool)  # an empty column at each end closes every run
    for shift in range(2 * beyond + 1):
        wide[:, 1:-1] |= rows[:, shift : shift + width]
    edges = np.diff(wide.astype(np.int8), axis=1)
    strip, left = np.nonzero(edges == 1)
    right = np.nonzero(edges == -1)[1]
    top = strip * STRIP
    return np.stack([left, top, right, np.minimum(top + STRIP, height)], axis=1).astype(np.float32)
