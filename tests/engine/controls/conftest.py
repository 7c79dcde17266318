"""Three regiments of the player's and one of another side, in a view that the tests of a module share."""

from dataclasses import replace
from functools import partial

import pytest
from army import MASSES, PLACES
from session import Session
from skirmish import Skirmish

from engine import units
from engine.controls.selection import Selection
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment


@pytest.fixture
def army(setup_of):
    """Three regiments of the player's, and one of another side."""
    return setup_of()


@pytest.fixture(scope="module")
def setup_of(campaign):
    """Return the army's setup for a player, with combat or without: see `army_of`."""
    return partial(army_of, campaign)


def army_of(campaign, player=0, combat=False):
    """Return the setup of three regiments of one side and one of another, who fight where there is combat."""
    return replace(
        campaign,
        simulation=Skirmish if combat else campaign.simulation,
        units=units.load(),
        scenario=replace(
            campaign.scenario,
            regiments=tuple(
                Regiment(name, side, mass, int(4 * mass), "one")
                for name, side, mass in zip("ABCX", (0, 0, 0, 1), MASSES, strict=True)
            ),
            orders=tuple(Order("phalanx", place) for place in PLACES),
            heaped=False,
            player=player,
            combat=combat,
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


@pytest.fixture(scope="module")
def game_of(setup_of, shared_offscreen, tmp_path_factory):
    """Return the paused game of the army for the player of a side, or of both for None: as at its start, each time.

    With `combat` its regiments fight.

    A game serves all tests of a module, for to begin one takes longer than they do.
    """
    games = {}

    def begin(player=0, combat=True):
        if (player, combat) not in games:
            session = Session(setup_of(player, combat), shared_offscreen, tmp_path_factory.mktemp("game"))
            session.muster()
            session.press("space")
            games[player, combat] = session, session.game.battle.state
        session, state = games[player, combat]
        session.game.battle.state = state
        session.game.battle.log.clear()
        session.game.player.selection = Selection()
        session.game.mouse.in_hand = session.game.mouse.drag = None
        session.game.mouse.camera_control.whole()
        session.game.notice = ""
        session.hover((1, 1))
        return session

    return begin


@pytest.fixture
def alone(campaign, offscreen, tmp_path):
    """A player's only regiment."""
    session = Session(campaign, offscreen, tmp_path)
    session.muster()
    session.press("space")
    return session
