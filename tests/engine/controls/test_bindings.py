from dataclasses import replace

import pygame
import pytest

from engine import formations
from engine.controls.bindings import MOVE, RESEARCH, TURN, bindings, by_key, chord, help_rows, label
from engine.controls.keys import HeldKeys, assigned
from engine.view.events import KeyPress, KeyRelease, Modifiers

TABLE = bindings(formations.load().values())
LOOKS = {"w": "up", "a": "left", "s": "down", "d": "right"}
EXPECTED = {
    **{str(key): ("player.form", name) for key, name in enumerate(formations.load(), start=1)},
    **{f"[{key}]": ("player.form", name) for key, name in enumerate(formations.load(), start=1)},
    **{f"ctrl+{number}": ("player.store_group", number) for number in range(1, 10)},
    **{f"alt+{number}": ("mouse.recall_group", number) for number in range(1, 10)},
    **{key: ("mouse.camera_control.pan", direction, True) for key, direction in LOOKS.items()},
    "f": ("player.next_formation", tuple(formations.load())),
    "l": ("tutorial",),
    "q": ("player.turn", -TURN),
    "e": ("player.turn", TURN),
    "left": ("player.move", -MOVE, 0),
    "right": ("player.move", MOVE, 0),
    "up": ("player.move", 0, -MOVE),
    "down": ("player.move", 0, MOVE),
    "backspace": ("player.halt",),
    "ctrl+a": ("player.select_all",),
    "b": ("mouse.toggle_tool", "brush"),
    "c": ("mouse.toggle_tool", "scatter"),
    "t": ("mouse.toggle_tool", "attack"),
    "x": ("mouse.toggle_tool", "relieve"),
    "h": ("player.set_pace", "hold"),
    "g": ("player.set_pace", "walk"),
    "r": ("player.set_pace", "run"),
    "[": ("mouse.resize_brush", -1),
    "]": ("mouse.resize_brush", 1),
    "home": ("mouse.camera_control.whole",),
    "space": ("pause",),
    ".": ("step",),
    "[.]": ("step",),
    ",": ("step_back",),
    "+": ("faster",),
    "=": ("faster",),
    "[+]": ("faster",),
    "-": ("slower",),
    "[-]": ("slower",),
    "tab": ("next_controller",),
    "f1": ("help",),
    **{key: ("switch", what) for key, what, _ in RESEARCH},
    "f10": ("film",),
    "f11": ("full_screen",),
    "f12": ("screenshot",),
    "escape": ("cancel",),
}


class Recorder:
    """Writes down what it is asked to do, and what of its parts is asked."""

    def __init__(self, name="", said=None):
        self.__name, self.said = name, [] if said is None else said

    def __getattr__(self, name):
        return Recorder(f"{self.__name}.{name}".lstrip("."), self.said)

    def __call__(self, *words):
        self.said.append((self.__name, *words))


def press(key, held=False, table=TABLE):
    """Press a key with its modifiers, as "ctrl+1", and return what was asked for."""
    *modifiers, last = key.split("+") if "+" in key.strip("[+]") else (key,)
    player = Recorder()
    pressed = KeyPress(last, held, Modifiers(**dict.fromkeys(modifiers, True)))
    HeldKeys().dispatch(assigned(table), pressed, player)
    return player.said


def test_the_table_holds_these_keys_and_no_others():
    assert set(by_key(TABLE)) == set(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED)
def test_a_key_asks_for_its_action(key):
    assert press(key) == [EXPECTED[key]]


@pytest.mark.filterwarnings("ignore:pygame.init")
@pytest.mark.parametrize("key", EXPECTED)
def test_keys_have_the_names_that_pygame_gives_them(key):
    name = key.removeprefix("ctrl+").removeprefix("alt+")
    assert pygame.key.name(pygame.key.key_code(name)) == name


def test_shift_changes_no_key_and_other_modifiers_do():
    assert press("shift+4") == press("4") == [("player.form", "wedge")]
    assert press("shift+=") == [("faster",)]
    assert press("ctrl+q") == press("alt+space") == press("ctrl+alt+1") == []


def test_a_held_key_repeats_only_what_repeats():
    assert press("e", held=True) == [("player.turn", TURN)]
    assert press("space", held=True) == press("w", held=True) == []


@pytest.mark.parametrize("key", LOOKS)
def test_the_camera_stops_when_its_key_comes_up(key):
    player, keys, held = Recorder(), assigned(TABLE), HeldKeys()
    held.dispatch(keys, KeyRelease(key), player)
    assert player.said == [], "it was not down"
    held.dispatch(keys, KeyPress(key), player)
    held.dispatch(keys, KeyRelease(key), player)
    assert player.said == [("mouse.camera_control.pan", LOOKS[key], down) for down in (True, False)]


def test_actions_have_names_by_which_they_take_other_keys():
    assert len({binding.action for binding in TABLE}) == len(TABLE)
    table = bindings(
        formations.load().values(), {"look-up": ("z", "shift+up"), "pause": ("p",), "store-group-3": ("f14",)}
    )
    assert press("p", table=table) == [("pause",)]
    assert press("space", table=table) == []
    assert press("shift+up", table=table) == [("mouse.camera_control.pan", "up", True)]
    assert press("up", table=table) == [("player.move", 0, -MOVE)]
    assert ("P", "pause, go on") in help_rows(table)
    assert ("F14", "store group 3") in help_rows(table)
    assert ("Ctrl+2", "store group 2") in help_rows(table)
    assert ("Z", "look up") in help_rows(table)
    assert ("Alt+1 .. 9", "select a group; twice: go there") in help_rows(table)


def test_a_formation_without_a_key_has_no_row_until_the_settings_give_it_one():
    star = replace(formations.load()["wedge"], name="star", title="Star", key="")
    table = bindings([star])
    assert "" not in by_key(table) and all(does != "form star" for _, does in help_rows(table))
    assert press("x", table=bindings([star], {"form-star": ("x",)})) == [("player.form", "star")]


def test_the_help_has_a_row_for_every_binding_or_its_family():
    rows = help_rows(TABLE)
    assert {does for _, does in rows} == {one.family[1] if one.family else one.does for one in TABLE}
    assert len(set(rows)) == len(rows)
    assert {("Ctrl+1 .. 9", "store a group"), ("W A S D", "move the camera"), ("Q E", "turn left, right")} < set(rows)
    assert all(keys and does for keys, does in help_rows(TABLE))


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("a", "A"),
        ("f1", "F1"),
        ("ctrl+a", "Ctrl+A"),
        ("+", "+"),
        ("ctrl++", "Ctrl++"),
        ("[+]", "[+]"),
        ("escape", "Esc"),
    ],
)
def test_keys_are_written_as_players_know_them(key, read):
    assert label(key) == read


def test_a_chord_names_its_modifiers_in_one_order():
    assert chord("x", Modifiers(ctrl=True, shift=True, alt=True)) == "ctrl+alt+shift+x"
    assert chord("x", Modifiers()) == "x"


def test_a_key_that_is_bound_twice_is_refused():
    twice = (*TABLE, replace(TABLE[0], does="something else"))
    with pytest.raises(ValueError, match="'1' is bound twice"):
        by_key(twice)
