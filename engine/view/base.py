"""What every view can do: the protocol that the game draws through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from jaxtyping import UInt8

from engine.view.events import Event, Pixel
from engine.view.scene import Scene


class NoDisplay(OSError):  # noqa: N818, the name says what is the case
    """There is no display to open a window on."""


@dataclass(frozen=True)
class PanelHit:
    """A panel that lies under a pixel; of a card also its regiment, as an index, and of a button its order."""

    panel: str  # its name: "status", "cards", "minimap"
    regiment: int | None = None
    order: str | None = None


class View(Protocol):
    """A place where scenes are drawn: a window with OpenGL, or with plain pygame surfaces."""

    description: str  # what draws, for the log: "OpenGL 4.5 (llvmpipe)", "pygame surfaces"

    @property
    def context(self) -> Any:
        """The OpenGL context that the view draws with; None where it draws without OpenGL."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels, as it is now."""
        ...

    def events(self) -> list[Event]:
        """Return what the player did since the last call, in order."""
        ...

    @property
    def letters(self) -> Mapping[str, str]:
        """By place, as the US layout names it: what the player's layout has there, where that is something else."""
        ...

    def panel_at(self, pixel: Pixel) -> PanelHit | None:
        """Return the panel that lies over the field at a pixel of the last scene drawn, or None."""
        ...

    def toggle_full_screen(self) -> None:
        """Fill the screen, or return to the window. Raises OSError where the system cannot."""
        ...

    def draw(self, scene: Scene) -> None:
        """Draw the scene and show it."""
        ...

    def picture(self, width: int | None = None) -> UInt8[np.ndarray, "height width 3"]:
        """Return the pixels of the last scene drawn, top row first, scaled down to `width` where they are wider."""
        ...

    def close(self) -> None:
        """Give the window back."""
        ...
