"""Freehand: with Alt the selected regiments stand along the line that is drawn.

In combat a click with Ctrl on a friend who fights relieves it.
"""

from __future__ import annotations

from functools import partial

from engine.controls import marks
from engine.controls.drag import LINE, Drag
from engine.controls.tool import Tool
from engine.orders import Chosen, Given, Relieve, deployment
from engine.view import Annotation, MouseButton


class Freehand(Tool):
    """Either button with Alt draws the line; the right one with Ctrl too, as many desktops keep Alt for themselves."""

    name = "freehand"
    gestures = (("Alt+drag, Ctrl+right-drag", "stand along a line drawn by hand"),)
    order = 30
    cursor = "crosshair"
    gives_orders = True

    def claims(self, press: MouseButton) -> bool:
        return press.modifiers.alt or (press.modifiers.ctrl and press.button == "right")

    def finish(self, drag: Drag) -> None:
        if self.is_line(drag) or drag.modifiers.alt:
            self.mouse.player.order(partial(self.preview, drag))
        elif relief := self._relief(drag):
            self.mouse.player.fight(relief)
        else:
            self.mouse.player.order(partial(deployment.moved_to, place=drag.places[-1]))

    def preview(self, drag: Drag, chosen: list[Chosen]) -> Given:
        if self.mouse.player.battle is None or not self.is_line(drag):
            return ()
        if deployment.length_of(drag.places) < deployment.least_front(chosen):
            return deployment.facing_at(chosen, drag.places[0], drag.places[-1])
        return deployment.along_path(chosen, drag.places)

    def marks(self, drag: Drag) -> list[Annotation]:
        if not self.is_line(drag):
            return marks.aimed(self.mouse.player.battle, self._relief(drag))
        return [marks.line(drag.places)] if self.mouse.player.actors() else []

    def _relief(self, drag: Drag) -> Relieve | None:
        """Return the relief that a click with Ctrl orders, where a friend fights."""
        wanted = drag.modifiers.ctrl and not drag.modifiers.alt
        return self.mouse.player.relief_of(drag.places[-1], self.mouse.grasp) if wanted else None

    def is_line(self, drag: Drag) -> bool:
        """Whether a drag is long enough to be a line; a long one that comes back to its start is, too."""
        return drag.places[0] != drag.places[-1] and (drag.span >= LINE or drag.dragged)
