"""The real program under a real X server, played with a real mouse and real keys: xdotool moves them."""

import json
import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from queue import Empty, Queue

import numpy as np
import pytest

from engine.view.camera import whole_field
from engine.view.minimap import minimap_camera

pytestmark = pytest.mark.compiles
ROOT = Path(__file__).resolve().parents[1]
GRID, SIZE = (64, 96), (1280, 720)
PATIENCE = 120  # seconds until what was waited for has to be there: the first ticks have to be compiled

SCENARIO = """
title = "Two regiments"
size = [96, 64]
sides = ["reds"]

[[regiments]]
name = "left"
mass = 60
men = 240
controller = "plan"
formation = "phalanx"
at = [30, 44]

[[regiments]]
name = "right"
mass = 120
men = 480
controller = "plan"
formation = "phalanx"
at = [66, 44]
"""

SPEAR = 'inherits = "wedge"\ntitle = "Spear"\ndescription = "A narrow wedge."\nratio = 0.5'

PROGRAM = """
import json, sys, time, run_game
from engine.app.game import Game

play_one_frame, said = Game.frame, None

def frame(self):
    global said
    play_one_frame(self)
    time.sleep(0.02)  # as a slower screen would; drawing is dear without a GPU
    if self.battle:
        now = {
            "chosen": self.player.selection.regiments,
            "commands": [repr(command) for _, command in self.battle.log],
            "ghosts": 0 if (preview := self.scene().preview) is None else len(preview.position),
            "orders": [[order.formation, *order.centre, order.frontage] for order in self.battle.state.orders],
            "scale": self.mouse.camera_control.camera.scale,
            "middle": self.mouse.camera_control.middle,
            "paused": self.clock.paused,
            "formations": list(self.formation_keys.formations),
            "lesson": self.scene().tutorial[:1],
        }
        if now != said:
            said = now
            print(json.dumps(now), flush=True)

Game.frame = frame
raise SystemExit(run_game.main(sys.argv[1:]))
"""


