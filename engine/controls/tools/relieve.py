"""Relief: the selected regiments take a fighting friend's place, by Ctrl and a right-click, or with this in hand."""

from __future__ import annotations

from engine.controls import marks
from engine.controls.drag import Drag
from engine.controls.tool import Tool
from engine.orders import Place
from engine.view import Annotation


class RelieveTool(Tool):
    """Taken in hand by a key or a button, for one relief; the right button with Ctrl needs it not, see `Freehand`."""

    name = "relieve"
    key = "x"
    does = "take the relief: left-click a fighting friend"
    gestures = (("Ctrl+right-click a friend", "relieve it where it fights"),)
    when = "combat"
    order = 54
    cursor = "crosshair"

    def finish(self, drag: Drag) -> None:
        player, place = self.mouse.player, drag.places[-1]
        if relief := player.relief_of(place, self.mouse.grasp):
            player.fight(relief)
            self.mouse.in_hand = None
        elif player.asked():
            friend = player.friend_at(place, self.mouse.grasp)
            named = player.battle.state.regiments[friend].name if player.battle and friend is not None else ""
            player.notify(f"{named} does not fight" if named else "nobody is relieved: left-click a fighting friend")

    def hover_marks(self, place: Place) -> list[Annotation]:
        return marks.aimed(self.mouse.player.battle, self.mouse.player.relief_of(place, self.mouse.grasp))
