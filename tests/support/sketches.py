"""Small scenes to draw, and the question that is asked of their pictures."""

from __future__ import annotations

import numpy as np

from engine.view.scene import DrawnSoldiers

SIZE = (960, 540)  # of the picture, in pixels
GRID = (64, 96)  # of the field, in cells


def men(*positions: tuple[float, float], facing=0.0, walked=0.0, side=0, spacing=4.0) -> DrawnSoldiers:
    """Men at these places (x, y in cells), drawn large enough to look at."""
    count = len(positions)
    return DrawnSoldiers(
        np.array(positions, dtype=float).reshape(count, 2),
        np.full(count, facing),
        np.full(count, walked),
        np.broadcast_to(side, count),
        spacing,
    )


def block(top: int, bottom: int, left: int, right: int, density: float = 1.0) -> np.ndarray:
    """An ordered formation: a rectangle of cells."""
    ghost = np.zeros(GRID)
    ghost[top:bottom, left:right] = density
    return ghost


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Where two pictures differ visibly."""
    return np.abs(after - before).max(axis=-1) > 6
