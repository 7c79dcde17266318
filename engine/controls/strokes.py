"""From mouse events to strokes: what one button drew on its way from down to up. No pygame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from engine.orders import Place
from engine.view.scene import Held, MouseButton, MouseMove, Pixel

SHAKE = 5.0  # pixels that a hand may move within a click
DOUBLE = 0.35  # seconds within which a second click, or press of a key, makes a pair
NEAR = 8.0  # pixels that the two clicks of a pair may lie apart


@dataclass(frozen=True)
class Stroke:
    """A button went down, moved, and at last came up. Places are kept, so that the camera may move meanwhile."""

    button: Literal["left", "middle", "right"]
    held: Held  # as it was when the button went down
    began: float  # seconds
    start: Pixel  # where the button went down
    end: Pixel  # where the mouse is by now
    places: tuple[Place, ...]  # the points of the field that it went over, at least one
    dragged: bool = False  # whether it went farther than a click's shaking
    twice: bool = False  # whether it is the second of two quick clicks

    @property
    def span(self) -> float:
        """How many pixels lie between its two ends."""
        return math.dist(self.start, self.end)


def press(event: MouseButton, place: Place, now: float, before: Stroke | None = None) -> Stroke:
    """Return the stroke that begins with a button going down; `before` is the last one that ended."""
    twice = (
        before is not None
        and not (before.dragged or before.twice)
        and before.button == event.button
        and now - before.began <= DOUBLE
        and math.dist(before.end, event.pixel) <= NEAR
    )
    return Stroke(event.button, event.modifiers, now, event.pixel, event.pixel, (place,), twice=twice)


def follow(stroke: Stroke, event: MouseMove | MouseButton, place: Place) -> Stroke:
    """Return the stroke after the mouse moved, or its button came up."""
    dragged = stroke.dragged or math.dist(stroke.start, event.pixel) > SHAKE
    places = stroke.places if place == stroke.places[-1] else (*stroke.places, place)
    return replace(stroke, end=event.pixel, places=places, dragged=dragged)
