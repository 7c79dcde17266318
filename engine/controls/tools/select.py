"""The selection: a click on a regiment, or a box around several."""

from __future__ import annotations

from functools import partial

from engine.controls import marks
from engine.controls.drag import Drag
from engine.controls.selection import Regiments, standing_at, standing_in
from engine.controls.tool import Tool
from engine.view import Annotation, MouseButton


class Select(Tool):
    """The left button, where no other tool claims it."""

    name = "select"
    gestures = (
        ("Left-click", "select a regiment; twice: go there"),
        ("Left-drag", "select all in a box; Shift adds"),
    )
    order = 10

    def claims(self, press: MouseButton) -> bool:
        return press.button == "left"

    def finish(self, drag: Drag) -> None:
        player = self.mouse.player
        if player.battle is None:
            player.later(partial(self.finish, drag))
        elif drag.dragged:
            player.selection = player.selection.choose(self.boxed(drag), add=player.queueing)
            self.mouse.forget()
        else:
            mass = player.battle.state.mass
            self.mouse.select(standing_at(mass, drag.places[-1], self.mouse.grasp, player.own), drag)

    def marks(self, drag: Drag) -> list[Annotation]:
        return [marks.box(drag.places[0], drag.places[-1])] if drag.dragged else []

    def boxed(self, drag: Drag) -> Regiments:
        """Return the regiments in the box."""
        player = self.mouse.player
        if player.battle is None:
            return ()
        return standing_in(player.battle.state.mass, drag.places[0], drag.places[-1], player.own)
