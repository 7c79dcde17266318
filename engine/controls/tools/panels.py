"""The panels over the field: a click on one does not reach the ground below; a card selects, a button orders."""

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
        if hit is None or drag.button != "left" or drag.dragged:
            return
        if hit.regiment is not None:
            self.mouse.select(hit.regiment, drag)
        if hit.order is not None:
            self.mouse.press_button(hit.order)
