"""What a view needs to know to draw one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int, UInt8


@dataclass(frozen=True)
class Soldiers:
    """The men as they are drawn, N of them. Cell (row i, column j) covers x in [j, j + 1), y in [i, i + 1)."""

    position: Float[np.ndarray, "N 2"]  # x, y in cells
    facing: Float[np.ndarray, " N"]  # radians clockwise from up on the screen
    walked: Float[np.ndarray, " N"]  # cells walked since the start; drives the walk cycle
    side: Int[np.ndarray, " N"]  # index of the team colour
    spacing: float = 0.5  # cells between two men in closed ranks; they are drawn to match


@dataclass(frozen=True)
class Scene:
    """One frame: field, men, the ghost of what was ordered, and the words over it."""

    grid: tuple[int, int]  # height and width of the field in cells
    soldiers: Soldiers | None  # None while nothing is mustered yet
    ghost: Float[np.ndarray, "H W"] | None  # density ordered, 0 to 1
    ghost_version: int = 0  # changes whenever the ghost does, so that it is uploaded once
    status: tuple[tuple[str, str], ...] = ()  # HUD rows: name, value; without a name, a remark
    banner: str | None = None  # a large line in the middle: "Paused"; "Mustering ..." (with dots) shows work under way
    keys: tuple[tuple[str, str], ...] | None = None  # the help panel's rows (keys, what they do), None when closed
    hint: str | None = None  # a quiet line in the lower corner: "F1 shows the keys"


@dataclass(frozen=True)
class KeyPress:
    """A key went down. `key` is its name in pygame's words: "a", "1", "space", "left", "f1", "escape", "[+]"."""

    key: str
    held: bool = False  # it went down earlier, and this is its repetition


@dataclass(frozen=True)
class Quit:
    """The window was asked to close."""


Event = KeyPress | Quit


class View(Protocol):
    """A place where scenes are drawn: a window with OpenGL, or with plain pygame surfaces."""

    description: str  # what draws, for the log: "OpenGL 4.5 (llvmpipe)", "pygame surfaces"

    def events(self) -> list[Event]:
        """Return what the player did since the last call, in order."""
        ...

    def draw(self, scene: Scene) -> None:
        """Draw the scene and show it."""
        ...

    def picture(self) -> UInt8[np.ndarray, "height width 3"]:
        """Return the pixels of the last scene drawn, top row first."""
        ...

    def close(self) -> None:
        """Give the window back."""
        ...
