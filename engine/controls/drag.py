"""From mouse events to strokes: what one button drew on its way from down to up. No pygame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from engine.orders import Place
from engine.view import Modifiers, MouseButton, MouseMove, Pixel

LINE = 14.0  # pixels from which a drag is a line: a shorter one is a click that shook
CLICK_RADIUS = 5.0  # pixels that a hand may move within a click
DOUBLE_CLICK = 0.35  # seconds within which a second click, or begin of a key, makes a pair
NEAR = 8.0  # pixels that the two clicks of a pair may lie apart


@dataclass(frozen=True)
class Drag:
    """A button went down, moved, and at last came up. Places are kept, so that the camera may move meanwhile."""

    button: Literal["left", "middle", "right"]
    held: Modifiers  # as it was when the button went down
    began: float  # seconds
    start: Pixel  # where the button went down
    end: Pixel  # where the mouse is by now
    places: tuple[Place, ...]  # the points of the field that it went over, at least one
    dragged: bool = False  # whether it went farther than a click's shaking
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
        and math.dist(before.end, event.pixel) <= NEAR
    )
    return Drag(event.button, event.modifiers, now, event.pixel, event.pixel, (place,), double_click=double_click)


def extend(drag: Drag, event: MouseMove | MouseButton, place: Place) -> Drag:
    """Return the drag after the mouse moved, or its button came up."""
    dragged = drag.dragged or math.dist(drag.start, event.pixel) > CLICK_RADIUS
    places = drag.places if place == drag.places[-1] else (*drag.places, place)
    return replace(drag, end=event.pixel, places=places, dragged=dragged)
