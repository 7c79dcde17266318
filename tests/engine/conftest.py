"""A small army on a small field, moved by a simulation in NumPy, and a view without a screen."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from stand_in import GROUND, MASS, MEN, StandIn

from engine import formations
from engine.battle.battle import Battle
from engine.battle.setup import BattleSetup
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment
from engine.scenarios.scenario import Scenario
from engine.view.base import View
from engine.view.opening import open_view


@pytest.fixture
def campaign() -> BattleSetup:
    return BattleSetup(
        simulation=StandIn,
        controllers={"one": object, "two": object},
        formations=formations.load(),
        scenario=Scenario(
            title="a small army",
            ground=GROUND,
            regiments=(Regiment("army", 0, MASS, MEN, "one"),),
            orders=(Order("line", GROUND.middle),),
            heaped=True,
        ),
    )


@pytest.fixture
def battle(campaign: BattleSetup) -> Battle:
    return campaign.build()


@contextmanager
def opened_offscreen() -> Iterator[View]:
    """Open a view with OpenGL; without it the test is skipped, except under CI, where it fails."""
    view = open_view((640, 360), visible=False)
    try:
        if not view.description.startswith("OpenGL"):
            if os.environ.get("CI"):
                pytest.fail(f"OpenGL has to work under CI: {view.description}")
            pytest.skip(view.description)
        yield view
    finally:
        view.close()


@pytest.fixture
def offscreen() -> Iterator[View]:
    """A view of the test's own."""
    with opened_offscreen() as view:
        yield view


@pytest.fixture(scope="module")
def shared_offscreen() -> Iterator[View]:
    """One view for all tests of a module: opening it costs more than playing."""
    with opened_offscreen() as view:
        yield view
