"""Three regiments of the player's and one of another side, in a view that the tests of a module share."""

from dataclasses import replace

import pytest
from army import MASSES, PLACES
from session import Session

from engine.orders.order import Order
from engine.scenarios.regiment import Regiment


@pytest.fixture
def army(campaign):
    """Three regiments of the player's, and one of another side."""
    return replace(
        campaign,
        scenario=replace(
            campaign.scenario,
            regiments=tuple(
                Regiment(name, side, mass, int(4 * mass), "one")
                for name, side, mass in zip("ABCX", (0, 0, 0, 1), MASSES, strict=True)
            ),
            orders=tuple(Order("phalanx", place) for place in PLACES),
            heaped=False,
            player=0,
        ),
    )


@pytest.fixture
def offscreen(shared_offscreen):
    return shared_offscreen


@pytest.fixture
def session(army, offscreen, tmp_path):
    session = Session(army, offscreen, tmp_path)
    session.muster()
    session.press("space")  # nobody walks while orders are given
    return session


@pytest.fixture
def alone(campaign, offscreen, tmp_path):
    """A player's only regiment."""
    session = Session(campaign, offscreen, tmp_path)
    session.muster()
    session.press("space")
    return session
