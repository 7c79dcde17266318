"""What the player sees of its own input: the selection, what a drag draws, and a preview of the order in hand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.battle import Battle, BattleState
from engine.controls import marks
from engine.controls.drag import HELD
from engine.controls.mouse import Mouse
from engine.controls.selection import Regiments, standing_at
from engine.formations import FormationError, Placement
from engine.orders import Attack, Given, Relieve
from engine.view import Annotation, Cursor, DrawnSoldiers, Rows, Scene

PREVIEW_SECONDS = 0.012  # that a preview may take of each frame; one that takes longer is made in fewer frames
MOST_FRAMES = 8  # between two previews, however long one takes
ROUTES_EVERY = 8  # ticks between two routes round what is closed


@dataclass(frozen=True)
class Preview:
    """An order in hand, as it would be carried out, or that and why it would be refused."""

    soldiers: DrawnSoldiers | None = None
    marks: tuple[Annotation, ...] = ()  # the ways that regiments would go, or crosses where they cannot stand
    refusal: str = ""  # one line; "": it would be carried out


NO_PREVIEW = Preview()


class Feedback:
    """Adds to scenes what the player's mouse is doing. The preview is made anew only when its orders have changed."""

    def __init__(self, mouse: Mouse, clock: Callable[[], float] = time.perf_counter) -> None:
        self._mouse = mouse
        self._clock = clock
        self._last_request: object = None  # all that determines the preview, as it was in the frame before
        self._frames_left = 0  # until the preview is made anew though the mouse is still moving
        self._preview_request: object = None  # the same, as it was when the preview was made
        self._previewed = NO_PREVIEW
        self._routes_request: object = None  # all that determines the routes on bad ground
        self._routes: list[Annotation] = []

    def decorate(self, scene: Scene, battle: Battle | None) -> Scene:
        """Return the scene with the player's camera and cursor, selection, annotations and preview."""
        self._mouse.minimap = scene.minimap is not None
        state = battle.state if battle else None
        scene = replace(scene, camera=self._mouse.camera_control.camera, cursor=self._cursor(state))
        if battle is None or state is None:
            return scene
        selected = self._mouse.selected()
        obeying = selected if state.combat is None else tuple(r for r in selected if state.combat.takes_orders(r))
        preview = self._preview(battle)
        return replace(
            scene,
            status=with_remark(scene.status, preview.refusal),
            soldiers=with_selection(scene.soldiers, state, selected),
            preview=preview.soldiers,
            refused=bool(preview.refusal),
            marks=(
                *scene.marks,
                *self._routes_of(state, obeying),
                *marks.engagements(state, obeying),
                *preview.marks,
                *self._marks(),
            ),
        )

    def _routes_of(self, state: BattleState, selected: Regiments) -> list[Annotation]:
        """Return the routes of the selected; to find ways for those who march takes too long for every tick."""
        if state.ground.open_cells.all():
            return marks.routes(state, selected)
        request = (selected, state.book.version, state.tick // ROUTES_EVERY)
        if request != self._routes_request:
            self._routes_request, self._routes = request, marks.routes(state, selected)
        return self._routes

    def _preview(self, battle: Battle) -> Preview:
        """Return the order in hand, if there is one."""
        mouse = self._mouse
        actors = mouse.player.actors()
        if not (mouse.drag and actors and mouse.active.gives_orders):
            return NO_PREVIEW
        book = battle.state.book.version
        request = (mouse.drag, mouse.held >= HELD, actors, mouse.radius, mouse.player.queueing, book)
        self._frames_left -= 1
        # While the mouse keeps moving, a slow preview is made only in some of the frames.
        if request != self._preview_request and (request == self._last_request or self._frames_left <= 0):
            began = self._clock()
            self._preview_request, self._previewed = request, self._new_preview(battle, actors)
            self._frames_left = min(int((self._clock() - began) / PREVIEW_SECONDS), MOST_FRAMES)
        self._last_request = request
        return self._previewed

    def _new_preview(self, battle: Battle, actors: Regiments) -> Preview:
        mouse, state = self._mouse, battle.state
        assert mouse.drag is not None
        given: Given = ()
        try:
            given = mouse.active.preview(mouse.drag, mouse.player.chosen(actors))
            placed = list(zip([regiment for regiment, _ in given], battle.previews(given), strict=True))
        except FormationError as error:
            return _refused(battle, given, str(error))
        if not placed:
            return NO_PREVIEW
        ways = [mark for one in placed for mark in marks.way(state, *one, mouse.player.queueing)]
        return Preview(in_rank_and_file(state, placed), tuple(ways))

    def _marks(self) -> list[Annotation]:
        mouse = self._mouse
        drawn = mouse.active.marks(mouse.drag) if mouse.drag else []
        if mouse.in_hand and mouse.pointer:
            return [*drawn, *mouse.in_hand.hover_marks(mouse.place(mouse.pointer))]
        return drawn if mouse.drag else marks.aimed(mouse.player.battle, self._aim())

    def _aim(self) -> Attack | Relieve | None:
        """Return the attack or the relief that a right-click would order where the mouse points."""
        mouse = self._mouse
        if mouse.pointer is None or mouse.in_hand or mouse.panel_at(mouse.pointer):
            return None
        if mouse.modifiers.alt or mouse.modifiers.shift:
            return None
        aim = mouse.player.relief_of if mouse.modifiers.ctrl else mouse.player.attack_on
        return aim(mouse.place(mouse.pointer), mouse.grasp)

    def _cursor(self, state: BattleState | None) -> Cursor:
        mouse = self._mouse
        if mouse.drag:
            return mouse.active.cursor
        if state is None or mouse.pointer is None or mouse.on_minimap(mouse.pointer):
            return "arrow"
        if hit := mouse.panel_at(mouse.pointer):
            return "arrow" if hit.regiment is None and hit.order is None else "hand"
        if mouse.in_hand or mouse.modifiers.alt or self._aim():
            return "crosshair"
        over = standing_at(state.mass, mouse.place(mouse.pointer), mouse.grasp, mouse.player.own)
        return "arrow" if over is None else "hand"


def _refused(battle: Battle, given: Given, refusal: str) -> Preview:
    """Return orders that cannot be, as they were meant: where soldiers would stand if no cell were closed."""
    try:
        meant = list(zip([regiment for regiment, _ in given], battle.unfitted(given), strict=True))
    except FormationError:  # it could not be anywhere
        return Preview(refusal=refusal)
    soldiers = in_rank_and_file(battle.state, meant) if meant else None
    return Preview(soldiers, tuple(marks.refused([placement for _, placement in meant])), refusal)


def with_remark(status: Rows, remark: str) -> Rows:
    """Return the HUD's rows with one more remark, where it shows any and does not have this one already."""
    return status if not remark or not status or ("", remark) in status else (*status, ("", remark))


def with_selection(soldiers: DrawnSoldiers | None, state: BattleState, selected: Regiments) -> DrawnSoldiers | None:
    """Return the soldiers with those of the selected regiments marked."""
    if soldiers is None or not selected:
        return soldiers
    counts = [len(one) for one in state.soldiers]
    return replace(soldiers, selected=np.repeat(np.isin(np.arange(len(counts)), selected), counts))


def in_rank_and_file(state: BattleState, placements: Sequence[tuple[int, Placement]]) -> DrawnSoldiers:
    """Return the soldiers of these regiments, exactly as many as there are, each on its slot of the placement."""
    slots, facings, sides, shares = [], [], [], []
    for regiment, placement in placements:
        count = len(state.soldiers[regiment])
        slots.append(placement.slots(count))
        facings.append(np.full(count, math.radians(placement.angle)))
        sides.append(np.full(count, regiment))
        shares.append(state.regiments[regiment].mass / state.regiments[regiment].soldiers)
    position, facing, side = (np.concatenate(parts) for parts in (slots, facings, sides))
    return DrawnSoldiers(position, facing, np.zeros(len(position)), side, math.sqrt(min(shares)))
