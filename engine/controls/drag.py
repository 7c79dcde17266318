"""A drag: what one mouse button does from down to up. No pygame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from engine.orders import Place
from engine.view import Modifiers, MouseButton, MouseMove, Pixel

HELD = 0.25  # seconds from which on a button that is down is held: a click is shorter
LINE = 14.0  # pixels from which on a drag is a line: a shorter one is an unsteady click
CLICK_RADIUS = 5.0  # pixels that the mouse may move within a click
DOUBLE_CLICK = 0.35  # seconds within which a second click, or press of a key, makes a double one
DOUBLE_CLICK_RADIUS = 8.0  # pixels that the two clicks of a double click may lie apart


@dataclass(frozen=True)
class Drag:
    """A button went down, the mouse moved, and the button comes up in the end.

    Places on the field are kept beside pixels, so that the camera may move meanwhile.
    """

    button: Literal["left", "middle", "right"]
    modifiers: Modifiers  # that were down when the button went down
    began: float  # seconds
    start: Pixel  # where the button went down
    end: Pixel  # where the mouse is now
    places: tuple[Place, ...]  # the points of the field that the mouse went over, at least one
    dragged: bool = False  # whether the mouse ever left the CLICK_RADIUS
    double_click: bool = False  # whether it is the second of two quick clicks

    @property
    def span(self) -> float:
        """How many pixels lie between its two ends."""
        return math.dist(self.start, self.end)


def begin(event: MouseButton, place: Place, now: float, before: Drag | None = None) -> Drag:
    """Return the drag that begins with a button going down; `before` is the last one that ended."""
    double_click = (
        before is not None
        and not (before.dragged or before.double_click)
        and before.button == event.button
        and now - before.began <= DOUBLE_CLICK
        and math.dist(before.end, event.pixel) <= DOUBLE_CLICK_RADIUS
    )
    return Drag(event.button, event.modifiers, now, event.pixel, event.pixel, (place,), double_click=double_click)


def extend(drag: Drag, event: MouseMove | MouseButton, place: Place) -> Drag:
    """Return the drag once the mouse has moved, or its button has come up."""
    dragged = drag.dragged or math.dist(drag.start, event.pixel) > CLICK_RADIUS
    places = drag.places if place == drag.places[-1] else (*drag.places, place)
    return replace(drag, end=event.pixel, places=places, dragged=dragged)
