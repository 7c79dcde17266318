"""Settings: what a file may say, what is wrong with it in one line, and that a broken file is left alone."""

import os
import threading
import tomllib
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.app.settings import Settings, SettingsFile, change, read, settings_of
from engine.io import FileError, locked
from engine.view.palette import GRASS, PALETTES, TEAMS
from engine.view.shades import oklab, shades

FULL = """
tutorial = false
soldiers = 20000
palette = "amber-indigo"
film = "mp4"

[window]
width = 1920
full_screen = true

[colours]
second = "#0A84ff"

[keys]
turn-left = "z"
faster = ["+", "ctrl+f"]
"""


def written(folder, text):
    path = folder / "settings.toml"
    path.write_text(text)
    return path


def test_what_a_file_says_goes_and_the_rest_is_as_it_was(tmp_path):
    assert read(written(tmp_path, FULL)) == Settings(
        tutorial=False,
        soldiers=20000,
        film="mp4",
        window=(1920, 720),
        full_screen=True,
        colours=(PALETTES["amber-indigo"][0], (10, 132, 255)),
        keys={"turn-left": ("z",), "faster": ("+", "ctrl+f")},
    )


def test_no_file_and_an_empty_one_are_the_defaults(tmp_path):
    assert read(tmp_path / "none.toml") == read(written(tmp_path, "")) == Settings()
    assert Settings().colours == TEAMS and Settings().tutorial


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tutorial = 1", "'tutorial' must be true or false"),
        ("tutorail = true", "'tutorail' is unknown: did you mean tutorial?"),
        ("soldiers = 0", "'soldiers' must be a whole number from 1"),
        ("soldiers = 2.5", "'soldiers'"),
        ("soldiers = true", "'soldiers'"),
        ('palette = "pink"', "'palette' must be one of vermilion-blue"),
        ("palette = [1]", "'palette'"),
        ('film = "avi"', "'film' must be one of gif, mp4"),
        ("window = 3", "'window' must be a table"),
        ("[window]\nwidth = 20", "'window.width'"),
        ("[window]\nfullscreen = true", "'window.fullscreen' is unknown: did you mean full_screen?"),
        ('[window]\nfull_screen = "yes"', "'window.full_screen'"),
        ('[colours]\nfirst = "red"', "'colours.first' must be a colour"),
        ("[colours]\nfirst = [1, 2, 3]", "'colours.first' must be a colour"),
        ("[keys]\npause = 3", "'keys.pause' must be a key"),
        ("[keys]\npause = []", "'keys.pause' must be a key"),
        ('[keys]\npause = "P"', "'keys.pause' must be a key"),
        ("tutorial = ", "settings.toml: "),
        ("# " + "x" * 200_000, "too large"),
    ],
)
def test_a_broken_file_is_told_in_one_line_and_left_alone(tmp_path, text, complaint):
    path = written(tmp_path, text)
    with pytest.raises(FileError) as error:
        read(path)
    line = str(error.value)
    assert complaint in line and line.startswith("settings.toml") and "\n" not in line
    settings_file = SettingsFile(path)
    assert settings_file.settings == Settings() and complaint in settings_file.complaint
    assert "nothing was changed" in settings_file.save("tutorial", False)
    assert path.read_text() == text and os.listdir(tmp_path) == ["settings.toml"]


ANYTHING = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["width", "first", "a"]), inner),
    max_leaves=4,
)
NAMES = ["tutorial", "soldiers", "palette", "film", "window", "colours", "keys", "other"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4))
def test_whatever_a_file_says_it_is_read_or_told_in_one_line(said):
    try:
        settings_of(said, "settings.toml")
    except FileError as error:
        assert str(error).startswith("settings.toml: ") and len(str(error).splitlines()) == 1


def test_bytes_that_are_no_text_are_told(tmp_path):
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe")
    assert SettingsFile(tmp_path / "settings.toml").complaint.startswith("settings.toml: ")
    for text in ("soldiers = " + 5000 * "1", "soldiers = " + 5000 * "["):
        (tmp_path / "settings.toml").write_text(text)
        assert SettingsFile(tmp_path / "settings.toml").complaint.startswith("settings.toml: ")


def test_a_change_is_kept_and_everything_else_stays(tmp_path):
    path = written(tmp_path, FULL)
    before = read(path)
    change(path, "tutorial", True)
    assert read(path).tutorial and os.listdir(tmp_path) == ["settings.toml"]
    change(path, "tutorial", False)
    assert read(path) == before


def test_three_games_that_change_settings_at_once_lose_none(tmp_path):
    path, rounds = tmp_path / "settings.toml", 25
    path.write_text("[window]\nwidth = 640")
    lost = []

    def play(name, values):
        for number in range(rounds):
            change(path, name, values[number % 2])
            if tomllib.loads(path.read_text()).get(name) != values[number % 2]:
                lost.append(name)

    changes = {"tutorial": (True, False), "soldiers": (100, 200), "film": ("gif", "mp4")}
    games = [threading.Thread(target=play, args=one) for one in changes.items()]
    for game in games:
        game.start()
    for game in games:
        game.join()
    assert lost == [] and read(path).window[0] == 640 and os.listdir(tmp_path) == ["settings.toml"]


def test_a_game_that_hangs_in_its_turn_keeps_no_other_from_saving(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.io.writing.TURN", 0.05)
    with locked(tmp_path):
        change(tmp_path / "settings.toml", "soldiers", 100)
    assert read(tmp_path / "settings.toml").soldiers == 100


def test_a_change_makes_the_file_and_its_folder(tmp_path):
    path = tmp_path / "deep" / "down" / "settings.toml"
    assert SettingsFile(path).save("tutorial", False) == ""
    assert not SettingsFile(path).settings.tutorial


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    line = SettingsFile(tmp_path / "file" / "settings.toml").save("tutorial", False)
    assert "settings.toml" in line and "nothing was changed" in line


def test_without_a_file_nothing_is_kept_and_no_lesson_shown():
    assert SettingsFile().save("tutorial", True) == "" and not SettingsFile().settings.tutorial


# Machado, Oliveira and Fernandes (2009): what is seen without one kind of cone, on linear light.
SIGHTS = {
    "all cones": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "no red": (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998),
    "no green": (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    "no blue": (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900),
}


def seen(colour, sight):
    share = np.asarray(colour) / 255
    light = np.reshape(SIGHTS[sight], (3, 3)) @ np.where(
        share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4
    )
    light = np.clip(light, 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return oklab(tuple(255 * encoded))


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("palette", PALETTES)
def test_sides_are_told_apart_with_every_kind_of_sight(palette, sight):
    for regiments in range(1, 5):
        for one, other in product(*(shades(side, regiments) for side in PALETTES[palette])):
            assert np.linalg.norm(seen(one, sight) - seen(other, sight)) > 0.15
    for one in PALETTES[palette]:
        assert np.linalg.norm(seen(one, sight) - seen(GRASS, sight)) > 0.1


def test_what_a_killed_game_left_half_written_is_gone_with_the_next_start(tmp_path):
    path = written(tmp_path, FULL)
    (tmp_path / ".0123456789ab.draft").write_text("tutorial = ")
    assert SettingsFile(path).settings.film == "mp4"
    assert os.listdir(tmp_path) == ["settings.toml"]
