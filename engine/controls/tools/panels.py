"""The panels over the field: a click on one does not reach the ground below, and a card selects its regiment."""

from __future__ import annotations

from engine.controls.drag import Drag
from engine.controls.tool import Tool
from engine.view import MouseButton


class PressPanel(Tool):
    """Any button, on any panel but the minimap's map."""

    name = "panel"
    gestures = (("Card: left-click", "select its regiment; twice: go there"),)
    order = 80

    def claims(self, press: MouseButton) -> bool:
        return self.mouse.panel_at(press.pixel) is not None

    def finish(self, drag: Drag) -> None:
        hit = self.mouse.panel_at(drag.start)
        if hit is not None and hit.regiment is not None and drag.button == "left" and not drag.dragged:
            self.mouse.select(hit.regiment, drag)
