"""The player's mouse: which tool a drag belongs to, and where on the field it points.

No pygame and no clock: events come with the time at which they happened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast, get_args

import numpy as np

from engine.controls.camera_control import CameraControl
from engine.controls.drag import DOUBLE_CLICK, Drag, begin, extend
from engine.controls.player import Player
from engine.controls.selection import Regiments, whereabouts
from engine.controls.tool import Tool
from engine.controls.tools import TOOLS
from engine.controls.tools.select import Select
from engine.orders import Pace, Place
from engine.view import (
    ButtonsLost,
    Event,
    KeyPress,
    KeyRelease,
    Modifiers,
    MouseButton,
    MouseMove,
    MouseWheel,
    PanelHit,
    Pixel,
    centre_of_sight,
    minimap_camera,
    minimap_cell,
)

GRASP = 7.0  # pixels from a regiment within which a click still hits it
BRUSH = 4.0  # cells: the brush's radius at first
BRUSHES = (1.0, 40.0)  # cells: its smallest and its largest radius
BRUSH_STEP = 1.25  # times larger with each step

# The help's rows for what the mouse does with any tool.
GESTURES = (
    ("Shift", "the order waits for those before it"),
    ("Wheel", "zoom to the cursor"),
    ("Another button", "let go of what the first has begun"),
)


class Mouse:
    """Holds camera, drag and tool in hand, and gives each press to the tool that claims it; orders go to the player.

    `panel_at` returns the panel that shows at a pixel, if any does.
    """

    def __init__(
        self,
        grid: tuple[int, int],
        size: tuple[int, int],
        player: Player,
        panel_at: Callable[[Pixel], PanelHit | None] = lambda pixel: None,
    ) -> None:
        self.camera_control = CameraControl(grid, size)
        self.player = player
        self.tools = tuple(kind(self) for kind in TOOLS)
        self.in_hand: Tool | None = None
        self.drag: Drag | None = None
        self.active: Tool = self.tools[0]  # the tool of this drag, or of the last one
        self.minimap = False  # whether it shows, and can be clicked
        self.modifiers = Modifiers()  # the modifier keys that are down
        self.pointer: Pixel | None = None
        self.radius = BRUSH  # cells
        self._grid = grid
        self._panel_at = panel_at
        self._now = self._advanced = 0.0
        self._last: Drag | None = None  # the drag before
        self._recalled: tuple[int, float] | None = None  # which group was recalled last, and when

    def advance(self, size: tuple[int, int], now: float) -> None:
        """Pan for keys that are held, up to a time in seconds, and adapt to the picture's size."""
        self.camera_control.advance(size, min(now - self._advanced, 0.1))
        self._advanced = now

    # What the mouse does.

    def on(self, event: Event, now: float) -> None:
        """Take in what happened at a time in seconds. Of keys only modifiers matter here."""
        self._now = now
        match event:
            case KeyPress() | KeyRelease():
                self._hold(event.modifiers)
            case ButtonsLost():
                self.drag = self._last = None
            case MouseWheel() if self.in_hand and self.modifiers.ctrl:
                self.resize_brush(event.steps)
            case MouseWheel():
                self.camera_control.zoom(self._beside_panels(event.pixel), event.steps)
            case MouseButton(down=True):
                self._press(event)
            case MouseButton():
                self._move(event)
                if self.drag and self.drag.button == event.button:
                    drag, self.drag = self.drag, None
                    self._last = drag
                    self.active.finish(drag)
            case MouseMove():
                self._move(event)

    def _hold(self, modifiers: Modifiers) -> None:
        self.modifiers, self.player.queueing = modifiers, modifiers.shift

    def _press(self, event: MouseButton) -> None:
        self._move(event)
        if self.drag:  # another button cancels what the first one began
            self.drag = None
        elif event.button == "right" and self.in_hand:
            self.toggle_tool(self.in_hand.name)
        else:
            self.active = next(tool for tool in reversed(self.tools) if tool.claims(event))
            self.drag = begin(event, self.place(event.pixel), self._now, self._last)
            self.active.begin(self.drag)
            if self.active.gives_orders and self.player.battle:
                self.player.asked()  # notifies the player at once where nobody is selected

    def _move(self, event: MouseMove | MouseButton) -> None:
        before, self.pointer = self.pointer or event.pixel, event.pixel
        self._hold(event.modifiers)
        if self.drag:
            self.drag = extend(self.drag, event, self.place(event.pixel))
            self.active.move(self.drag, event.pixel[0] - before[0], event.pixel[1] - before[1])

    def selected(self) -> Regiments:
        """Return the selected regiments, with those that the box in hand would select."""
        selection = self.player.selection
        if self.drag and self.drag.dragged and isinstance(self.active, Select):
            selection = selection.choose(self.active.boxed(self.drag), add=self.player.queueing)
        return self.player.present(selection.regiments)

    @property
    def busy(self) -> bool:
        """Whether the player is doing something on the field that a banner would hide."""
        return bool(self.drag or self.in_hand or self.player.selected)

    def forget(self) -> None:
        """Have every tool forget earlier drags."""
        for tool in self.tools:
            tool.forget()

    @property
    def held(self) -> float:
        """How many seconds the button of the drag has been down; 0 where there is none."""
        return max(self._advanced, self._now) - self.drag.began if self.drag else 0.0

    # Where the mouse is.

    def place(self, pixel: Pixel) -> Place:
        """Return the point of the field, x and y in cells, under a pixel; the nearest one where that lies outside.

        A drag that began on the minimap stays on it.
        """
        on_minimap = self.on_minimap(self.drag.start if self.drag else pixel)
        camera = (
            minimap_camera(self.camera_control.camera.size, self._grid) if on_minimap else self.camera_control.camera
        )
        x, y = camera.cells(np.array(pixel))
        return min(max(float(x), 0.0), float(self._grid[1])), min(max(float(y), 0.0), float(self._grid[0]))

    def on_minimap(self, pixel: Pixel) -> bool:
        """Whether a pixel lies on the minimap."""
        return self.minimap and minimap_cell(pixel, self.camera_control.camera.size, self._grid) is not None

    def panel_at(self, pixel: Pixel) -> PanelHit | None:
        """Return the panel that lies over the field at a pixel, or None; the minimap's map counts as field."""
        hit = self._panel_at(pixel)
        return None if hit and hit.panel == "minimap" and self.on_minimap(pixel) else hit

    def _beside_panels(self, pixel: Pixel) -> Pixel:
        """Return a pixel of the field, or its middle for one that lies on a panel."""
        covered = self.on_minimap(pixel) or self.panel_at(pixel)
        return centre_of_sight(self._grid, self.camera_control.camera.size) if covered else pixel

    @property
    def grasp(self) -> float:
        """How far from a regiment a click still hits it, in cells."""
        return max(GRASP / self.camera_control.camera.scale, 0.75)

    # What keys do: see engine.controls.bindings.

    def recall_group(self, number: int) -> None:
        """Select a group; when called twice within DOUBLE_CLICK seconds, go there."""
        if not self.player.recall_group(number):
            return
        before, self._recalled = self._recalled, (number, self._now)
        if before and before[0] == number and self._now - before[1] <= DOUBLE_CLICK:
            self.jump_to_selected()

    def select(self, regiment: int | None, drag: Drag) -> None:
        """Select the regiment that a click hit, or none; with Shift add it or take it away, twice goes there."""
        player = self.player
        if regiment is None:
            player.selection = player.selection.choose((), add=player.queueing)
        elif player.queueing:
            player.selection = player.selection.toggle(regiment)
        else:
            player.selection = player.selection.choose((regiment,))
            if drag.double_click:
                self.jump_to_selected()
        self.forget()

    def jump_to_selected(self) -> None:
        """Move the camera to the selected regiments."""
        if self.player.battle and self.player.selected:
            self.camera_control.jump(*whereabouts(self.player.battle.state.mass, self.player.selected))

    def press_button(self, order: str) -> None:
        """Do what a button of the panels says: a pace, or a tool to take in hand."""
        if order in get_args(Pace):
            self.player.set_pace(cast(Pace, order))
        else:
            self.toggle_tool(order)

    def toggle_tool(self, name: str) -> None:
        """Take a tool in hand, or put it down; notify the player where this battle has none of its kind."""
        tool = next(tool for tool in self.tools if tool.name == name)
        if self.player.battle is None and tool.when != "always":
            self.player.later(partial(self.toggle_tool, name))  # nobody knows yet whether the battle has it
            return
        if not self.player.offers(tool.when):
            self.player.refuse(tool.when)
            return
        self.in_hand = None if self.in_hand is tool else tool
        self.drag = None
        self.forget()

    def resize_brush(self, steps: float) -> None:
        """Make the brush and the scatter larger, or smaller."""
        self.radius = min(max(self.radius * BRUSH_STEP**steps, BRUSHES[0]), BRUSHES[1])

    def cancel(self) -> bool:
        """Cancel the drag, or else put down the tool, or else deselect; return whether there was any of these."""
        if self.drag:
            self.drag = None
        elif self.in_hand:
            self.toggle_tool(self.in_hand.name)
        elif self.player.selection.regiments:
            self.player.selection = self.player.selection.choose(())
        else:
            return False
        return True
