"""Gradients through losses, morale and fatigue are those of the battle, by central differences."""

import pytest
from battle_slopes import TOLD, agreement

from nca_controller.physics import LIMITERS

# Limiters have kinks of their own, at which differences and derivatives part by some 3e-4 from the first ticks on.
MOST_APART = {"donor_cell": 1e-3, "superbee": 1.1e-3}


@pytest.mark.long
@pytest.mark.parametrize("name", MOST_APART)
def test_over_a_hundred_ticks(name):
    found = agreement(100, LIMITERS[name])
    assert all(found[one] < MOST_APART[name] for one in TOLD), found


@pytest.mark.long
def test_with_donor_cell_over_three_hundred():
    found = agreement(300, LIMITERS["donor_cell"])
    assert all(found[one] < 1e-2 for one in TOLD), found


@pytest.mark.long
def test_over_a_few():
    found = agreement(12, LIMITERS["donor_cell"])
    assert all(found[one] < 1e-3 for one in TOLD), found
