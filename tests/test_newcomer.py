"""What a newcomer adds: a mouse tool by one file, a formation by one data file, and nothing else is touched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

TOOL = '''"""The ruler: how far it is from here to there."""

from engine.controls import marks
from engine.controls.tool import Tool


class Ruler(Tool):
    """Taken in hand by a key; says the length of a drag."""

    name = "ruler"
    key = "m"
    does = "take the ruler, put it down"
    gestures = (("Ruler: left-drag", "measure a way"),)
    cursor = "crosshair"

    def finish(self, drag):
        (x, y), (to_x, to_y) = drag.places[0], drag.places[-1]
        self.mouse.player.notify(f"{((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5:.0f} cells")

    def marks(self, drag):
        return [marks.line((drag.places[0], drag.places[-1]))]
'''
FORMATION = """
title = "Chevron"
description = "A hollow wedge."
key = "v"
inherits = "wedge"
hollow = 4
"""
PLAYED = """
import tempfile
from pathlib import Path

from engine import formations
from engine.app.game import Game
from engine.battle import BattleSetup
from engine.orders import Order
from engine.scenarios import Regiment, Scenario
from engine.view import open_view
from session import Session
from stand_in import GROUND, MASS, MEN, StandIn

army = Regiment("army", 0, MASS, MEN, "one")
scenario = Scenario("a small army", GROUND, (army,), (Order("line", GROUND.middle),), heaped=True)
setup = BattleSetup(StandIn, {"one": object}, formations.load(), scenario)
view = open_view((640, 360), visible=False)
session = Session(setup, view, Path(tempfile.mkdtemp()))
session.until(lambda: session.game.battle)
session.press("space", "m")
here = session.at((20, 20))
session.drag("left", here, session.at((30, 20)), session.at((35, 20)), done=False)
assert [mark.kind for mark in session.game.scene().marks] == ["drawn"], session.game.scene().marks
assert session.game.scene().cursor == "crosshair"
session.mouse_up("left", session.at((35, 20)))
assert session.game.notice == "15 cells", session.game.notice
assert ("Ruler: left-drag", "measure a way") in session.game.formation_keys.keymap.help
session.click("left", session.on_minimap((10, 10)))
assert session.game.mouse.active.name == "look-at", "the minimap is no ground for a tool"
session.press("m", "v")
state = session.game.battle.state
assert state.orders[0].formation == "chevron", state.orders
assert state.placements[0].target.sum(dtype=float) == MASS
view.close()
print("played")
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the game with one tool and one formation more."""
    folder = tmp_path_factory.mktemp("checkout")
    for part in ("engine", "assets"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "run_game.py", folder)
    (folder / "engine/controls/tools/ruler.py").write_text(TOOL)
    (folder / "assets/formations/chevron.toml").write_text(FORMATION)
    return folder


def run(checkout, *words):
    paths = (checkout, ROOT / "tests" / "support", ROOT / "examples")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run([sys.executable, *words], cwd=checkout, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_are_listed(checkout):
    assert "chevron   v  A hollow wedge." in run(checkout, "run_game.py", "--list-formations")
    assert "ruler            m            take the ruler, put it down" in run(checkout, "run_game.py", "--list-keys")


def test_both_are_played_with_real_events(checkout):
    assert run(checkout, "-c", PLAYED).endswith("played\n")
