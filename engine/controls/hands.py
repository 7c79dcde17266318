"""The player's hands: what the mouse does to the camera and to the selection, and the orders that it shows.

No pygame, and no clock: events come in with the time at which they happened.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np

from engine.commands import Charge
from engine.controls import deployment
from engine.controls.captain import Captain
from engine.controls.deployment import Chosen, Disc, Given
from engine.controls.outlook import Outlook
from engine.controls.selection import Regiments, standing_at, standing_in, whereabouts
from engine.controls.strokes import DOUBLE, Stroke, follow, press
from engine.orders import Place
from engine.view.camera import centre_of_sight
from engine.view.minimap import minimap_camera, minimap_cell
from engine.view.scene import (
    Event,
    Held,
    KeyPress,
    KeyRelease,
    MouseButton,
    MouseMove,
    MouseWheel,
    Pixel,
)

LINE = 14.0  # pixels from which a right stroke sets facing and frontage: a shorter one is a click that shook
GRASP = 7.0  # pixels from a regiment within which a click still takes hold of it
BRUSH = 4.0  # cells: the brush's radius at first
BRUSHES = (1.0, 40.0)  # cells
STEP = 1.25  # times larger with each step

Tool = Literal["brush", "charge"]
Purpose = Literal["select", "order", "draw", "brush", "charge", "pan", "look"]
MODIFIERS = ("ctrl", "shift", "alt")
ORDERING: tuple[Purpose, ...] = ("order", "draw", "brush")  # strokes that show where men will stand


class Hands:
    """The camera, and the stroke and the tool that the player has in hand; what is ordered goes to the captain."""

    def __init__(self, grid: tuple[int, int], size: tuple[int, int], captain: Captain) -> None:
        self.outlook = Outlook(grid, size)
        self.captain = captain
        self.tool: Tool | None = None
        self.stroke: Stroke | None = None
        self.minimap = False  # whether there is one to click on
        self._grid = grid
        self.purpose: Purpose = "select"
        self.held = Held()
        self.pointer: Pixel | None = None
        self._now = self._advanced = 0.0
        self._last: Stroke | None = None  # the stroke before
        self._recalled: tuple[int, float] | None = None  # which group was recalled last, and when
        self.radius = BRUSH
        self._painting: tuple[Disc, ...] = ()  # what earlier strokes of the brush have painted
        self._struck: Place = (0.0, 0.0)  # where the charge struck last

    def advance(self, size: tuple[int, int], now: float) -> None:
        """Let the camera follow held keys up to a time in seconds, and the picture's size."""
        self.outlook.advance(size, min(now - self._advanced, 0.1))
        self._advanced = now

    # What the mouse does.

    def on(self, event: Event, now: float) -> None:
        """Take in what happened at a time in seconds. Keys are only looked at for what they modify."""
        self._now = now
        match event:
            case KeyPress():
                self._hold(event.modifiers)
            case KeyRelease(key) if (name := key.split()[-1]) in MODIFIERS:
                self._hold(replace(self.held, **{name: False}))
            case MouseWheel() if self.tool and self.held.ctrl:
                self.resize_brush(event.steps)
            case MouseWheel():
                self.outlook.zoom(self._beside_minimap(event.pixel), event.steps)
            case MouseButton(down=True):
                self._press(event)
            case MouseButton():
                self._move(event)
                if self.stroke and self.stroke.button == event.button:
                    stroke, self.stroke = self.stroke, None
                    self._last = stroke
                    self._finish(stroke)
            case MouseMove():
                self._move(event)

    def _hold(self, held: Held) -> None:
        self.held, self.captain.queueing = held, held.shift

    def _press(self, event: MouseButton) -> None:
        self._move(event)
        if self.stroke:  # another button lets go of what the first one had begun
            self.stroke = None
        elif event.button == "right" and self.tool:
            self.take(self.tool)
        else:
            self.purpose = self._meant(event)
            self.stroke = press(event, self.place(event.pixel), self._now, self._last)
            if self.purpose == "charge":
                self._charge(self.stroke.places[0])
            elif self.purpose == "look":
                self.outlook.jump(self.stroke.places[0])
            elif self.purpose in ORDERING and self.captain.battlefield:
                self.captain.asked()  # whom this will be for: it is told at once if that is nobody

    def _meant(self, event: MouseButton) -> Purpose:
        if event.button == "middle":
            return "pan"
        if event.button == "left" and self.on_minimap(event.pixel):
            return "look"
        if event.button == "left" and self.tool:
            return self.tool
        if event.modifiers.alt:
            return "draw"
        return "select" if event.button == "left" else "order"

    def _move(self, event: MouseMove | MouseButton) -> None:
        before, self.pointer = self.pointer or event.pixel, event.pixel
        self._hold(event.modifiers)
        if not self.stroke:
            return
        place = self.place(event.pixel)
        self.stroke = follow(self.stroke, event, place)
        if self.purpose == "pan":
            self.outlook.drag(event.pixel[0] - before[0], event.pixel[1] - before[1])
        elif self.purpose == "look":
            self.outlook.jump(place)
        elif self.purpose == "charge" and math.dist(self._struck, place) >= self.radius:
            self._charge(place)

    def _finish(self, stroke: Stroke) -> None:
        if self.purpose == "select":
            self._select(stroke)
        elif self.purpose == "order" and stroke.span < LINE:
            self.captain.order(partial(deployment.brought, place=stroke.places[-1]))
        elif self.purpose in ORDERING:
            self.captain.order(partial(self.shown, stroke))
            if self.purpose == "brush":
                self._painting = () if self.captain.queueing else self._painted(stroke)

    def _select(self, stroke: Stroke) -> None:
        captain = self.captain
        if captain.battlefield is None:
            return
        if stroke.dragged:
            captain.selection = captain.selection.choose(self._boxed(stroke), add=captain.queueing)
        else:
            found = standing_at(captain.battlefield.mass, stroke.places[-1], self.grasp, captain.own)
            if found is None:
                captain.selection = captain.selection.choose((), add=captain.queueing)
            elif captain.queueing:
                captain.selection = captain.selection.toggle(found)
            else:
                captain.selection = captain.selection.choose((found,))
                if stroke.twice:
                    self._jump()
        self._painting = ()

    def _charge(self, place: Place) -> None:
        self._struck = place
        self.captain.command(Charge(place, self.radius))

    def chosen(self) -> Regiments:
        """Return who is selected, with whom the box in hand would select."""
        selection = self.captain.selection
        if self.stroke and self.purpose == "select" and self.stroke.dragged:
            selection = selection.choose(self._boxed(self.stroke), add=self.captain.queueing)
        return selection.chosen

    @property
    def busy(self) -> bool:
        """Whether the player is at something on the field that a banner would hide."""
        return bool(self.stroke or self.tool or self.captain.selection.chosen)

    def spans(self, stroke: Stroke) -> bool:
        """Return whether a stroke is long enough to be a line."""
        first, last = stroke.places[0], stroke.places[-1]
        return first != last and (stroke.span >= LINE or (self.purpose == "draw" and stroke.dragged))

    def shown(self, stroke: Stroke, chosen: list[Chosen]) -> Given:
        """Return the orders that a stroke shows by now; none while it is too short to show any."""
        battlefield = self.captain.battlefield
        if self.purpose == "brush":
            return deployment.painted(chosen, self._painted(stroke))
        if battlefield is None or not self.spans(stroke):
            return ()
        if self.purpose == "draw":
            return deployment.drawn(chosen, stroke.places)
        first, last = stroke.places[0], stroke.places[-1]
        return deployment.deployed(chosen, first, last, battlefield.depth)

    def _painted(self, stroke: Stroke) -> tuple[Disc, ...]:
        return (*self._painting, *deployment.brushed(stroke.places, self.radius))

    def _boxed(self, stroke: Stroke) -> Regiments:
        if self.captain.battlefield is None:
            return ()
        return standing_in(self.captain.battlefield.mass, stroke.places[0], stroke.places[-1], self.captain.own)

    # Where the mouse is.

    def place(self, pixel: Pixel) -> Place:
        """Return the point of the field under a pixel, the nearest one where that lies outside.

        A stroke that began on the minimap stays on it.
        """
        on_minimap = self.on_minimap(self.stroke.start if self.stroke else pixel)
        camera = minimap_camera(self.outlook.camera.size, self._grid) if on_minimap else self.outlook.camera
        x, y = camera.cells(np.array(pixel))
        return min(max(float(x), 0.0), float(self._grid[1])), min(max(float(y), 0.0), float(self._grid[0]))

    def on_minimap(self, pixel: Pixel) -> bool:
        return self.minimap and minimap_cell(pixel, self.outlook.camera.size, self._grid) is not None

    def _beside_minimap(self, pixel: Pixel) -> Pixel:
        return centre_of_sight(self._grid, self.outlook.camera.size) if self.on_minimap(pixel) else pixel

    @property
    def grasp(self) -> float:
        return max(GRASP / self.outlook.camera.scale, 0.75)

    # What the keys do: see engine.controls.bindings.

    def recall_group(self, number: int) -> None:
        """Select a group; twice within a moment, go there."""
        if not self.captain.recall_group(number):
            return
        before, self._recalled = self._recalled, (number, self._now)
        if before and before[0] == number and self._now - before[1] <= DOUBLE:
            self._jump()

    def _jump(self) -> None:
        if self.captain.battlefield and self.captain.selection.chosen:
            self.outlook.jump(*whereabouts(self.captain.battlefield.mass, self.captain.selection.chosen))

    def take(self, tool: Tool) -> None:
        """Take a tool in hand, or put it down."""
        self.tool = None if self.tool == tool else tool
        self.stroke, self._painting = None, ()

    def resize_brush(self, steps: float) -> None:
        """Make the brush and the charge larger, or smaller."""
        self.radius = min(max(self.radius * STEP**steps, BRUSHES[0]), BRUSHES[1])

    def let_go(self) -> bool:
        """Let go of the stroke, or else of the tool, or else of the selected; return whether there was any."""
        if self.stroke:
            self.stroke = None
        elif self.tool:
            self.take(self.tool)
        elif self.captain.selection.chosen:
            self.captain.selection = self.captain.selection.choose(())
        else:
            return False
        return True
