"""Three regiments of the player's and one of another side, in a view that the tests of a module share."""

from dataclasses import replace

import pytest
from army import MASSES, PLACES
from session import Session

from engine.controls.selection import Selection
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment


@pytest.fixture
def army(campaign):
    """Three regiments of the player's, and one of another side."""
    return army_of(campaign)


def army_of(campaign, player=0):
    """Return the setup of three regiments of one side and one of another."""
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
            player=player,
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
def game_of(campaign, shared_offscreen, tmp_path_factory):
    """Return the paused game of the army for the player of a side, or of both for None: as at its start, each time.

    A game serves all tests of a module, for to begin one takes longer than they do.
    """
    games = {}

    def begin(player=0):
        if player not in games:
            session = Session(army_of(campaign, player), shared_offscreen, tmp_path_factory.mktemp("game"))
            session.muster()
            session.press("space")
            games[player] = session, session.game.battle.state
        session, state = games[player]
        session.game.battle.state = state
        session.game.battle.log.clear()
        session.game.player.selection = Selection()
        session.game.player.command = session.game.command
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
