"""What the views that draw in a window have in common: its size, its events, its full screen."""

from engine.view.camera import Camera, whole_field
from engine.view.events import Event
from engine.view.window import Window


class WindowView:
    """A view without its drawing."""

    def __init__(self, window: Window) -> None:
        self._window = window

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

    def toggle_full_screen(self) -> None:
        """Fill the screen, or return to the window. Raises OSError where the system cannot."""
        self._window.toggle_full_screen()
