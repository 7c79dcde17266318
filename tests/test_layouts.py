"""The real game under a real X server, with the layouts that players have: setxkbmap sets, xdotool presses."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60  # seconds

KEYCODES = {  # X's, of the places that the game uses
    **dict(zip("12345678", range(10, 18), strict=True)),
    **dict(zip("qwe", range(24, 27), strict=True)),
    **dict(zip("asdf", range(38, 42), strict=True)),
    **{"b": 56, "c": 54, "l": 46, "[": 34, "]": 35, ",": 59, ".": 60, "-": 20, "=": 21},
}
LAYOUTS = {  # what the help says of turning and of the camera
    "ru": ["Й У", "Ц Ф Ы В"],
    "fr": ["A E", "Z Q S D"],
    "de": ["Q E", "W A S D"],
    "gr": ["; Ε", "ς Α Σ Δ"],
    "dvorak": ["' .", ", A O E"],
}

PROGRAM = """
import json, sys, time
from pathlib import Path

from engine import formations
from engine.app.game import Game
from engine.app.settings import SettingsFile
from engine.battle import BattleSetup
from engine.controls.keys import Keys
from engine.orders import Order
from engine.scenarios import Regiment, Scenario
from engine.view import open_view
from stand_in import GROUND, MASS, MEN, StandIn

pressed = Keys.pressed

def told(keys, press):
    binding = pressed(keys, press)
    if not press.repeated:
        print(json.dumps({"key": press.key, "action": binding and binding.action}), flush=True)
    return binding

Keys.pressed = told
scenario = Scenario("", GROUND, (Regiment("army", 0, MASS, MEN, "one"),), (Order("line", GROUND.middle),), heaped=True)
setup = BattleSetup(StandIn, {"one": object}, formations.load(), scenario)
view = open_view((640, 360), prefer="surfaces")
game = Game(setup, view, settings_file=SettingsFile(Path(sys.argv[1])))
game.actions.tutorial = lambda: None
said = None
while game.actions.running:
    game.frame()
    time.sleep(0.01)
    rows = {does: keys for keys, does in game.formation_keys.keymap.help}
    now = {
        "turn": rows.get("turn left, right"),
        "look": rows.get("move the camera"),
        "going": sorted(game.mouse.camera_control._going),
        "paused": game.clock.paused,
        "ready": game.battle is not None,
        "alt": game.mouse.modifiers.alt,
    }
    if now != said:
        said = now
        print(json.dumps(now), flush=True)
"""


class Keyboard:
    """A game and the keyboard in front of it. `state` is what the game said last; `actions` what its keys have done."""

    def __init__(self, screen, folder, settings=""):
        (folder / "settings.toml").write_text(f"tutorial = false\n{settings}", encoding="utf-8")
        paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "support", ROOT / "examples")))
        self.environment = {**os.environ, "DISPLAY": screen, "SDL_VIDEODRIVER": "x11", "PYTHONPATH": paths}
        self.layout("us")
        self.program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder / "settings.toml")],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told, self.state, self.actions = Queue(), {}, []
        threading.Thread(target=self._listen, daemon=True).start()
        self.until(lambda: self.state.get("ready"))
        self.xdotool("mousemove", 300, 200)

    def _listen(self):
        for line in self.program.stdout:
            self.told.put(json.loads(line))
        self.told.put(None)  # it has ended

    def until(self, condition):
        while not condition():
            try:
                told = self.told.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"never happened: {self.state}, {self.actions}") from None
            assert told is not None, "it ended before"
            if "action" in told:
                self.actions.append((told["key"], told["action"]))
            else:
                self.state = told

    def layout(self, *words):
        subprocess.run(["setxkbmap", *words], env=self.environment, check=True, timeout=30)

    def xdotool(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=30)

    def press(self, *keycodes):
        """Press keys one after the other, and return what they did."""
        self.actions.clear()
        self.xdotool("key", *keycodes)
        self.until(lambda: len(self.actions) == len(keycodes))
        return [action for _, action in self.actions]


@pytest.fixture
def play(screen, tmp_path):
    games = []

    def begin(settings=""):
        games.append(Keyboard(screen, tmp_path, settings))
        return games[-1]

    yield begin
    for game in games:
        game.program.kill()
        game.program.wait(10)


def test_russian_keys_lie_where_american_ones_do_and_say_their_own_letters(play):
    keyboard = play(settings='[keys]\nstep-back = "ё"')
    us = keyboard.press(*(KEYCODES[key] for key in "qebc"))
    assert us == ["turn-left", "turn-right", "brush", "scatter"]
    keyboard.xdotool("keydown", KEYCODES["a"])
    keyboard.until(lambda: keyboard.state["going"] == ["left"])
    keyboard.layout("ru")
    keyboard.xdotool("keyup", KEYCODES["a"])
    keyboard.until(lambda: keyboard.state["going"] == [] and keyboard.state["look"] == "Ц Ф Ы В")
    assert keyboard.press(*(KEYCODES[key] for key in "qebc")) == us
    assert keyboard.press(49) == ["step-back"], "the key that says ё"
    keyboard.layout("de")
    keyboard.until(lambda: keyboard.state["look"] == "W A S D")
    keyboard.actions.clear()
    keyboard.xdotool("keydown", 108, "key", KEYCODES["8"], "keyup", 108)  # AltGr
    keyboard.until(lambda: ("8", None) in keyboard.actions)
    keyboard.actions.clear()
    keyboard.xdotool("keydown", 64, "key", KEYCODES["8"], "keyup", 64)  # Alt
    keyboard.until(lambda: ("8", "recall-group-8") in keyboard.actions)


@pytest.mark.long
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_every_key_in_its_place(play, layout):
    keyboard = play()
    us = keyboard.press(*KEYCODES.values())
    assert None not in us
    keyboard.layout(*(("us", "-variant", "dvorak") if layout == "dvorak" else (layout,)))
    keyboard.until(lambda: [keyboard.state["turn"], keyboard.state["look"]] == LAYOUTS[layout])
    assert keyboard.press(*KEYCODES.values()) == us
    for key, going in (("w", "up"), ("a", "left"), ("s", "down"), ("d", "right")):
        keyboard.xdotool("keydown", KEYCODES[key])
        keyboard.until(lambda: keyboard.state["going"] == [going])  # noqa: B023
        keyboard.layout("us")
        keyboard.xdotool("keyup", KEYCODES[key])
        keyboard.until(lambda: keyboard.state["going"] == [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("layout", "key", "keycode"), [("ru", "ф", 38), ("de", "ö", 47), ("fr", "ù", 48), ("gr", "ς", 25)]
)
def test_an_own_key_is_the_one_that_says_so(play, layout, key, keycode):
    keyboard = play(settings=f'[keys]\npause = "{key}"')
    keyboard.layout(layout)
    keyboard.until(lambda: keyboard.state["turn"] == LAYOUTS[layout][0])
    assert keyboard.press(keycode) == ["pause"]
    keyboard.until(lambda: keyboard.state["paused"])
