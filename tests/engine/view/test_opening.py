"""Opening views, one after the other, and what happens in them."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import numpy as np
import pytest
from sketches import GRID, SIZE, men

from engine.view.base import NoDisplay
from engine.view.events import ButtonsLost, KeyPress, KeyRelease, Modifiers, MouseButton, MouseMove, MouseWheel, Quit
from engine.view.opening import has_display, open_view
from engine.view.scene import Scene

pytestmark = pytest.mark.window  # views are opened here by hand


@pytest.fixture
def view(fresh_view):
    """Here each test has a view of its own."""
    return fresh_view


def test_a_view_has_the_size_that_was_asked_for_and_so_has_its_camera(view):
    assert view.size == SIZE
    assert view.camera(GRID).size == SIZE


def test_keys_and_closing_come_out_in_order(view):
    import pygame

    view.events()
    keys = (pygame.K_a, pygame.K_1, pygame.K_SPACE, pygame.K_LEFT, pygame.K_F1, pygame.K_KP_PLUS)
    for key in keys:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        pygame.event.post(pygame.event.Event(pygame.KEYUP, key=key))
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    names = ("a", "1", "space", "left", "f1", "[+]")
    told = [event for name in names for event in (KeyPress(name), KeyRelease(name))]
    assert view.events() == [*told, Quit()]
    assert view.events() == []


def test_the_mouse_says_where_it_is_which_button_went_down_and_what_is_held(view):
    import pygame

    view.events()
    post, event = pygame.event.post, pygame.event.Event
    post(event(pygame.MOUSEMOTION, pos=(30, 40), rel=(1, 1), buttons=(0, 0, 0)))
    post(event(pygame.KEYDOWN, key=pygame.K_LSHIFT))
    post(event(pygame.MOUSEBUTTONDOWN, pos=(31, 41), button=3))
    post(event(pygame.KEYUP, key=pygame.K_LSHIFT))
    post(event(pygame.KEYDOWN, key=pygame.K_RALT))
    post(event(pygame.MOUSEMOTION, pos=(50, 60), rel=(1, 1), buttons=(0, 0, 1)))
    post(event(pygame.MOUSEBUTTONUP, pos=(50, 60), button=3))
    post(event(pygame.MOUSEWHEEL, x=0, y=-2))
    post(event(pygame.MOUSEBUTTONDOWN, pos=(50, 60), button=5))  # the wheel once more, as old programs know it
    mouse = [one for one in view.events() if not isinstance(one, KeyPress | KeyRelease)]
    assert mouse == [
        MouseMove((30, 40)),
        MouseButton((31, 41), "right", True, Modifiers(shift=True)),
        MouseMove((50, 60), Modifiers(alt=True)),
        MouseButton((50, 60), "right", False, Modifiers(alt=True)),
        MouseWheel((50, 60), -2),
    ]


def test_keys_that_are_down_when_the_window_loses_sight_are_let_go_of(view):
    import pygame

    view.events()
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_LCTRL))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_w))
    pygame.event.post(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_w))
    told = view.events()
    assert told[1] == KeyPress("w", modifiers=Modifiers(ctrl=True))
    assert {*told[2:4]} == {KeyRelease("left ctrl"), KeyRelease("w")}
    assert told[4] == KeyPress("w")


def test_text_input_is_off_so_that_no_input_method_takes_letters(view):
    import pygame

    sdl = ctypes.CDLL(pygame.base.__file__)
    assert sdl.SDL_IsTextInputActive() == 0


def test_buttons_that_are_down_when_the_window_loses_the_focus_are_lost(view):
    import pygame

    view.events()
    pygame.event.post(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(30, 40), button=3))
    pygame.event.post(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    assert view.events() == [MouseButton((30, 40), "right", True), ButtonsLost()]


@pytest.mark.parametrize("kind", ["opengl"], indirect=True)
def test_a_driver_that_cannot_wait_for_the_screen_opens_without(kind, monkeypatch):
    import pygame

    from engine.view.window import Window

    asked, set_mode = [], pygame.display.set_mode

    def mode(size, flags=0, vsync=0):
        asked.append(vsync)
        if vsync:
            raise pygame.error("regular vsync for OpenGL not available")  # as pygame-ce says
        return set_mode(size, flags)

    monkeypatch.setattr(pygame.display, "set_mode", mode)
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")
    Window(SIZE, "Maniple", opengl=True).close()
    assert asked == [1, 0]


@pytest.mark.parametrize("cursor", ["hand", "crosshair", "move", "arrow"])
def test_the_mouse_takes_every_look(drawn, cursor):
    drawn(cursor=cursor)


def test_a_held_key_repeats(view):
    import pygame

    after, every = pygame.key.get_repeat()
    assert 0 < every < after < 1000


def test_views_open_one_after_the_other(kind):
    pictures, descriptions = [], set()
    for size in ((640, 360), (800, 600), (640, 360)):
        view = open_view(size, visible=False, prefer=kind)
        try:
            view.draw(Scene(GRID, men((48.0, 32.0)), None, status=(("tick", "1"),)))
            pictures.append(view.picture())
            descriptions.add(view.description)
        finally:
            view.close()
            view.close()
        assert pictures[-1].shape == (size[1], size[0], 3)
    assert np.array_equal(pictures[0], pictures[2])
    assert len(descriptions) == 1


def test_opening_without_a_screen_leaves_the_environment_as_it_was(monkeypatch):
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    open_view(SIZE, visible=False).close()
    assert "SDL_VIDEODRIVER" not in os.environ


@pytest.mark.parametrize("kind", ["opengl"], indirect=True)
def test_the_window_shows_what_the_picture_says(view, monkeypatch):
    shown = []

    def look() -> None:
        # Before the buffers change places, the back one is still what was drawn.
        pixels = np.frombuffer(view._context.screen.read(components=4), dtype=np.uint8)
        shown.append(pixels.reshape(SIZE[1], SIZE[0], 4)[::-1, :, :3])

    monkeypatch.setattr(view._window, "show", look)
    view.draw(Scene(GRID, men((48.0, 32.0)), None, banner="Mustering ..."))
    assert np.array_equal(shown[0], view.picture())
    assert shown[0].std() > 10


def test_where_opengl_fails_surfaces_take_over_and_say_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "moderngl", None)  # importing it now raises ImportError
    for name in [name for name in sys.modules if name.startswith(("engine.view.opengl", "engine.gl"))]:
        monkeypatch.delitem(sys.modules, name)
    view = open_view(SIZE, visible=False)
    try:
        assert view.description.startswith("pygame surfaces: ")
        assert "moderngl" in view.description
        assert "\n" not in view.description
        view.draw(Scene(GRID, men((48.0, 32.0)), None))
        assert view.picture().std() > 5
    finally:
        view.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has machines without a display")
def test_a_window_without_a_display_is_refused(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    with pytest.raises(NoDisplay, match="DISPLAY"):
        open_view()
    monkeypatch.setenv("DISPLAY", ":4711")  # one that nobody serves
    assert has_display()
    with pytest.raises(NoDisplay):
        open_view()


def test_importing_the_view_imports_neither_pygame_nor_moderngl():
    modules = "engine.view, engine.view.scene, engine.view.camera, engine.recording.pictures, engine.view.sprites"
    check = f"import sys, {modules}; print([name for name in ('pygame', 'moderngl') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_a_view_prints_nothing():
    check = "from engine.view import open_view; open_view((320, 200), visible=False).close()"
    environment = {key: value for key, value in os.environ.items() if key != "PYGAME_HIDE_SUPPORT_PROMPT"}
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    assert done.stdout == ""
