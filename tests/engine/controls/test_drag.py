"""From mouse events to drags."""

from engine.controls.drag import CLICK_RADIUS, DOUBLE_CLICK, begin, extend
from engine.view.events import Modifiers, MouseButton, MouseMove

DOWN = MouseButton((10, 10), "right", True, Modifiers(shift=True))


def test_a_stroke_keeps_where_it_began_and_what_it_went_over():
    drag = begin(DOWN, (1.0, 1.0), 5.0)
    for pixel, place in (((12, 10), (1.2, 1.0)), ((12, 10), (1.2, 1.0)), ((40, 50), (4.0, 5.0))):
        drag = extend(drag, MouseMove(pixel), place)
    assert (drag.button, drag.modifiers, drag.began) == ("right", Modifiers(shift=True), 5.0)
    assert (drag.start, drag.end, drag.span) == ((10, 10), (40, 50), 50)
    assert drag.places == ((1.0, 1.0), (1.2, 1.0), (4.0, 5.0))


def test_a_hand_may_shake_within_a_click():
    drag = extend(begin(DOWN, (1, 1), 0.0), MouseMove((10 + CLICK_RADIUS, 10)), (2, 1))
    assert not drag.dragged
    drag = extend(drag, MouseMove((11 + CLICK_RADIUS, 10)), (2, 1))
    assert drag.dragged
    assert extend(drag, MouseMove((10, 10)), (1, 1)).dragged


def test_two_quick_clicks_at_a_place_make_a_pair_and_three_make_one():
    first = begin(DOWN, (1, 1), 0.0)
    second = begin(DOWN, (1, 1), DOUBLE_CLICK, first)
    assert second.double_click
    assert not begin(DOWN, (1, 1), 2 * DOUBLE_CLICK, second).double_click
    assert not begin(DOWN, (1, 1), DOUBLE_CLICK + 0.01, first).double_click
    assert not begin(MouseButton((19, 10), "right", True), (1, 1), 0.1, first).double_click
    assert not begin(MouseButton((10, 10), "left", True), (1, 1), 0.1, first).double_click
    assert not begin(DOWN, (1, 1), 0.1, extend(first, MouseMove((90, 10)), (9, 1))).double_click
