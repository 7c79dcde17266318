"""A player's own keys: taken where they can be used, told in one line where not; formations that come and go."""

from dataclasses import replace

from engine.controls.formation_keys import FormationKeys
from engine.controls.keymap import keymap
from engine.formations import FormationLibrary, load
from engine.view import KeyPress, Modifiers
from engine.view.opening import known_key

FORMATIONS = load()


def keys(own, formations=None):
    return keymap((formations or FORMATIONS).values(), own, known_key)


def action(board, key):
    """Return what a press of a key does, as "ctrl+w"."""
    *modifiers, last = key.split("+")
    found = board.keys.pressed(KeyPress(last, modifiers=Modifiers(**dict.fromkeys(modifiers, True))))
    return found.action if found else None


def test_own_keys_take_the_place_of_the_games():
    board = keys({"turn-left": ("z",), "form-wedge": ("ctrl+w", "4"), "help": ("h",)})
    assert not board.complaint
    assert action(board, "z") == "turn-left" and action(board, "q") is None
    assert action(board, "ctrl+w") == action(board, "4") == "form-wedge"
    assert board.hint.startswith("H: ") and board.labels["turn-left"] == "Z"
    assert ("Z", "turn left") in board.help


def refused(own, *words):
    board = keys(own)
    assert all(word in board.complaint for word in ("settings.toml: [keys]", *words)) and "\n" not in board.complaint
    assert set(board.keys.places) == set(keys({}).keys.places), "all keys are the game's own again"


def test_own_keys_that_cannot_be_used_are_told_and_left_out():
    refused({"trun-left": ("z",)}, "'trun-left'", "did you mean 'turn-left'?")
    refused({"turn-left": ("b",)}, "key 'b' is bound twice", "turn left")
    refused({"turn-left": ("qq",)}, "'turn-left'", "no key 'qq'")
    refused({"turn-left": ("ctrl+",)}, "no key 'ctrl+'")


def test_a_key_for_a_formation_that_is_away_waits_for_it():
    assert not keys({"form-star": ("x",)}).complaint
    star = {**FORMATIONS, "star": replace(FORMATIONS["wedge"], name="star", key="")}
    assert action(keys({"form-star": ("x",)}, star), "x") == "form-star"


def test_a_formation_cannot_take_the_key_of_an_action():
    star = {**FORMATIONS, "star": replace(FORMATIONS["wedge"], name="star", key="q")}
    board = keys({}, star)
    assert action(board, "q") == "turn-left" and "star.toml: field 'key': 'q'" in board.complaint
    assert action(keys({"form-star": ("x",)}, star), "x") == "form-star"
    assert not keys({"form-star": ("x",)}, star).complaint


def test_a_drill_follows_its_files(tmp_path):
    now = [0.0]
    formation_keys = FormationKeys(FORMATIONS, FormationLibrary(tmp_path, clock=lambda: now[0]))
    assert not formation_keys.poll()
    (tmp_path / "star.toml").write_text('title = "Star"\ndescription = "."\nshape = "ellipse"\nratio = 2\nkey = "x"')
    now[0] += 1
    assert formation_keys.poll() and not formation_keys.complaint
    assert action(formation_keys.keymap, "x") == "form-star" and ("X", "form star") in formation_keys.keymap.help
    assert action(formation_keys.keymap, "f") == "next-formation"
    (tmp_path / "star.toml").write_text('title = "Star"')
    now[0] += 1
    assert (
        formation_keys.poll()
        and "star.toml" in formation_keys.complaint
        and action(formation_keys.keymap, "x") == "form-star"
    )
    (tmp_path / "star.toml").unlink()
    now[0] += 1
    assert formation_keys.poll() and not formation_keys.complaint and action(formation_keys.keymap, "x") == "relieve"
    assert "star" in formation_keys.formations, "whoever stands in it knows it still"


def test_keys_of_combat_give_way_to_those_that_a_file_gave_before_there_was_combat():
    board = keys({"turn-left": ("h",), "pause": ("t",)})
    assert not board.complaint and "hold" not in board.labels
    assert (action(board, "h"), action(board, "t"), action(board, "g")) == ("turn-left", "pause", "walk")
    assert ("G", "walk") in board.help and "hold, walk, run" not in [does for _, does in board.help]
    spear = {**FORMATIONS, "spear": replace(FORMATIONS["wedge"], name="spear", key="x")}
    assert action(keys({}, spear), "x") == "form-spear" and not keys({}, spear).complaint
    dvorak = keymap(FORMATIONS.values(), {"pause": ("i",)}, known_key, layout={"g": "i", "i": "c"})
    assert not dvorak.complaint and "walk" not in dvorak.labels, "what is written I lies where G does"
    assert action(keys({"hold": ("x",)}), "x") == "hold"


def test_a_key_of_the_charge_is_one_of_the_scatter():
    board = keys({"charge": ("y",)})
    assert not board.complaint and action(board, "y") == "scatter" and action(board, "c") is None
    refused({"charge": ("y",), "scatter": ("z",)}, "'charge' is 'scatter' by another name")
