"""Orders onto bad ground in the real game, by either view: ghost, way and notice, from real events."""

from dataclasses import replace

import numpy as np
import pytest
from army import last
from session import Session
from sketches import changed

from engine.formations import standing_place
from engine.orders import GiveOrders, Order
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
    session.mouse_up("right", session.at((64, 38)))
    assert session.game.battle.state.book is book


def reddish(colours):
    """Return the share of these colours that are red, and not as orange as the army."""
    red, green, blue = np.moveaxis(colours.reshape(-1, 3), -1, 0)
    return np.mean((red > 150) & (green < 0.4 * red) & (blue < 0.4 * red))


def test_before_the_button_is_up_a_dark_ghost_a_cross_and_a_line_say_that_and_why_it_cannot_be(session):
    book, commands = session.game.battle.state.book, list(session.commands)
    before = session.picture()
    session.drag("right", session.at((56, 38)), session.at((60, 38)), session.at((64, 38)), done=False)
    scene, refusal = session.game.scene(), "no way leads there from where they stand"
    assert scene.refused and len(scene.preview.position) == 240
    assert session.game.notice != refusal and scene.status.count(("", refusal)) == 1
    assert not [mark for mark in scene.marks if mark.kind == "way"]
    (cross,) = [mark for mark in scene.marks if mark.kind == "refused"]
    (place,) = cross.points
    assert place == pytest.approx(scene.preview.position.mean(axis=0), abs=0.6)
    refusing = session.picture()
    assert reddish(near(before, session, place)) == 0 and reddish(near(refusing, session, place)) > 0.2
    session.mouse_up("right", session.at((64, 38)))
    assert session.game.notice == refusal and session.game.scene().status.count(("", refusal)) == 1
    assert session.game.battle.state.book is book and session.commands == commands
    assert not session.game.scene().refused and session.game.scene().preview is None
    session.drag("right", session.at((8, 26)), session.at((12, 26)), session.at((16, 26)), done=False)
    allowed = session.game.scene()
    assert not allowed.refused and not [mark for mark in allowed.marks if mark.kind == "refused"]
    fair, other = session.picture(), allowed.preview.position.mean(axis=0)
    dark, light = (near(picture, session, (x + 3.3, y)) for picture, (x, y) in ((refusing, place), (fair, other)))
    assert dark[..., 0].mean() < 0.7 * light[..., 0].mean()  # darker than any side's soldiers


def test_paint_on_closed_ground_is_refused_while_it_is_painted(session):
    session.press("b")
    wall = [session.at(place) for place in ((35.5, 20), (35.5, 24), (35.5, 28))]
    session.game.mouse.radius = 1.0
    session.drag("left", *wall, done=False)
    scene = session.game.scene()
    assert scene.refused and ("", "no open ground was painted") in scene.status
    assert scene.preview is not None
    session.mouse_up("left", wall[-1])
    assert session.game.notice == "no open ground was painted" and session.commands == []


def test_a_click_that_is_held_shows_its_ghost_too(session):
    at = session.at(ISLAND)
    session.drag("right", at, at, done=False)
    assert session.game.scene().preview is None  # it may still be a quick one
    session.play(0.4)
    assert session.game.scene().refused and len(session.game.scene().preview.position) == 240
    session.mouse_up("right", at)
    open_place = session.at((24, 20))
    session.drag("right", open_place, open_place, done=False)
    session.play(0.4)
    ghost = session.game.scene()
    assert not ghost.refused and [mark.kind for mark in ghost.marks] == ["way"]
    session.mouse_up("right", open_place)
    assert np.allclose(session.game.battle.state.placements[0].slots(240), ghost.preview.position)


def test_of_several_the_line_names_the_one_who_cannot_go(session):
    session.click("left", session.at((16, 12)), hold=["left shift"])
    session.click("right", session.at((60, 47)))  # one would stand in the island's south, the other in its middle
    assert session.game.notice == "B: no way leads there from where they stand"
    assert session.commands == []


def test_the_routes_of_waiting_orders_lead_by_way_to_where_they_will_be_fitted(session):
    session.click("right", session.at((24, 20)))
    session.click("right", session.at((48, 22)), hold=["left shift"])
    session.click("right", session.at((34.4, 30)), hold=["left shift"])  # into the wall: fitted beside it
    open_cells = session.game.setup.ground.open_cells
    (route,) = [mark for mark in session.game.scene().marks if mark.kind == "waypoint"]
    for one, other in zip(route.points[:-1], route.points[1:], strict=True):
        column, row = (one + np.linspace(0, 1, 200)[:, None] * (other - one)).astype(int).T
        assert open_cells[row, column].all()
    assert len(route.stops) == 3 and route.stops[-1] == len(route.points) - 1 > 3
    assert route.points[list(route.stops)][:2] == pytest.approx(np.array([(24, 20), (48, 22)]), abs=0.6)
    seen = session.picture()
    last_stop, bend = session.at((60, 12)), route.points[2]
    with session.holding("left shift"):
        session.drag("right", session.at((50, 12)), session.at((54, 12)), last_stop, done=False)
        (way,) = [mark for mark in session.game.scene().marks if mark.kind == "way"]
    assert way.points[0] == pytest.approx(route.points[-1])  # a waiting order begins where the one before it ends
    session.press("escape")
    session.press("escape")  # nobody is selected, and no route is drawn
    assert changed(near(session.picture(), session, bend, 9), near(seen, session, bend, 9)).any()
    battle = session.game.battle
    battle.execute(GiveOrders(((0, battle.state.waiting_orders[0][1]),)))
    assert standing_place(battle.state.placements[0].target) == pytest.approx(route.points[-1])


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
