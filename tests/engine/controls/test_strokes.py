"""From mouse events to strokes."""

from engine.controls.strokes import DOUBLE, SHAKE, follow, press
from engine.view.scene import Held, MouseButton, MouseMove

DOWN = MouseButton((10, 10), "right", True, Held(shift=True))


def test_a_stroke_keeps_where_it_began_and_what_it_went_over():
    stroke = press(DOWN, (1.0, 1.0), 5.0)
    for pixel, place in (((12, 10), (1.2, 1.0)), ((12, 10), (1.2, 1.0)), ((40, 50), (4.0, 5.0))):
        stroke = follow(stroke, MouseMove(pixel), place)
    assert (stroke.button, stroke.held, stroke.began) == ("right", Held(shift=True), 5.0)
    assert (stroke.start, stroke.end, stroke.span) == ((10, 10), (40, 50), 50)
    assert stroke.places == ((1.0, 1.0), (1.2, 1.0), (4.0, 5.0))


def test_a_hand_may_shake_within_a_click():
    stroke = follow(press(DOWN, (1, 1), 0.0), MouseMove((10 + SHAKE, 10)), (2, 1))
    assert not stroke.dragged
    stroke = follow(stroke, MouseMove((11 + SHAKE, 10)), (2, 1))
    assert stroke.dragged
    assert follow(stroke, MouseMove((10, 10)), (1, 1)).dragged


def test_two_quick_clicks_at_a_place_make_a_pair_and_three_make_one():
    first = press(DOWN, (1, 1), 0.0)
    second = press(DOWN, (1, 1), DOUBLE, first)
    assert second.twice
    assert not press(DOWN, (1, 1), 2 * DOUBLE, second).twice
    assert not press(DOWN, (1, 1), DOUBLE + 0.01, first).twice
    assert not press(MouseButton((19, 10), "right", True), (1, 1), 0.1, first).twice
    assert not press(MouseButton((10, 10), "left", True), (1, 1), 0.1, first).twice
    assert not press(DOWN, (1, 1), 0.1, follow(first, MouseMove((90, 10)), (9, 1))).twice
