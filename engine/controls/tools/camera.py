"""The camera: the player drags the field, or points at the minimap."""

from __future__ import annotations

from engine.controls.drag import Drag
from engine.controls.tool import Tool
from engine.view import MouseButton


class Pan(Tool):
    """The middle button drags the field."""

    name = "pan"
    gestures = (("Middle-drag", "move the camera"),)
    order = 60
    cursor = "move"

    def claims(self, press: MouseButton) -> bool:
        return press.button == "middle"

    def move(self, drag: Drag, right: float, down: float) -> None:
        self.mouse.camera_control.drag(right, down)


class LookAt(Tool):
    """The left button on the minimap moves the camera there."""

    name = "look-at"
    gestures = (("Minimap", "left-click goes there, right-click orders"),)
    order = 70

    def claims(self, press: MouseButton) -> bool:
        return press.button == "left" and self.mouse.on_minimap(press.pixel)

    def begin(self, drag: Drag) -> None:
        self.mouse.camera_control.jump(drag.places[-1])

    def move(self, drag: Drag, right: float, down: float) -> None:
        self.mouse.camera_control.jump(drag.places[-1])
