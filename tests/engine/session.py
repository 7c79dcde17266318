"""The real game in a real view, and the hands and eyes of its player: events are posted, and time is the test's."""

import threading

import numpy as np
import pygame
from clock import Clock

from engine.game import Game
from engine.loop import Loop

FRAME = 1 / 60


class Session:
    """A game, and the hands and eyes of its player."""

    def __init__(self, campaign, view, folder, **own):
        self.clock = Clock()
        self.game = Game(campaign, view, Loop(30, self.clock, self.clock.sleep), folder, **own)
        self.view = view

    def play(self, seconds):
        for _ in range(round(seconds / FRAME)):
            self.clock.now += FRAME
            self.game.frame()

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
        column, row = np.rint(self.view.camera(self.game.campaign.ground.grid).pixels([x + 0.5, y + 0.5])).astype(int)
        return row, column
