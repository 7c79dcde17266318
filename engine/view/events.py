"""What the player did, as a view reports it: keys, mouse, window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Pixel = tuple[float, float]  # x, y from the picture's top left corner


@dataclass(frozen=True)
class Modifiers:
    """Which modifier keys are down."""

    ctrl: bool = False
    shift: bool = False
    alt: bool = False
    altgr: bool = False  # apart from Alt: it writes signs, and many keyboards have it in the place of the right Alt


MODIFIERS = ("ctrl", "alt", "altgr", "shift")  # their names, in the order in which keys are written: "ctrl+shift+1"


@dataclass(frozen=True)
class KeyPress:
    """A key went down. `key` is its name in pygame's words: "a", "1", "space", "left", "f1", "escape", "[+]".

    A key that prints a sign has the name of the sign that the US layout has in its place; `letter` is the player's own.
    """

    key: str
    repeated: bool = False  # it went down earlier, and this is a repetition
    modifiers: Modifiers = Modifiers()
    letter: str | None = None  # what the player's layout has there, where that is something else


@dataclass(frozen=True)
class KeyRelease:
    """A key came up, or the window lost the keyboard while the key was down. `key` is as in its press."""

    key: str
    modifiers: Modifiers = Modifiers()  # that are down yet


@dataclass(frozen=True)
class MouseButton:
    """A mouse button went down or up at a pixel."""

    pixel: Pixel
    button: Literal["left", "middle", "right"]
    down: bool
    modifiers: Modifiers = Modifiers()


@dataclass(frozen=True)
class MouseMove:
    """The mouse moved to a pixel."""

    pixel: Pixel
    modifiers: Modifiers = Modifiers()


@dataclass(frozen=True)
class MouseWheel:
    """The wheel turned over a pixel, away from the player where `steps` is positive."""

    pixel: Pixel
    steps: float


@dataclass(frozen=True)
class ButtonsLost:
    """The window lost the mouse while buttons were down: what they began ends without an outcome."""


@dataclass(frozen=True)
class Quit:
    """The window was asked to close."""


Event = KeyPress | KeyRelease | MouseButton | MouseMove | MouseWheel | ButtonsLost | Quit