class Player:
    """Plays the real program with the X server's mouse and keys, and is told whatever changes in the game."""

    def __init__(self, screen, folder):
        scenario = folder / "two.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        self.environment = {**os.environ, "DISPLAY": screen, "SDL_VIDEODRIVER": "x11", "PYTHONPATH": str(ROOT)}
        words = ["--scenario", str(scenario), "--settings", str(folder / "settings.toml"), "--assets", str(folder)]
        self.program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=(folder / "stderr").open("w"),
            text=True,
        )
        self.stderr = folder / "stderr"
        self.told = Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.game = {}

    def _listen(self):
        for line in self.program.stdout:
            self.told.put(json.loads(line))
        self.told.put(None)  # it has ended

    def until(self, what, condition):
        end = time.monotonic() + PATIENCE
        while not (self.game and condition(self.game)):
            try:
                self.game = self.told.get(timeout=max(end - time.monotonic(), 0.01))
                assert self.game is not None, f"{what}: it ended before, {self.stderr.read_text()}"
            except Empty:
                raise AssertionError(f"never {what}: {self.game}, {self.stderr.read_text()}") from None

    def xdotool(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=30)

    def drag(self, button, *places, camera=None, hold=()):
        """Lead the mouse over places of the field with a button down; a single place makes a click."""
        camera = camera or whole_field(GRID, SIZE)
        pixels = np.rint(camera.pixels(np.array(places, dtype=float))).astype(int).tolist()
        self.xdotool("mousemove", *pixels[0])
        for key in hold:
            self.xdotool("keydown", key)
        self.xdotool("mousedown", button)
        for (from_x, from_y), (to_x, to_y) in pairwise(pixels):
            for step in range(1, 5):
                self.xdotool("mousemove", from_x + (to_x - from_x) * step // 4, from_y + (to_y - from_y) * step // 4)
        return pixels[-1]

    def drop(self, button, hold=()):
        self.xdotool("mouseup", button)
        for key in hold:
            self.xdotool("keyup", key)


@pytest.fixture
def player(screen, tmp_path):
    player = Player(screen, tmp_path)
    try:
        yield player
    finally:
        player.program.kill()
        player.program.wait(10)


LEFT, MIDDLE, RIGHT = 1, 2, 3


def test_a_battle_is_commanded_with_mouse_and_keys(player, tmp_path):
    player.until("mustered", lambda game: True)
    player.xdotool("key", "space")
    player.until("paused", lambda game: game["paused"])

    player.drag(LEFT, (30, 44))
    player.drop(LEFT)
    player.until("selected by a click", lambda game: game["chosen"] == [0])
    player.xdotool("key", "ctrl+2")
    player.drag(LEFT, (10, 35), (85, 55))
    player.drop(LEFT)
    player.until("selected by a box", lambda game: game["chosen"] == [0, 1])

    player.drag(RIGHT, (20, 20), (80, 14))
    player.until("shown where they would stand", lambda game: game["ghosts"] == 240 + 480)
    assert player.game["commands"] == []
    player.drop(RIGHT)
    player.until("deployed", lambda game: len(game["commands"]) == 1 and game["ghosts"] == 0)
    (_, left, _, narrow), (_, right, _, wide) = player.game["orders"]
    assert left < right
    assert wide == pytest.approx(2 * narrow)
    assert wide + narrow == pytest.approx(60.3 - 1.5, abs=0.5)

    player.xdotool("key", "alt+2")
    player.until("recalled", lambda game: game["chosen"] == [0])
    player.drag(RIGHT, (40, 30), hold=["shift"])
    player.drop(RIGHT, hold=["shift"])
    player.until("queued", lambda game: len(game["commands"]) == 2)
    assert player.game["commands"][-1].endswith("queued=True)")

    player.drag(RIGHT, (20, 50), (28, 54), (36, 50), (44, 54), hold=["alt"])
    player.drop(RIGHT, hold=["alt"])
    player.until("drawn up along a line", lambda game: len(game["commands"]) == 3)
    assert "path=((" in player.game["commands"][-1]

    player.drag(RIGHT, (76, 48), camera=minimap_camera(SIZE, GRID))
    player.drop(RIGHT)
    player.until("sent over the minimap", lambda game: len(game["commands"]) == 4)
    assert player.game["orders"][0][1:3] == pytest.approx((76, 48), abs=1.0)

    before = player.game["scale"]
    player.drag(LEFT, (66, 20))
    player.drop(LEFT)
    for _ in range(4):
        player.xdotool("click", 4)
    player.until("seen closer", lambda game: game["scale"] == pytest.approx(before * 1.2**4))
    x, _ = player.game["middle"]
    player.xdotool("keydown", "d")
    player.until("looked to the right", lambda game: game["middle"][0] > x + 4)
    player.xdotool("keyup", "d")

    player.xdotool("key", "alt+2")
    player.xdotool("key", "BackSpace")
    player.until("halted", lambda game: game["commands"][-1] == "Halt(regiments=(0,))")

    (tmp_path / "formations").mkdir()
    (tmp_path / "formations" / "spear.toml").write_text(SPEAR, encoding="utf-8")
    player.until("told of a formation that was dropped in", lambda game: "spear" in game["formations"])
    player.xdotool("key", "9")
    player.until("formed up in it", lambda game: game["orders"][0][0] == "spear")
    player.until("left alone by lessons, all of which are done by now", lambda game: not game["lesson"])
    assert (tmp_path / "settings.toml").read_text(encoding="utf-8") == "tutorial = false\n"

    player.xdotool("key", "space")
    player.until("going on", lambda game: not game["paused"])
    for _ in range(3):  # lets go of the selected, asks, leaves
        player.xdotool("key", "Escape")
    assert player.program.wait(30) == 0
    assert player.stderr.read_text() == ""
