"""The X server dies in mid-battle: the recording is whole, and the process ends in good order."""

import os
import subprocess
import sys

import pygame
import pytest

from engine.scenarios import load_replay
from engine.view import lost_display, outliving_display

PROGRAM = """
import sys
if sys.argv[1] == "surfaces":
    sys.modules["moderngl"] = None
import run_game
from stand_in import StandIn
from engine.app import play_and_leave, request
from engine.app.game import Game

play_one_frame, told = Game.frame, []

def frame(self):
    play_one_frame(self)
    if self.battle and self.battle.state.tick > 5 and not told:
        self.player.form("wedge")
        told.append(print("playing", flush=True))

Game.frame = frame
request.make_simulation = StandIn
request.makers = lambda names, carried: dict.fromkeys(names, object)
play_and_leave(sys.argv[2:])
"""
SMALL = ["--grid", "64x48", "--mass", "200", "--soldiers", "300"]
FILES = ["--settings", "settings.toml", "--record", "battle.toml"]
WINDOW = "tutorial = false\n[window]\nwidth = 320\nheight = 320\n"


@pytest.fixture(params=["surfaces", pytest.param("opengl", marks=pytest.mark.long)])
def program(request, tmp_path):
    """How the real program is started in a folder of its own, with a stand-in for the simulation."""
    (tmp_path / "settings.toml").write_text(WINDOW)
    path = os.pathsep.join(sys.path)  # the stand-in's, too

    def start(screen, *words):
        environment = {**os.environ, "PYTHONPATH": path, "DISPLAY": screen, "SDL_VIDEODRIVER": "x11"}
        pipe = subprocess.PIPE
        words = [sys.executable, "-c", PROGRAM, request.param, *SMALL, *FILES, *words]
        return subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True)

    return start


def test_a_server_that_dies_loses_no_recording(x_server, program, tmp_path):
    screen, server = x_server
    game = program(screen)
    assert game.stdout.readline() == "playing\n", game.communicate()
    server.kill()
    _, told = game.communicate(timeout=60)
    replay = load_replay(tmp_path / "battle.toml")
    assert game.returncode == 2
    assert told.splitlines()[-1].endswith(f"the display is gone; the replay is in {tmp_path / 'battle.toml'}")
    assert replay.ticks > 5 and len(replay.log) == 1
    assert sorted(os.listdir(tmp_path)) == ["battle.toml", "settings.toml"]


def test_elsewhere_nothing_is_done(monkeypatch):
    monkeypatch.setattr(pygame.display, "get_init", lambda: True)
    for driver, library in (("dummy", "libX11.so.6"), ("wayland", "libX11.so.6"), ("x11", "libabsent.so.6")):
        monkeypatch.setattr(pygame.display, "get_driver", lambda driver=driver: driver)
        monkeypatch.setattr(lost_display, "XLIB", library)
        with outliving_display(pytest.fail):
            assert lost_display._xlib() is None


@pytest.mark.long
def test_leaving_in_good_order_is_as_before(screen, program):
    for number in range(5):
        game = program(screen, "--ticks", "8", "--record", f"{number}.toml")
        _, told = game.communicate(timeout=60)
        assert game.returncode == 0 and "display" not in told, told
