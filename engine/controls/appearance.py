"""What is seen of the player's hands: who is selected, boxes, lines and rims, and the men of the order in hand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.battlefield import Battlefield
from engine.controls import marks
from engine.controls.hands import ORDERING, Hands
from engine.controls.selection import Regiments, standing_at
from engine.formations import FormationError, Stand
from engine.view.scene import Cursor, Mark, Scene, Soldiers

CURSORS: dict[str, Cursor] = {"pan": "move", "brush": "crosshair", "charge": "crosshair", "draw": "crosshair"}
BUDGET = 0.012  # seconds in a frame that the men in hand may take; what takes longer is done in fewer frames
LONGEST = 8  # frames after which they are stood up anew, whatever it takes


class Appearance:
    """Dresses scenes in what the hands are at. Men in hand are stood up anew only when their order has changed."""

    def __init__(self, hands: Hands, clock: Callable[[], float] = time.perf_counter) -> None:
        self._hands = hands
        self._clock = clock
        self._seen: object = None  # what was wanted in the frame before
        self._frames_left = 0  # until men are stood up anew though the mouse has not come to rest
        self._wanted: object = None  # what the men in hand were stood up for
        self._men: Soldiers | None = None

    def dress(self, scene: Scene, battlefield: Battlefield | None) -> Scene:
        """Return the scene as the player's camera sees it, with what the hands are at."""
        self._hands.minimap = scene.minimap is not None
        scene = replace(scene, camera=self._hands.outlook.camera, cursor=self._cursor(battlefield))
        if battlefield is None:
            return scene
        chosen = self._hands.chosen()
        shown = (*scene.marks, *marks.ways(battlefield, chosen), *self._marks())
        soldiers = marked(scene.soldiers, battlefield, chosen)
        return replace(scene, soldiers=soldiers, preview=self._preview(battlefield), marks=shown)

    def _preview(self, battlefield: Battlefield) -> Soldiers | None:
        hands = self._hands
        actors = hands.captain.actors()
        if not (hands.stroke and actors and hands.purpose in ORDERING):
            return None
        wanted = (hands.stroke, actors, hands.radius, hands.captain.queueing, battlefield.version)
        self._frames_left -= 1
        # While the mouse moves on, men who are slow to stand up do so in some of the frames only.
        if wanted != self._wanted and (wanted == self._seen or self._frames_left <= 0):
            began = self._clock()
            self._wanted, self._men = wanted, self._stood_up(battlefield, actors)
            self._frames_left = min(int((self._clock() - began) / BUDGET), LONGEST)
        self._seen = wanted
        return self._men

    def _stood_up(self, battlefield: Battlefield, actors: Regiments) -> Soldiers | None:
        assert self._hands.stroke is not None
        try:
            given = self._hands.shown(self._hands.stroke, self._hands.captain.chosen(actors))
            stands = [(regiment, battlefield.preview(regiment, order)) for regiment, order in given]
        except FormationError:
            return None  # it is said once this is ordered
        return in_rank_and_file(battlefield, stands) if stands else None

    def _marks(self) -> list[Mark]:
        hands, shown = self._hands, []
        if stroke := hands.stroke:
            first, last = stroke.places[0], stroke.places[-1]
            if hands.purpose == "select" and stroke.dragged:
                shown.append(marks.box(first, last))
            elif hands.purpose in ("order", "draw") and hands.spans(stroke) and hands.captain.actors():
                shown.append(marks.line(stroke.places if hands.purpose == "draw" else (first, last)))
                if hands.purpose == "order":
                    shown.append(marks.arrow(first, last))
        if hands.tool and hands.pointer:
            shown.append(marks.rim(hands.place(hands.pointer), hands.radius))
        return shown

    def _cursor(self, battlefield: Battlefield | None) -> Cursor:
        hands = self._hands
        if hands.stroke:
            return CURSORS.get(hands.purpose, "arrow")
        if battlefield is None or hands.pointer is None or hands.on_minimap(hands.pointer):
            return "arrow"
        if hands.tool or hands.held.alt:
            return "crosshair"
        over = standing_at(battlefield.mass, hands.place(hands.pointer), hands.grasp, hands.captain.own)
        return "arrow" if over is None else "hand"


def marked(soldiers: Soldiers | None, battlefield: Battlefield, chosen: Regiments) -> Soldiers | None:
    """Return the soldiers with those of the chosen regiments marked."""
    if soldiers is None or not chosen:
        return soldiers
    men = [one.men for one in battlefield.regiments]
    return replace(soldiers, selected=np.repeat(np.isin(np.arange(len(men)), chosen), men))


def in_rank_and_file(battlefield: Battlefield, stands: Sequence[tuple[int, Stand]]) -> Soldiers:
    """Return exactly the men there are of these regiments, each on his place of the stand."""
    places, facings, sides, shares = [], [], [], []
    for regiment, stand in stands:
        one = battlefield.regiments[regiment]
        places.append(stand.slots(one.men))
        facings.append(np.full(one.men, math.radians(stand.angle)))
        sides.append(np.full(one.men, regiment))
        shares.append(one.mass / one.men)
    position, facing, side = (np.concatenate(parts) for parts in (places, facings, sides))
    return Soldiers(position, facing, np.zeros(len(position)), side, math.sqrt(min(shares)))
