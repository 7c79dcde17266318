"""The brush: the selected regiments stand on what it paints."""

from __future__ import annotations

from functools import partial

from engine.controls import marks
from engine.controls.drag import Drag
from engine.controls.tool import Pointing, Tool
from engine.orders import Chosen, Disc, Given, Place, deployment
from engine.view import Annotation


class Brush(Tool):
    """Taken in hand by a key. Each drag adds to what it painted before, until other regiments are selected."""

    name = "brush"
    key = "b"
    does = "take the brush, put it down"
    gestures = (
        ("Brush: left-drag", "stand on what is painted"),
        ("Ctrl+wheel", "smaller, larger brush"),
    )
    order = 40
    cursor = "crosshair"
    gives_orders = True

    def __init__(self, mouse: Pointing) -> None:
        super().__init__(mouse)
        self._area: tuple[Disc, ...] = ()  # what earlier drags have painted

    def finish(self, drag: Drag) -> None:
        self.mouse.player.order(partial(self.preview, drag))
        self._area = () if self.mouse.player.queueing else self._painted(drag)

    def preview(self, drag: Drag, chosen: list[Chosen]) -> Given:
        return deployment.over_area(chosen, self._painted(drag))

    def hover_marks(self, place: Place) -> list[Annotation]:
        return [marks.rim(place, self.mouse.radius)]

    def forget(self) -> None:
        self._area = ()

    def _painted(self, drag: Drag) -> tuple[Disc, ...]:
        return (*self._area, *deployment.brush_discs(drag.places, self.mouse.radius))
