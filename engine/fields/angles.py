"""Angles without whole turns."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def wrap_degrees(angle: float) -> float:
    """Return an angle in degrees without whole turns: at least 0, below 360."""
    return angle % 360 % 360  # twice, since a hair below 0 is 360 after the first


def wrap_radians(angle: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Return the same turns the short way round, in radians: within half a circle. Arrays are float32."""
    return (angle + np.float32(np.pi)) % np.float32(2.0 * np.pi) - np.float32(np.pi)
