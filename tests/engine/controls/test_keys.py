"""Which binding a press has on keyboards of other layouts, and what its key is called there."""

from types import SimpleNamespace

import pytest

from engine.controls.keymap import keymap
from engine.controls.keys import HeldKeys
from engine.formations import load
from engine.view import KeyPress, KeyRelease, Modifiers

FORMATIONS = load().values()
RU = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,./`", "йцукенгшщзхъфывапролджэячсмитьбю.ё", strict=True))
FR = {"q": "a", "a": "q", "w": "z", "z": "w", ";": "m", "m": ",", ",": ";", ".": ":", "-": ")", "[": "", "]": "$"}
DE = {"y": "z", "z": "y", "-": "ß", "=": "", "[": "ü", "]": "+", "\\": "#", ";": "ö", "'": "ä", "/": "-"}
DVORAK = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,./-=", "',.pyfgcrl/=aoeuidhtns-;qjkxbmwvz[]", strict=True))
LAYOUTS = {"us": {}, "ru": RU, "fr": FR, "de": DE, "dvorak": DVORAK}
PLAYED = "qwedsafbcl[].,-=12345678"


def done(board, place, layout=None, **held):
    """Return the action of a press of the key at a place."""
    found = board.keys.pressed(KeyPress(place, modifiers=Modifiers(**held), letter=(layout or {}).get(place) or None))
    return found.action if found else None


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_has_the_keys_where_the_us_one_has_them(name):
    layout = LAYOUTS[name]
    here, us = keymap(FORMATIONS, layout=layout), keymap(FORMATIONS, layout={})
    assert [done(here, key, layout) for key in PLAYED] == [done(us, key) for key in PLAYED]
    assert None not in [done(here, key, layout) for key in PLAYED]
    assert not here.complaint and set(here.labels) == set(us.labels)
    assert done(here, "q" if name == "fr" else "a", layout, ctrl=True) == "select-all"


def test_the_help_shows_the_players_own_letters():
    def rows(layout):
        return {does: keys for keys, does in keymap(FORMATIONS, layout=layout).help}

    assert rows(RU)["move the camera"] == "Ц Ф Ы В" and rows(RU)["take the brush, put it down"] == "И"
    assert rows(FR)["move the camera"] == "Z Q S D" and rows(FR)["turn left, right"] == "A E"
    assert rows(FR)["select all"] == "Ctrl+A", "Ctrl goes with the letter"
    assert rows(FR)["form wedge"] == rows(DVORAK)["form wedge"] == "4"
    assert rows(DE)["half as fast"] == "ß", "that has no capital"
    assert rows(DVORAK)["next formation"] == "U"


def test_what_is_written_on_a_key_serves_where_its_place_means_nothing():
    assert done(keymap(FORMATIONS, layout=DE), "/", DE) == "slower", "the German key -"
    assert done(keymap(FORMATIONS, layout=FR), "z", FR) is None, "a letter of W A S D elsewhere is none of them"
    french = keymap(FORMATIONS, layout=FR)
    assert done(french, "q", FR, ctrl=True) == "select-all" and done(french, "q", FR) == "turn-left"


def test_own_keys_are_letters():
    board = keymap(FORMATIONS, {"pause": ("ф",)}, layout=RU)
    assert done(board, "a", RU) == "pause" and board.labels["pause"] == "Ф"
    assert "no key is left for 'look left'" in board.complaint
    azerty = {"turn-left": ("a",), "look-left": ("q",), "look-up": ("z",)}
    board = keymap(FORMATIONS, azerty, layout=FR)
    assert [done(board, key, FR) for key in "qaw"] == ["turn-left", "look-left", "look-up"] and not board.complaint
    board = keymap(FORMATIONS, {"pause": ("z",)}, layout=FR)
    assert done(board, "w", FR) == "pause" and not board.complaint
    assert done(board, "z", FR) == "look-up" and board.labels["look-up"] == "W", "it goes where its letter is"


def test_an_own_letter_that_a_layout_lacks_means_its_place_or_waits():
    board = keymap(FORMATIONS, {"pause": ("z",)}, layout=RU)
    assert done(board, "z", RU) == "pause" and board.labels["pause"] == "Я" and not board.complaint
    board = keymap(FORMATIONS, {"pause": ("ф",), "help": ("h",)}, layout={})
    assert "settings.toml: [keys]: 'pause': no key of this keyboard is 'ф'" in board.complaint
    assert done(board, "h") == "help", "the others are taken"
    assert done(board, "a", {"a": "ф"}) == "pause", "it works once a layout has it"
    assert not keymap(FORMATIONS, {"pause": ("ф",)}).complaint, "nobody knows what the keyboard has"


def test_altgr_is_neither_alt_nor_ctrl():
    board = keymap(FORMATIONS, {"pause": ("altgr+e",)}, layout=DE)
    assert done(board, "8", DE, alt=True) == "recall-group-8"
    assert done(board, "8", DE, altgr=True) is None
    assert done(board, "e", DE, altgr=True) == "pause" and board.labels["pause"] == "AltGr+E"


@pytest.mark.parametrize(("key", "held"), [("left ctrl", "ctrl"), ("right alt", "altgr"), ("left shift", "shift")])
def test_a_modifier_can_be_a_key(key, held):
    assert done(keymap(FORMATIONS, {"pause": (key,)}, layout={}), key, **{held: True}) == "pause"


def test_a_held_key_ends_what_it_began_whatever_the_layout_is_by_then():
    said = []
    camera = SimpleNamespace(pan=lambda direction, going: said.append((direction, going)))
    actions = SimpleNamespace(mouse=SimpleNamespace(camera_control=camera))
    held = HeldKeys()
    held.dispatch(keymap(FORMATIONS, {"look-left": ("ф",)}, layout=RU).keys, KeyPress("a", letter="ф"), actions)
    held.dispatch(keymap(FORMATIONS, layout={}).keys, KeyRelease("a"), actions)
    assert said == [("left", True), ("left", False)]
