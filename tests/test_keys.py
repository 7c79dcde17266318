"""The real program, played with posted keys from mustering to leaving; what it drew is looked at."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.view.camera import COLUMN

pytestmark = pytest.mark.compiles
PLAYER = """
import time
import pygame, run_game
from engine.app.game import Game

# After so many ticks, of which a frame may bring twelve: four times the speed.
keys = [(1, "+"), (1, "+"), (70, "f12"), (90, "2"), (210, "f12"), (230, "escape"), (230, "return")]
play_one_frame = Game.frame

def frame(self):
    play_one_frame(self)
    time.sleep(0.02)  # as a slower screen would; drawing is dear without a GPU
    while keys and self.battle and self.battle.state.tick >= keys[0][0]:
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, key=pygame.key.key_code(keys[0][1])))
        del keys[0]

Game.frame = frame
raise SystemExit(run_game.main(["--grid", "96x64", "--mass", "250", "--soldiers", "1000"]))
"""


def reach(picture):
    """Return the width and height in pixels of where most of the men stand: vermilion on green."""
    pixels = np.asarray(Image.open(picture).convert("RGB"), dtype=int)
    red, green, blue = np.moveaxis(pixels[:, COLUMN:], -1, 0)  # the cards beside the field are vermilion too
    rows, columns = np.nonzero((red > green + 40) & (red > blue + 40))
    assert len(rows) > 500, "there are men in the picture"
    return np.ptp(np.percentile(columns, [2, 98])), np.ptp(np.percentile(rows, [2, 98]))


def test_a_line_becomes_a_column_at_the_press_of_a_key(tmp_path):
    root = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "PYTHONPATH": str(root), "HOME": str(tmp_path)}
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "0"  # as in test_soldiers_in_battle.py: one program serves both
    done = subprocess.run(
        [sys.executable, "-c", PLAYER], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
    )
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "Pictures" / "maniple"  # the platform's, not the one that the game was started in
    width, height = reach(folder / "maniple-0001.png")
    assert width > 4 * height, "the line is wide"
    width, height = reach(folder / "maniple-0002.png")
    assert height > 4 * width, "the column is deep"
