"""Where a front looks: exact at quarter turns, and mirrored to the bit."""

import numpy as np
import pytest

from engine.formations import direction


@pytest.mark.parametrize("angle", [0.0, 12.5, 45.0, 89.75, 90.0, 135.0, 180.0])
def test_mirrored_fronts_are_mirrored_to_the_bit(angle):
    right, down = direction(angle)
    assert direction(-angle) == (-right, down)
    assert direction(180.0 - angle) == (right, -down)
    assert (right, down) == pytest.approx((np.sin(np.radians(angle)), -np.cos(np.radians(angle))), abs=1e-15)


def test_quarter_turns_are_exact():
    assert [direction(angle) for angle in (0.0, 90.0, 180.0, 270.0)] == [(0, -1), (1, 0), (0, 1), (-1, 0)]
