"""Where a front looks."""

from __future__ import annotations

import math


def direction(angle: float) -> tuple[float, float]:
    """Return the unit vector (x right, y down) of an angle in degrees clockwise from up.

    Mirrored angles have mirrored vectors, to the bit, and quarter turns are exact.
    """
    signed = math.remainder(angle, 360.0)  # from -180 to 180
    turn = abs(signed)
    slant = math.radians(180.0 - turn if turn > 90.0 else turn)  # from the vertical, at most a quarter turn
    right, upright = (1.0, 0.0) if turn == 90.0 else (math.sin(slant), math.cos(slant))
    return math.copysign(right, signed), upright if turn > 90.0 else -upright
