"""Attack: the selected regiments go for an enemy, by a right-click on it, or by a left-click with this in hand."""

from __future__ import annotations

from engine.controls import marks
from engine.controls.drag import Drag
from engine.controls.tool import Tool
from engine.orders import Place
from engine.view import Annotation


class AttackTool(Tool):
    """Taken in hand by a key or a button, for one attack; the right button needs it not, see `Front`."""

    name = "attack"
    key = "t"
    does = "take the attack: left-click an enemy"
    gestures = (("Right-click an enemy", "attack it"),)
    when = "combat"
    order = 52
    cursor = "crosshair"

    def finish(self, drag: Drag) -> None:
        player = self.mouse.player
        if attack := player.attack_on(drag.places[-1], self.mouse.grasp):
            player.fight(attack)
            self.mouse.in_hand = None
        elif player.asked():
            player.notify("nobody is attacked: left-click an enemy")

    def hover_marks(self, place: Place) -> list[Annotation]:
        return marks.aimed(self.mouse.player.battle, self.mouse.player.attack_on(place, self.mouse.grasp))
