"""What the views that draw in a window have in common: its size, its events, its full screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.view.base import PanelHit
from engine.view.camera import Camera, whole_field
from engine.view.events import Event, Pixel
from engine.view.hud.panels import Panel
from engine.view.window import Window


class WindowView:
    """A view without its drawing."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._shown: Sequence[Panel] = ()  # the panels of the last scene drawn, lowest first

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels, as it is now."""
        return self._window.size

    def camera(self, grid: tuple[int, int]) -> Camera:
        """Return the camera that shows all of a field, height and width in cells, in the window as it is now."""
        return whole_field(grid, self._window.size)

    def events(self) -> list[Event]:
        """Return what the player did since the last call, in order."""
        return self._window.events()

    @property
    def letters(self) -> Mapping[str, str]:
        """By place, as the US layout names it: what the player's layout has there, where that is something else."""
        return self._window.letters

    def panel_at(self, pixel: Pixel) -> PanelHit | None:
        """Return the panel that lies over the field at a pixel of the last scene drawn, or None."""
        return next((hit for panel in reversed(self._shown) if (hit := panel.hit(pixel))), None)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or return to the window. Raises OSError where the system cannot."""
        self._window.toggle_full_screen()
