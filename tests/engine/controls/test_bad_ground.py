"""Orders onto bad ground in the real game, by either view: ghost, way and notice, from real events."""

from dataclasses import replace

import numpy as np
import pytest
from army import last
from session import Session
from sketches import changed

from engine.orders import Order
from engine.plugin import Ground
from engine.scenarios import Regiment

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")
WALL, GATE = np.s_[6:48, 34:37], (35.5, 3.0)  # the only way from left to right leads through the gate above the wall
ISLAND = (60.0, 38.0)


@pytest.fixture
def walled(campaign):
    cells = np.ones((48, 72), bool)
    cells[WALL] = False
    cells[30:46, 52:68] = False
    cells[32:44, 54:66] = True
    regiments = tuple(Regiment(name, 0, 60.0, 240, "one") for name in "AB")
    orders = (Order("phalanx", (16, 30)), Order("phalanx", (16, 12)))
    scenario = replace(campaign.scenario, ground=Ground(cells), regiments=regiments, orders=orders, heaped=False)
    return replace(campaign, scenario=scenario)


@pytest.fixture
def session(walled, view, tmp_path):
    session = Session(walled, view, tmp_path)
    session.muster()
    session.press("space")
    session.click("left", session.at((16, 30)))
    return session


def near(picture, session, place, reach=6):
    column, row = session.at(place)
    return picture[row - reach : row + reach + 1, column - reach : column + reach + 1]


def test_the_ghost_keeps_to_this_side_of_a_wall_and_the_way_leads_through_the_gate(session):
    before = session.picture()
    session.drag("right", session.at((24, 30)), session.at((30, 30)), session.at((46, 30)), done=False)
    scene = session.game.scene()
    column, row = scene.preview.position.astype(int).T
    open_cells = session.game.setup.ground.open_cells
    assert len(row) == 240 and open_cells[row, column].all()
    assert (column < 34).all()  # its middle lies at 35, nearer to the left
    session.drag("right", session.at((24, 30)), session.at((50, 30)))  # another button lets go of it
    session.drag("right", session.at((42, 20)), session.at((50, 20)), session.at((58, 20)), done=False)
    after = session.picture()
    scene = session.game.scene()
    (way,) = (mark for mark in scene.marks if mark.kind == "way")
    assert len(way.points) >= 3
    assert np.hypot(*(way.points - GATE).T).min() < 4
    assert (scene.preview.position[:, 0] > 37).all()
    shown = changed(before, after)
    for one, other in zip(way.points[:-1], way.points[1:], strict=True):
        seen = [near(shown, session, one + share * (other - one)).any() for share in np.linspace(0.1, 0.9, 15)]
        assert np.mean(seen) > 0.6  # it is dashed
    assert not near(shown, session, (30.0, 44.0)).any()
    session.mouse_up("right", session.at((58, 20)))
    assert np.allclose(session.game.battle.state.placements[0].slots(240), scene.preview.position)
    assert not [mark for mark in session.game.scene().marks if mark.kind == "way"]


def test_an_order_to_an_island_is_one_line_in_the_window_and_the_old_one_stands(session):
    book, commands = session.game.battle.state.book, list(session.commands)
    before = session.picture()
    session.click("right", session.at(ISLAND))
    assert session.game.notice == "no way leads there from where they stand"
    assert ("", session.game.notice) in session.game.scene().status
    assert session.game.battle.state.book is book and session.commands == commands
    assert changed(before, session.picture()).any()  # the line
    session.drag("right", session.at((56, 38)), session.at((60, 38)), session.at((64, 38)), done=False)
    scene = session.game.scene()
    assert scene.preview is None and not [mark for mark in scene.marks if mark.kind == "way"]
    session.mouse_up("right", session.at((64, 38)))
    assert session.game.battle.state.book is book


def test_an_order_into_a_wall_is_fitted_and_carried_out(session):
    session.click("right", session.at((35.5, 30)))
    ((_, order),) = last(session).orders
    target = session.game.battle.state.placements[0].target
    assert order.centre[0] == pytest.approx(35.5, abs=0.3)
    assert target.sum(dtype=np.float64) == 60 and not target[WALL].any()
    assert target[:, :34].sum() in (0, 60)  # all on one side


def test_the_ghost_of_an_order_onto_a_friend_lies_beside_it(session):
    session.drag("right", session.at((11, 9)), session.at((15, 9)), session.at((21, 9)), done=False)
    preview = session.game.scene().preview.position
    friend = session.game.battle.state.placements[1].target
    column, row = preview.astype(int).T
    assert (friend[row, column] == 0).all()
    session.mouse_up("right", session.at((21, 9)))
    assert np.allclose(session.game.battle.state.placements[0].slots(240), preview)
