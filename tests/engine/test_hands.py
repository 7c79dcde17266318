"""Each gesture in the real game, in a view without a screen: events are posted, commands and pictures looked at."""

import math
from dataclasses import replace

import numpy as np
import pytest
from session import FRAME, Session

from engine.commands import Charge, Form, Halt, Obey
from engine.orders import Order
from engine.regiments import Regiment
from engine.view.camera import looking_at, whole_field

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")

PLACES = ((18, 14), (36, 14), (54, 14), (36, 40))  # where the regiments stand
MASSES = (40.0, 80.0, 40.0, 40.0)


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
    session.until(lambda: session.game.battlefield)
    session.press("space")  # nobody walks while orders are given
    return session


@pytest.fixture
def alone(campaign, offscreen, tmp_path):
    """A player's only regiment."""
    session = Session(campaign, offscreen, tmp_path)
    session.until(lambda: session.game.battlefield)
    session.press("space")
    return session


def chosen(session):
    return session.game.captain.selection.chosen


def last(session):
    return session.commands[-1]


class TestSelection:
    def test_a_click_selects_the_regiment_that_stands_there(self, session):
        for regiment in (0, 1, 2):
            session.click("left", session.at(PLACES[regiment]))
            assert chosen(session) == (regiment,)
        session.click("left", session.at((36, 28)))
        assert chosen(session) == ()

    def test_the_other_side_cannot_be_selected(self, session):
        session.click("left", session.at(PLACES[3]))
        assert chosen(session) == ()
        session.drag("left", session.at((1, 1)), session.at((70, 47)))
        assert chosen(session) == (0, 1, 2)

    def test_who_plays_both_sides_selects_all(self, army, offscreen, tmp_path):
        session = Session(replace(army, scenario=replace(army.scenario, player=None)), offscreen, tmp_path)
        session.until(lambda: session.game.battlefield)
        session.click("left", session.at(PLACES[3]))
        assert chosen(session) == (3,)

    def test_a_box_selects_those_in_it_and_shows_them_while_it_is_drawn(self, session):
        session.drag("left", session.at((60, 24)), session.at((40, 20)), session.at((28, 5)), done=False)
        scene = session.game.scene()
        (mark,) = scene.marks
        assert (mark.kind, mark.closed, len(mark.points)) == ("selection", True, 4)
        marked = np.repeat([False, True, True, False], [160, 320, 160, 160])
        assert (scene.soldiers.selected == marked).all()
        assert chosen(session) == ()
        session.drag("left", session.at((60, 24)), session.at((28, 5)))
        session.drag("left", session.at((60, 24)), session.at((28, 5)))
        assert chosen(session) == (1, 2)

    def test_shift_adds_and_takes_away(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("left", session.at(PLACES[2]), hold=["left shift"])
        assert chosen(session) == (0, 2)
        session.drag("left", session.at((28, 5)), session.at((45, 24)), hold=["left shift"])
        assert chosen(session) == (0, 1, 2)
        session.click("left", session.at(PLACES[0]), hold=["left shift"])
        assert chosen(session) == (1, 2)
        session.click("left", session.at((36, 28)), hold=["right shift"])
        assert chosen(session) == (1, 2)

    def test_a_hand_that_shakes_draws_no_box(self, session):
        x, y = session.at(PLACES[1])
        session.drag("left", (x, y), (x + 3, y + 2), (x + 1, y))
        assert chosen(session) == (1,)

    def test_select_all(self, session):
        press_with(session, "left ctrl", "a")
        assert chosen(session) == (0, 1, 2)

    def test_the_selected_are_marked_in_the_picture(self, session):
        before = session.picture()
        session.click("left", session.at(PLACES[1]))
        after = session.picture()
        here, there = around(session, PLACES[1]), around(session, PLACES[0])
        assert session.game.scene().soldiers.selected.sum() == 320
        assert (before[here] != after[here]).any()
        assert (before[there] == after[there]).all()


class TestGroups:
    def test_a_group_is_stored_and_recalled(self, session):
        session.drag("left", session.at((28, 5)), session.at((70, 24)))
        press_with(session, "left ctrl", "3")
        assert session.game.notice == "group 3: B, C"
        session.click("left", session.at(PLACES[0]))
        press_with(session, "left ctrl", "9")
        press_with(session, "left alt", "3")
        assert chosen(session) == (1, 2)
        press_with(session, "left alt", "9")
        assert chosen(session) == (0,)
        assert session.commands == []

    def test_an_empty_group_selects_nobody_else(self, session):
        session.click("left", session.at(PLACES[0]))
        press_with(session, "left alt", "5")
        assert chosen(session) == (0,)
        assert session.game.notice == "group 5 is empty: Ctrl+5 stores the selected"

    def test_recalling_it_twice_goes_there(self, session):
        session.click("left", session.at(PLACES[2]))
        press_with(session, "left ctrl", "1")
        before = session.game.hands.outlook.camera
        press_with(session, "left alt", "1")
        session.play(1.0)
        press_with(session, "left alt", "1")
        assert session.game.hands.outlook.camera == before
        press_with(session, "left alt", "1")
        assert is_watched(session, PLACES[2])

    def test_clicking_a_regiment_twice_goes_there(self, session):
        pixel = session.at(PLACES[0])
        session.click("left", pixel)
        session.play(1.0)
        session.click("left", pixel)
        assert session.game.hands.outlook.middle == pytest.approx((36, 24), abs=0.5)
        session.click("left", pixel)
        assert is_watched(session, PLACES[0])


class TestOrders:
    def test_a_right_click_moves_the_selected_and_nobody_else(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("right", session.at((20, 30)))
        ((regiment, order),) = last(session).orders
        assert regiment == 0
        assert order == replace(session.game.battlefield.orders[0], centre=order.centre)
        assert order.centre == pytest.approx((20, 30), abs=0.2)
        assert not last(session).queued

    def test_several_move_as_they_stand_to_each_other(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.click("right", session.at((36, 30)))
        assert [order.centre for _, order in last(session).orders] == [
            pytest.approx((x, y + 16), abs=0.2) for x, y in PLACES[:3]
        ]

    def test_who_has_selected_nobody_is_told(self, session):
        session.click("right", session.at((20, 30)))
        assert session.commands == []
        assert session.game.notice.startswith("nobody is selected")

    def test_it_is_told_before_a_line_is_drawn_for_nobody(self, session):
        session.drag("right", session.at((20, 30)), session.at((50, 30)), done=False)
        assert session.game.notice.startswith("nobody is selected")
        assert session.game.scene().marks == ()

    def test_in_a_pause_the_banner_makes_room_for_orders(self, session):
        assert session.game.scene().banner == "Paused"
        session.click("left", session.at(PLACES[0]))
        assert session.game.scene().banner is None
        assert ("speed", "x1, paused") in session.game.scene().status
        session.press("escape")
        assert session.game.scene().banner == "Paused"

    def test_an_only_regiment_needs_no_selection(self, alone):
        alone.click("right", alone.at((30, 20)))
        assert last(alone).orders[0][1].centre == pytest.approx((30, 20), abs=0.2)

    def test_a_right_drag_sets_place_facing_and_frontage(self, session):
        session.click("left", session.at(PLACES[1]))
        session.drag("right", session.at((50, 24)), session.at((50, 30)), session.at((50, 40)))
        ((_, order),) = last(session).orders
        stand = session.game.battlefield.stands[1]
        assert order.frontage == pytest.approx(16, abs=0.3)
        assert stand.angle == pytest.approx(90)  # drawn downwards, it faces to the right
        assert (stand.centre[0] + stand.depth / 2, stand.centre[1]) == pytest.approx((50, 32), abs=0.3)
        assert 16 * stand.depth == pytest.approx(80, rel=0.05)

    def test_several_share_the_line_in_proportion_to_their_mass(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.drag("right", session.at((10, 30)), session.at((60, 30)))
        orders = dict(last(session).orders)
        assert orders[1].frontage == pytest.approx(2 * orders[0].frontage) == pytest.approx(2 * orders[2].frontage)
        assert sum(order.frontage for order in orders.values()) == pytest.approx(50 - 2 * 1.5, abs=0.3)
        assert [orders[r].centre[0] for r in (0, 1, 2)] == sorted(orders[r].centre[0] for r in (0, 1, 2))
        targets = np.sum([session.game.battlefield.stands[r].target for r in (0, 1, 2)], axis=0)
        assert targets.max() <= 1.0

    def test_the_ghost_shows_exactly_the_men_there_are_where_they_will_stand(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        before = session.picture()
        session.drag("right", session.at((10, 30)), session.at((30, 32)), session.at((60, 36)), done=False)
        scene = session.game.scene()
        assert len(scene.preview.position) == 160 + 320 + 160
        assert {mark.kind for mark in scene.marks} == {"drawn", "facing"}
        ghost = session.picture()
        assert session.commands == []
        shown = np.mean([(ghost[pixel] != before[pixel]).any() for pixel in pixels(session, scene.preview.position)])
        assert shown > 0.9
        session.drag("right", session.at((10, 30)), session.at((60, 36)))  # lets go of the stroke in hand
        session.drag("right", session.at((10, 30)), session.at((30, 32)), session.at((60, 36)))
        stands = session.game.battlefield.stands
        there = np.concatenate([stands[r].slots(int(4 * MASSES[r])) for r in (0, 1, 2)])
        assert np.allclose(scene.preview.position, there)
        assert session.game.scene().preview is None

    def test_a_short_right_drag_is_a_click(self, session):
        session.click("left", session.at(PLACES[1]))
        x, y = session.at((36, 30))
        session.drag("right", (x, y), (x + 9, y + 4))
        assert last(session).orders[0][1].frontage is None

    def test_another_button_or_escape_lets_go_of_it(self, session):
        session.click("left", session.at(PLACES[1]))
        session.drag("right", session.at((20, 30)), session.at((50, 30)), done=False)
        session.press("escape")
        assert session.game.hands.stroke is None
        assert session.game.running
        session.drag("right", session.at((20, 30)), session.at((50, 30)), done=False)
        session.click("left", session.at((50, 30)))
        assert session.commands == []
        assert chosen(session) == (1,)

    def test_the_camera_may_move_while_a_line_is_drawn(self, session):
        session.click("left", session.at(PLACES[1]))
        session.wheel(session.at((36, 24)), 3)
        start = (30, 24)
        session.drag("right", session.at(start), session.at((33, 26)), done=False)
        session.game.hands.outlook.drag(-60, 0)
        pixel = session.at((45, 24))
        session.mouse_up("right", pixel)
        stand = session.game.battlefield.stands[1]
        assert stand.frontage == pytest.approx(15, abs=0.2)
        assert stand.centre[0] == pytest.approx(37.5, abs=0.2)


class TestDrawing:
    @pytest.mark.parametrize(("button", "key"), [("left", "left alt"), ("right", "right alt")])
    def test_alt_draws_a_freehand_line(self, session, button, key):
        session.click("left", session.at(PLACES[1]))
        curve = [(36 - 20 * math.cos(t), 44 - 14 * math.sin(t)) for t in np.linspace(0.2, math.pi - 0.2, 25)]
        session.drag(button, *map(session.at, curve), hold=[key], done=False)
        scene = session.game.scene()
        assert len(scene.preview.position) == 320
        assert "drawn" in {mark.kind for mark in scene.marks}
        session.mouse_up(button, session.at(curve[-1]))
        ((_, order),) = last(session).orders
        target = session.game.battlefield.stands[1].target
        assert len(order.line) > 4
        assert target.sum(dtype=float) == 80
        assert all(target[int(y), int(x)] > 0.5 for x, y in curve[1:-1:4])
        assert chosen(session) == (1,)

    def test_several_share_a_freehand_line(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.drag("right", *(session.at((x, 30 + 4 * (x % 2))) for x in range(8, 64)), hold=["left alt"])
        lengths = {
            regiment: sum(math.dist(*pair) for pair in zip(order.line, order.line[1:], strict=False))
            for regiment, order in last(session).orders
        }
        assert lengths[1] == pytest.approx(2 * lengths[0], rel=0.1)
        assert lengths[1] == pytest.approx(2 * lengths[2], rel=0.1)

    def test_the_brush_paints_a_target_of_the_mass(self, session):
        session.click("left", session.at(PLACES[1]))
        session.press("b")
        assert session.game.scene().cursor == "crosshair"
        session.drag("left", *map(session.at, [(24, 30), (30, 30), (36, 34)]), done=False)
        scene = session.game.scene()
        assert [mark.kind for mark in scene.marks] == ["brush"]
        assert len(scene.preview.position) == 320
        session.mouse_up("left", session.at((36, 34)))
        target = session.game.battlefield.stands[1].target
        assert target.sum(dtype=float) == 80
        assert min(target[30, 24], target[30, 30], target[34, 36]) > 0.4
        # Another stroke adds to the painting, until the brush is put down.
        session.drag("left", *map(session.at, [(50, 30), (50, 31)]))
        assert {round(x) for x, _, _ in last(session).orders[0][1].painted} >= {24, 36, 50}
        session.click("right", session.at((10, 40)))
        assert session.game.hands.tool is None
        assert len(session.commands) == 2

    @pytest.mark.parametrize("stroke", [[(10, 30), (60, 30)], [(36, 30), (37, 30)]])
    def test_several_share_a_painting_and_nobody_stands_on_anothers_ground(self, session, stroke):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.press("b")
        session.drag("left", *map(session.at, stroke))
        assert [regiment for regiment, _ in last(session).orders] == [0, 1, 2]
        targets = np.stack([session.game.battlefield.stands[r].target for r in (0, 1, 2)])
        assert [target.sum(dtype=float) for target in targets] == [40, 80, 40]
        assert np.maximum(targets.sum(axis=0) - 1, 0).sum() < 5

    def test_brackets_resize_the_brush(self, session):
        session.press("b", "]", "]", "[")
        session.drag("left", session.at((30, 30)), done=False)
        (mark,) = session.game.scene().marks
        assert np.ptp(mark.points[:, 0]) / 2 == pytest.approx(5, rel=0.01)

    def test_ctrl_and_the_wheel_resize_it_too(self, session):
        session.press("b")
        before = session.game.hands.outlook.camera
        with session.holding("left ctrl"):
            session.wheel(session.at((36, 24)), 2)
        assert session.game.hands.radius == pytest.approx(4 * 1.25**2)
        assert session.game.hands.outlook.camera == before
        session.wheel(session.at((36, 24)), 1)
        assert session.game.hands.outlook.camera.scale > before.scale

    def test_a_charge_wounds_and_the_formation_closes_again(self, alone):
        alone.press("3", "space", "+", "+", "+")
        alone.play(0.6)
        whole = alone.game.battlefield.overlap()
        alone.press("c")
        stands = alone.game.battlefield.stands[0]
        rank = (stands.centre[0], stands.centre[1] - stands.depth / 2 + 1)
        alone.click("left", alone.at(rank))
        assert isinstance(last(alone), Charge)
        assert last(alone).place == pytest.approx(rank, abs=0.2)
        assert last(alone).radius == 4
        alone.play(0.12)
        wounded = alone.game.battlefield.overlap()
        assert wounded < whole - 0.03
        alone.play(0.6)
        assert alone.game.battlefield.overlap() > wounded + 0.02
        assert alone.game.battlefield.mass_now == alone.game.battlefield.mass_start

    def test_a_charge_goes_on_along_its_stroke(self, alone):
        alone.press("c")
        alone.drag("left", *map(alone.at, [(20, 24), (22, 24), (24.4, 24), (30, 24)]))
        assert [round(command.place[0]) for command in alone.commands] == [20, 24, 30]
        alone.press("escape")
        assert alone.game.running
        alone.press("escape")
        assert not alone.game.running


class TestKeysForTheSelected:
    def test_formation_turn_and_move(self, session):
        session.click("left", session.at(PLACES[0]))
        session.press("4", "e", "right")
        orders = session.game.battlefield.orders
        assert (orders[0].formation, orders[0].angle) == ("wedge", 15)
        assert orders[0].centre[0] == pytest.approx(22)
        assert [order.formation for order in orders[1:]] == ["phalanx"] * 3
        assert all(isinstance(command, Form) for command in session.commands)

    def test_several_wheel_about_their_middle(self, session):
        session.drag("left", session.at((5, 5)), session.at((40, 24)))
        session.press("down", "down", *["e"] * 6)
        orders = session.game.battlefield.orders
        assert orders[0].centre == pytest.approx((30, 22 - 12), abs=0.1)
        assert orders[1].centre == pytest.approx((30, 22 + 6), abs=0.1)
        assert [orders[r].angle for r in (0, 1, 2)] == [90, 90, 0]

    def test_backspace_halts(self, session):
        session.click("left", session.at(PLACES[1]))
        session.click("right", session.at((36, 34)))
        session.press("space")
        session.play(0.5)
        session.press("backspace")
        assert last(session) == Halt((1,))
        assert session.game.battlefield.overlap(1) > 0.95

    def test_shift_queues_waypoints_and_they_are_drawn(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("right", session.at((10, 30)))
        session.click("right", session.at((30, 40)), hold=["left shift"])
        press_with(session, "left shift", "4")
        assert [command.queued for command in session.commands] == [False, True, True]
        queue = session.game.battlefield.queued[0]
        assert [order.formation for order in queue] == ["phalanx", "wedge"]
        assert queue[1].centre == pytest.approx(queue[0].centre)
        (mark,) = session.game.scene().marks
        assert mark.kind == "waypoint"
        assert mark.points[0] == pytest.approx(PLACES[0], abs=0.5)
        assert mark.points[1:] == pytest.approx(np.array([(10, 30), queue[0].centre, queue[1].centre]), abs=1)
        before = session.picture()
        session.click("left", session.at((60, 30)))
        assert (session.picture() != before).any()

    def test_who_stands_where_he_was_told_has_no_way_before_him(self, session):
        session.click("left", session.at(PLACES[1]))
        session.press("4", "space", "+", "+", "+")  # the middle of a wedge's men is not the middle of its box
        session.play(1.0)
        assert session.game.battlefield.overlap(1) > 0.95
        assert session.game.scene().marks == ()

    def test_tab_switches_the_controller_of_the_selected(self, session):
        session.click("left", session.at(PLACES[2]))
        session.click("left", session.at(PLACES[0]), hold=["left shift"])
        session.press("tab")
        session.until(lambda: len(session.commands) == 2)
        assert session.commands == [Obey(0, "two"), Obey(2, "two")]
        assert [regiment.controller for regiment in session.game.battlefield.regiments] == ["two", "one", "two", "one"]


class TestCamera:
    def test_the_wheel_zooms_to_the_cursor(self, session):
        place = (50, 12)
        pixel = session.at(place)
        before = session.game.hands.outlook.camera
        session.wheel(pixel, 4)
        camera = session.game.hands.outlook.camera
        assert camera.scale == pytest.approx(before.scale * 1.2**4)
        assert camera.cells(np.array(pixel)) == pytest.approx(before.cells(np.array(pixel)))
        assert session.game.scene().camera == camera
        session.wheel(pixel, -9)
        assert session.game.hands.outlook.camera == before

    def test_the_middle_button_drags_the_field(self, session):
        session.wheel(session.at((36, 24)), 5)
        before = session.game.hands.outlook.camera
        session.drag("middle", (300, 200), (280, 190), (250, 170))
        after = session.game.hands.outlook.camera
        assert np.subtract(after.origin, before.origin) == pytest.approx((-50, -30))

    def test_keys_move_it_for_as_long_as_they_are_held(self, session):
        session.wheel(session.at((36, 24)), 5)
        x, y = session.game.hands.outlook.middle
        with session.holding("d", "s"):
            session.play(0.2)
        session.play(FRAME)
        moved = session.game.hands.outlook.middle
        assert moved[0] > x + 1
        assert moved[1] > y + 1
        session.play(0.5)
        assert session.game.hands.outlook.middle == pytest.approx(moved)
        session.press("home")
        assert session.game.hands.outlook.middle == pytest.approx((36, 24), abs=0.1)

    def test_the_picture_moves_with_it(self, session):
        before = session.picture()
        session.wheel(session.at((36, 14)), 6)
        after = session.picture()
        assert (before != after).any(axis=2).mean() > 0.3


class TestMinimap:
    def test_a_left_click_goes_there(self, session):
        session.wheel(session.at((36, 24)), 8)
        session.click("left", session.on_minimap((20, 15)))
        assert session.game.hands.outlook.middle == pytest.approx((20, 15), abs=1.0)
        session.drag("left", session.on_minimap((20, 15)), session.on_minimap((50, 30)))
        assert session.game.hands.outlook.middle == pytest.approx((50, 30), abs=1.0)
        assert chosen(session) == ()

    def test_a_right_click_orders(self, session):
        session.click("left", session.at(PLACES[0]))
        session.click("right", session.on_minimap((50, 36)))
        assert last(session).orders[0][1].centre == pytest.approx((50, 36), abs=1.0)

    def test_a_right_drag_deploys(self, session):
        session.click("left", session.at(PLACES[0]))
        session.drag("right", session.on_minimap((20, 30)), session.on_minimap((50, 30)))
        assert last(session).orders[0][1].frontage == pytest.approx(30, abs=1.0)


def test_the_cursor_says_what_a_click_would_do(session):
    cursors = []
    for place in (PLACES[0], (36, 28), PLACES[3]):
        session.hover(session.at(place))
        cursors.append(session.game.scene().cursor)
    session.press("c")
    cursors.append(session.game.scene().cursor)
    assert cursors == ["hand", "arrow", "arrow", "crosshair"]


def is_watched(session, place):
    """Return whether the camera is as close to the middle of a place as the field's border allows, and close to it."""
    grid, camera = session.game.campaign.ground.grid, session.game.hands.outlook.camera
    there = looking_at(grid, camera.size, place, camera.scale)
    home = whole_field(grid, camera.size)
    return camera.scale > 1.3 * home.scale and camera.origin == pytest.approx(there.origin, abs=camera.scale)


def press_with(session, modifier, key):
    with session.holding(modifier):
        session.press(key)


def pixels(session, positions):
    """Return the pixels (row, column) of places in cells."""
    return [tuple(reversed(session.at(position))) for position in positions]


def around(session, place, reach=20):
    column, row = session.at(place)
    return slice(row - reach, row + reach), slice(column - reach, column + reach)
