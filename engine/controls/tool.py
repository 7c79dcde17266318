"""What a mouse tool is, and how to add one.

Write one file in engine/controls/tools/ with a subclass of `Tool`; it is found there, and the help, the settings and
--list-keys have it. This is a whole tool; J takes it in hand, and then it says where the player clicks:

    from engine.controls.tool import Tool

    class Scout(Tool):
        name = "scout"
        key = "j"
        does = "take the scout, put it down"
        gestures = (("Scout: left-click", "say where that is"),)

        def finish(self, drag):
            x, y = drag.places[-1]
            self.mouse.player.notify(f"x {x:.0f}, y {y:.0f}")

A drag goes through a tool in this order, and every step has a default:

1. `claims`: a button went down. Of the tools that claim the press, the one with the highest `order` gets the drag.
2. `begin`, then `move` whenever the mouse has moved.
3. In each frame meanwhile: `marks`, `cursor`, and with `gives_orders` also `preview`.
4. `finish`: the button is up. There is none if the player cancels the drag.

A tool reads the battle at `self.mouse.player.battle`, which is None until it is built, and changes it by commands only:
`self.mouse.player.order(make)` gives the selected regiments the orders that `make` returns for them, and
`self.mouse.player.command(command)` executes any other command. `Drag` is what the mouse did so far,
`engine.controls.marks` makes annotations, and `engine.orders.deployment` makes orders from places.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from engine.controls.camera_control import CameraControl
from engine.controls.drag import Drag
from engine.controls.player import Player, When
from engine.orders import Chosen, Given, Place
from engine.view import Annotation, Cursor, MouseButton, PanelHit, Pixel


class Pointing(Protocol):
    """The mouse as a tool sees it, at `self.mouse`: the player, the camera, and where the mouse points."""

    player: Player  # has the selection; orders and commands go through it
    camera_control: CameraControl
    radius: float  # of brushes, in cells; the player resizes it
    in_hand: Tool | None  # the tool that the player has taken in hand

    @property
    def held(self) -> float:
        """How many seconds the button of the drag has been down; 0 where there is none."""
        ...

    @property
    def grasp(self) -> float:
        """How far from a regiment a click still hits it, in cells."""
        ...

    def on_minimap(self, pixel: Pixel) -> bool:
        """Whether a pixel lies on the minimap."""
        ...

    def panel_at(self, pixel: Pixel) -> PanelHit | None:
        """Return the panel that lies over the field at a pixel, or None; the minimap's map counts as field."""
        ...

    def select(self, regiment: int | None, drag: Drag) -> None:
        """Select the regiment that a click hit, or none; with Shift add it or take it away, twice goes there."""
        ...

    def press_button(self, order: str) -> None:
        """Do what a button of the panels says: a pace, or a tool to take in hand."""
        ...

    def jump_to_selected(self) -> None:
        """Move the camera to the selected regiments."""
        ...

    def forget(self) -> None:
        """Have every tool forget earlier drags."""
        ...


class Tool:
    """One way to use the mouse. Subclasses set the attributes and override the methods that they need."""

    name: ClassVar[str]  # unique; with a key it is the action's name in settings files
    key: ClassVar[str] = ""  # takes the tool in hand, and puts it down; as in engine.controls.bindings, and not in use
    does: ClassVar[str] = ""  # the help's words for the key
    gestures: ClassVar[tuple[tuple[str, str], ...]] = ()  # the help's rows for the mouse: gesture, what it does
    when: ClassVar[When] = "always"  # which battles have it: "combat" and "drill" as in Player.offers
    order: ClassVar[int] = 100  # its place in the help; also which of two tools gets a press that both claim
    cursor: ClassVar[Cursor] = "arrow"  # during its drags
    gives_orders: ClassVar[bool] = False  # whether its drags show a preview of where soldiers will stand

    def __init__(self, mouse: Pointing) -> None:
        self.mouse = mouse

    def claims(self, press: MouseButton) -> bool:
        """Return whether the tool wants the drag that begins here: by default, the left button's while in hand."""
        in_hand = press.button == "left" and self.mouse.in_hand is self
        return in_hand and not self.mouse.on_minimap(press.pixel)

    def begin(self, drag: Drag) -> None:
        """Do what happens as soon as the button is down."""

    def move(self, drag: Drag, right: float, down: float) -> None:
        """Do what happens as soon as the mouse has moved, by so many pixels."""

    def finish(self, drag: Drag) -> None:
        """Do what the drag asks for, once the button is up."""

    def preview(self, drag: Drag, chosen: list[Chosen]) -> Given:
        """Return the orders for the selected regiments if the drag ended now; () while it is too short."""
        return ()

    def marks(self, drag: Drag) -> list[Annotation]:
        """Return what the drag shows on the field."""
        return []

    def hover_marks(self, place: Place) -> list[Annotation]:
        """Return what shows where the mouse points while the tool is in hand."""
        return []

    def forget(self) -> None:
        """Forget earlier drags: the selection has changed, or a tool was taken in hand or put down."""
