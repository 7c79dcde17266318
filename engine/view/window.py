"""The pygame window: it opens and closes, has a size, and reports what the player does in it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Literal

import pygame

from engine.view.base import NoDisplay
from engine.view.events import ButtonsLost, Event, MouseButton, MouseMove, MouseWheel, Pixel, Quit
from engine.view.keyboard import Keyboard, letters_of_layout
from engine.view.scene import Cursor

REPEAT_AFTER, REPEAT_EVERY = 300, 45  # milliseconds, for a key that is held

BUTTONS: dict[int, Literal["left", "middle", "right"]] = {1: "left", 2: "middle", 3: "right"}
CURSORS = {
    "arrow": pygame.SYSTEM_CURSOR_ARROW,
    "hand": pygame.SYSTEM_CURSOR_HAND,
    "crosshair": pygame.SYSTEM_CURSOR_CROSSHAIR,
    "move": pygame.SYSTEM_CURSOR_SIZEALL,
}
HEADLESS = ("offscreen", "dummy", "evdev")  # SDL's drivers without a picture


class Window:
    """A pygame window, for OpenGL or for surfaces, on a named SDL driver or on the system's own."""

    def __init__(self, size: tuple[int, int], title: str, *, opengl: bool, driver: str | None = None) -> None:
        """Open the window. Raises NoDisplay where there is no display, pygame.error where OpenGL is missing."""
        # On Windows, sizes are to be in the screen's own pixels, whatever scaling the system is set to.
        os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")
        with sdl_driver(driver):
            try:
                pygame.display.init()
            except pygame.error as error:
                raise NoDisplay(f"no display: {error}") from error
            # Where SDL cannot reach the display, it falls back on a driver that shows nothing.
            driver_in_use = pygame.display.get_driver()
            if driver_in_use in HEADLESS and driver_in_use != os.environ.get("SDL_VIDEODRIVER"):
                pygame.display.quit()
                raise NoDisplay("no display: the one that is set cannot be reached")
        try:
            if driver_in_use not in HEADLESS:
                size = comfortable(size, pygame.display.get_desktop_sizes()[0])
            self._opengl = opengl
            self._windowed: tuple[int, int] | None = None  # the size to return to from the full screen
            self._buttons: set[int] = set()  # that are down
            self._pointer: Pixel = (0.0, 0.0)
            self._cursor: Cursor = "arrow"
            pygame.display.set_caption(title)
            self._open(size, synchronised=driver is None)
            pygame.key.stop_text_input()  # else an input method may take letters for itself
            self._keyboard = Keyboard()
            pygame.key.set_repeat(REPEAT_AFTER, REPEAT_EVERY)
        except BaseException:
            pygame.display.quit()
            raise

    def _open(self, size: tuple[int, int], synchronised: bool) -> None:
        if not self._opengl:
            pygame.display.set_mode(size, pygame.RESIZABLE)
            return
        for attribute, value in (
            (pygame.GL_CONTEXT_MAJOR_VERSION, 3),
            (pygame.GL_CONTEXT_MINOR_VERSION, 3),
            (pygame.GL_CONTEXT_PROFILE_MASK, pygame.GL_CONTEXT_PROFILE_CORE),
            (pygame.GL_CONTEXT_FLAGS, pygame.GL_CONTEXT_FORWARD_COMPATIBLE_FLAG),
        ):
            pygame.display.gl_set_attribute(attribute, value)
        flags = pygame.OPENGL | pygame.DOUBLEBUF | pygame.RESIZABLE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a driver that cannot wait for the screen is no matter to a player
            try:
                pygame.display.set_mode(size, flags, vsync=int(synchronised))
            except pygame.error:
                if not synchronised:
                    raise
                pygame.display.set_mode(size, flags)  # pygame-ce raises where pygame only warns

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, at least 1."""
        if self._opengl:
            width, height = pygame.display.get_window_size()
        else:
            width, height = self.surface.get_size()
        return max(width, 1), max(height, 1)

    @property
    def surface(self) -> pygame.Surface:
        """What is drawn on without OpenGL."""
        return pygame.display.get_surface()

    def events(self) -> list[Event]:
        """Return what the player did since the last call, in order."""
        return [event for pygame_event in pygame.event.get() for event in self._translated(pygame_event)]

    def _translated(self, event: pygame.event.Event) -> Iterator[Event]:
        if event.type == pygame.QUIT:
            yield Quit()
        elif event.type == pygame.KEYDOWN:
            yield self._keyboard.pressed(event)
        elif event.type == pygame.KEYUP:
            yield self._keyboard.released(event)
        elif event.type == pygame.KEYMAPCHANGED:
            self._keyboard.letters = letters_of_layout()
        elif event.type == pygame.WINDOWFOCUSLOST:
            yield from self._keyboard.let_go()
            if self._buttons:
                self._buttons.clear()
                yield ButtonsLost()
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and event.button in BUTTONS:
            self._pointer = event.pos
            down = event.type == pygame.MOUSEBUTTONDOWN
            (self._buttons.add if down else self._buttons.discard)(event.button)
            yield MouseButton(event.pos, BUTTONS[event.button], down, self._keyboard.modifiers())
        elif event.type == pygame.MOUSEMOTION:
            self._pointer = event.pos
            yield MouseMove(event.pos, self._keyboard.modifiers())
        elif event.type == pygame.MOUSEWHEEL:
            yield MouseWheel(self._pointer, getattr(event, "precise_y", event.y))

    @property
    def letters(self) -> Mapping[str, str]:
        """By place, as the US layout names it: what the player's layout has there, where that is something else."""
        return self._keyboard.letters

    def point(self, cursor: Cursor) -> None:
        """Set the mouse cursor."""
        if cursor != self._cursor:
            self._cursor = cursor
            with suppress(pygame.error):  # a driver without a picture has no cursor to show
                pygame.mouse.set_cursor(CURSORS[cursor])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or return to the window. Raises NoDisplay where the system cannot."""
        if self._opengl:
            try:
                pygame.display.toggle_fullscreen()  # keeps the context
            except pygame.error as error:
                raise NoDisplay(f"no full screen: {error}") from error
        elif self._windowed is None:
            self._windowed = self.size
            pygame.display.set_mode(pygame.display.get_desktop_sizes()[0], pygame.FULLSCREEN)
        else:
            pygame.display.set_mode(self._windowed, pygame.RESIZABLE)
            self._windowed = None

    def show(self) -> None:
        """Bring what was drawn to the screen."""
        pygame.display.flip()

    def close(self) -> None:
        """Give the window back; closing twice is harmless."""
        pygame.font.quit()
        pygame.display.quit()


def comfortable(size: tuple[int, int], desktop: tuple[int, int]) -> tuple[int, int]:
    """Return a window's width and height in pixels: larger where pixels are small, and no larger than the desktop.

    A desktop of 3840 x 2160 pixels counts as one of 1920 x 1080 with pixels half as large.
    """
    closeness = max(min(desktop[0] // 1920, desktop[1] // 1080), 1)
    width, height = (min(length * closeness, most) for length, most in zip(size, desktop, strict=True))
    return width, height


@contextmanager
def sdl_driver(name: str | None) -> Iterator[None]:
    """Name a video driver to SDL while it initialises; None leaves the choice to the system."""
    before = os.environ.get("SDL_VIDEODRIVER")
    if name is not None:
        os.environ["SDL_VIDEODRIVER"] = name
    try:
        yield
    finally:
        if name is not None:
            if before is None:
                del os.environ["SDL_VIDEODRIVER"]
            else:
                os.environ["SDL_VIDEODRIVER"] = before
