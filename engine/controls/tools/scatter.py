"""The scatter: soldiers where it strikes are thrown apart."""

from __future__ import annotations

import math

from engine.controls import marks
from engine.controls.drag import Drag
from engine.controls.tool import Pointing, Tool
from engine.orders import Place, Scatter
from engine.view import Annotation


class ScatterTool(Tool):
    """Taken in hand by a key; strikes where the button goes down, and again one radius farther along the drag."""

    name = "scatter"
    key = "c"
    does = "take the scatter, put it down"
    gestures = (("Scatter: left-click", "throw apart whoever stands there"),)
    when = "drill"  # where soldiers fight it would decide the battle
    order = 50
    cursor = "crosshair"

    def __init__(self, mouse: Pointing) -> None:
        super().__init__(mouse)
        self._struck: Place = (0.0, 0.0)  # the place of the last strike

    def begin(self, drag: Drag) -> None:
        self._strike(drag.places[0])

    def move(self, drag: Drag, right: float, down: float) -> None:
        if math.dist(self._struck, drag.places[-1]) >= self.mouse.radius:
            self._strike(drag.places[-1])

    def hover_marks(self, place: Place) -> list[Annotation]:
        return [marks.rim(place, self.mouse.radius)]

    def _strike(self, place: Place) -> None:
        self._struck = place
        self.mouse.player.command(Scatter(place, self.mouse.radius))
