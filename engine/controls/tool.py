"""What a mouse tool is: an object in a file of its own in engine/controls/tools/, and nowhere else."""

from __future__ import annotations

from typing import ClassVar, Protocol

from engine.controls.camera_control import CameraControl
from engine.controls.drag import Drag
from engine.controls.player import Player
from engine.orders import Chosen, Given, Place
from engine.view import Annotation, Cursor, MouseButton, Pixel


class Pointing(Protocol):
    """What a tool can ask of the mouse that works with it."""

    player: Player
    camera_control: CameraControl
    radius: float  # of brushes, in cells
    in_hand: Tool | None

    @property
    def grasp(self) -> float:
        """How far from a regiment a click still takes hold of it, in cells."""
        ...

    def on_minimap(self, pixel: Pixel) -> bool:
        """Whether a pixel lies on the minimap."""
        ...

    def jump_to_selected(self) -> None:
        """Move the camera to the selected regiments."""
        ...

    def forget(self) -> None:
        """Have every tool forget what earlier drags left in it."""
        ...


class Tool:
    """One way to use the mouse. A drag is led by the tool that claims its first press, and goes to its end.

    A tool with a `key` is taken in hand by it, and claims the left button while it is. `order` is its place in the
    help; of two tools that claim a press the later one has it.
    """

    name: ClassVar[str]  # of its action in the settings, where it has a key
    key: ClassVar[str] = ""
    does: ClassVar[str] = ""  # what the help says of the key
    gestures: ClassVar[tuple[tuple[str, str], ...]] = ()  # what the help says of the mouse: gesture, what it does
    order: ClassVar[int] = 100
    cursor: ClassVar[Cursor] = "arrow"
    gives_orders: ClassVar[bool] = False  # whether its drags show where soldiers will stand

    def __init__(self, mouse: Pointing) -> None:
        self.mouse = mouse

    def claims(self, press: MouseButton) -> bool:
        """Whether a drag that begins with this press is the tool's."""
        return press.button == "left" and self.mouse.in_hand is self

    def begin(self, drag: Drag) -> None:
        """Do what a press does at once."""

    def move(self, drag: Drag, right: float, down: float) -> None:
        """Do what moving the mouse by so many pixels does at once."""

    def finish(self, drag: Drag) -> None:
        """Do what the drag asks for, now that the button is up."""

    def preview(self, drag: Drag, chosen: list[Chosen]) -> Given:
        """Return the orders that a drag shows by now; none while it is too short to show any."""
        return ()

    def marks(self, drag: Drag) -> list[Annotation]:
        """Return what a drag leaves on the field while it goes on."""
        return []

    def hover_marks(self, place: Place) -> list[Annotation]:
        """Return what shows at the mouse while the tool is in hand."""
        return []

    def forget(self) -> None:
        """Forget what earlier drags left: others are selected, or the tool was put down."""
