"""The front: a right-click moves the selected regiments, a right-drag sets their front from left flank to right.

In combat a right-click on an enemy attacks it.
"""

from __future__ import annotations

import math
from functools import partial

from engine.controls import marks
from engine.controls.drag import HELD, LINE, Drag
from engine.controls.tool import Tool
from engine.orders import Attack, Chosen, Given, deployment
from engine.view import Annotation, MouseButton


class Front(Tool):
    """The right button, where Alt is up."""

    name = "front"
    gestures = (
        ("Right-click", "move there"),
        ("Right-drag", "set the front, left flank to right; a short one the facing"),
    )
    order = 20
    gives_orders = True

    def claims(self, press: MouseButton) -> bool:
        return press.button == "right"

    def finish(self, drag: Drag) -> None:
        if drag.span >= LINE:
            self.mouse.player.order(partial(self.preview, drag))
        elif attack := self._attack(drag):
            self.mouse.player.fight(attack)
        else:
            self.mouse.player.order(partial(deployment.moved_to, place=drag.places[-1]))

    def preview(self, drag: Drag, chosen: list[Chosen]) -> Given:
        battle = self.mouse.player.battle
        if battle is None:
            return ()
        if not self.is_line(drag):
            if self._attack(drag):
                return ()
            shown = drag.dragged or self.mouse.held >= HELD  # a click is over before it could be looked at
            return deployment.moved_to(chosen, drag.places[-1]) if shown else ()
        first, last = drag.places[0], drag.places[-1]
        if math.dist(first, last) < deployment.least_front(chosen):
            return deployment.facing_at(chosen, first, last)
        return deployment.along_front(chosen, first, last, battle.depth)

    def marks(self, drag: Drag) -> list[Annotation]:
        if not self.is_line(drag):
            return marks.aimed(self.mouse.player.battle, self._attack(drag))
        if not self.mouse.player.actors():
            return []
        first, last = drag.places[0], drag.places[-1]
        return [marks.line((first, last)), marks.arrow(first, last)]

    def _attack(self, drag: Drag) -> Attack | None:
        """Return the attack that a click at the end of the drag orders, where an enemy is there to fight."""
        return self.mouse.player.attack_on(drag.places[-1], self.mouse.grasp)

    def is_line(self, drag: Drag) -> bool:
        """Whether a drag is long enough to be a line."""
        return drag.places[0] != drag.places[-1] and drag.span >= LINE
