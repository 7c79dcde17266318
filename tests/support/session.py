"""The real game in a real view, and the hands and eyes of its player: events are posted, and time is the test's."""

import threading
from contextlib import contextmanager

import numpy as np
import pygame
from clock import Clock

from engine.app.clock import GameClock
from engine.app.game import Game
from engine.view.minimap import minimap_camera

FRAME = 1 / 60


class Session:
    """A game, and the hands and eyes of its player."""

    def __init__(self, campaign, view, folder, **own):
        post(pygame.WINDOWFOCUSLOST)  # whoever played in this view before lets go of its keys
        view.events()
        self.clock = Clock()
        self.game = Game(campaign, view, GameClock(30, self.clock, self.clock.sleep), folder, **own)
        self.view = view

    def play(self, seconds):
        for _ in range(round(seconds / FRAME)):
            self.clock.now += FRAME
            self.game.frame()

    def muster(self):
        """Wait until the battle is built, and take it over with the next frame: no frames are drawn meanwhile."""
        building = self.game._building
        assert building is None or building.wait(60), "never built"
        self.until(lambda: self.game.battle)

    def until(self, condition):
        for _ in range(2000):
            if condition():
                return
            self.play(FRAME)
            threading.Event().wait(0.005)  # the background needs real time
        raise AssertionError("never happened")

    def press(self, *keys):
        for key in keys:
            for kind in (pygame.KEYDOWN, pygame.KEYUP):
                pygame.event.post(pygame.event.Event(kind, key=pygame.key.key_code(key)))
        self.play(FRAME)

    def picture(self):
        self.play(FRAME)
        return self.view.picture().astype(int)

    def pixel(self, x, y):
        """Return where a cell's middle lies in the picture: row, column."""
        column, row = np.rint(self.view.camera(self.game.setup.ground.grid).pixels([x + 0.5, y + 0.5])).astype(int)
        return row, column

    # The mouse. Places are in cells, seen through the camera as it is.

    def at(self, place):
        """Return the pixel over a place."""
        x, y = np.rint(self.game.mouse.camera_control.camera.pixels(np.array(place, dtype=float))).astype(int)
        return int(x), int(y)

    def on_minimap(self, place):
        """Return the minimap's pixel over a place."""
        x, y = np.rint(minimap_camera(self.view.size, self.game.setup.ground.grid).pixels(np.array(place))).astype(int)
        return int(x), int(y)

    def drag(self, button, *pixels, hold=(), done=True):
        """Lead the mouse over these pixels with a button down; a single pixel makes a click."""
        number = {"left": 1, "middle": 2, "right": 3}[button]
        post(pygame.MOUSEMOTION, pos=pixels[0], rel=(0, 0), buttons=(0, 0, 0))
        with self.holding(*hold):
            post(pygame.MOUSEBUTTONDOWN, pos=pixels[0], button=number)
            for pixel in pixels[1:]:
                post(pygame.MOUSEMOTION, pos=pixel, rel=(1, 1), buttons=(0, 0, 0))
                self.play(FRAME)
            if done:
                post(pygame.MOUSEBUTTONUP, pos=pixels[-1], button=number)
        self.play(FRAME)

    def click(self, button, pixel, hold=()):
        """Click at a pixel."""
        self.drag(button, pixel, hold=hold)

    def mouse_up(self, button, pixel):
        """End a drag at a pixel."""
        post(pygame.MOUSEBUTTONUP, pos=pixel, button={"left": 1, "middle": 2, "right": 3}[button])
        self.play(FRAME)

    def hover(self, pixel):
        """Move the mouse to a pixel."""
        post(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0))
        self.play(FRAME)

    def wheel(self, pixel, steps):
        """Turn the wheel over a pixel."""
        post(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0))
        post(pygame.MOUSEWHEEL, x=0, y=steps, flipped=False)
        self.play(FRAME)

    @contextmanager
    def holding(self, *keys):
        """Hold keys down, by their names in pygame."""
        for key in keys:
            post(pygame.KEYDOWN, key=pygame.key.key_code(key))
        yield
        for key in keys:
            post(pygame.KEYUP, key=pygame.key.key_code(key))

    @property
    def commands(self):
        """What was commanded so far, each once it was carried out."""
        return [command for _, command in self.game.battle.log]


def post(kind, **fields):
    pygame.event.post(pygame.event.Event(kind, **fields))


def order(session):
    return session.game.battle.state.orders[0]


def controller(session):
    return session.game.battle.state.regiments[0].controller


def rows(session):
    return dict(session.game.scene().status)
