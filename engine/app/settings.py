"""What a player has chosen once for all games: keys, colours, window, lessons. A TOML file; see docs/settings.md."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tomli_w

from engine.io import MOST_SOLDIERS, FileError, read_entries
from engine.view import PALETTES, TEAMS, Colour

SIZES = (320, 16_384)  # pixels along a side of the window
LARGEST_FILE = 100_000  # bytes
FILMS = ("gif", "mp4")
PLAIN = ("tutorial", "soldiers", "palette", "film")
TABLES = {"window": ("width", "height", "full_screen"), "colours": ("first", "second"), "keys": None}


class SettingsError(ValueError):
    """Settings that cannot be read or kept; the text is one line that names file and field."""


@dataclass(frozen=True)
class Settings:
    """The settings, each as it is where the file says nothing of it."""

    tutorial: bool = True  # whether the lessons show
    soldiers: int | None = None  # men in all, where neither command line nor scenario says how many
    film: str = "gif"  # what F10 makes: "gif" or "mp4"
    window: tuple[int, int] = (1280, 720)  # width and height in pixels
    full_screen: bool = False
    colours: tuple[Colour, ...] = TEAMS  # the two sides'
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))  # by the action's name


def read(path: Path) -> Settings:
    """Return what a settings file says; the defaults where there is none. Raises SettingsError."""
    return settings_of(_entries(path), path.name)


def change(path: Path, name: str, value: bool | int | str) -> None:
    """Set one plain setting in the file and leave all others as they are. The file is made where there is none.

    Raises SettingsError, and changes nothing, where the file is not one that `read` takes, or cannot be written.
    """
    said = _entries(path)
    settings_of(said, path.name)
    if said.get(name) == value:
        return
    # Plain settings go before the tables, where TOML wants them.
    text = tomli_w.dumps({name: value, **{key: other for key, other in said.items() if key != name}})
    beside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise SettingsError(f"{path.name} cannot be written: {error.strerror}") from None


class SettingsFile:
    """A player's settings file in use: what it says, and `complaint`, one line, where it cannot be used.

    Without a file all is as it is by default, lessons are over, and nothing is kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.settings = Settings(tutorial=path is not None)
        self.complaint = ""
        if path is not None:
            try:
                self.settings = read(path)
            except SettingsError as error:
                self.complaint = f"{error}; the defaults stand in"

    @property
    def file(self) -> str:
        """The file's name, for whoever has something to say of it."""
        return self.path.name if self.path else "settings.toml"

    def save(self, name: str, value: bool | int | str) -> str:
        """Set one plain setting in the file, and return the line that says why that cannot be done, or nothing."""
        try:
            if self.path is not None:
                change(self.path, name, value)
        except SettingsError as error:
            return f"{error}; nothing was changed"
        return ""


def settings_of(said: Mapping[str, Any], file: str) -> Settings:
    """Return the settings that a parsed file says. Raises SettingsError, which names the file by that name."""
    for name, value in said.items():
        _check_name(file, "setting", name, (*PLAIN, *TABLES))
        if name in TABLES:
            if not isinstance(value, dict):
                raise SettingsError(f"{file}: '{name}' must be a table, as [{name}]")
            for inner in value:
                known = TABLES[name]
                if known:
                    _check_name(file, f"field in [{name}]", inner, known)
    window, colours = said.get("window", {}), said.get("colours", {})
    default = Settings()
    palette = said.get("palette", next(iter(PALETTES)))
    palette = _one_of(file, "palette", palette, PALETTES)
    return Settings(
        tutorial=_switch(file, "tutorial", said.get("tutorial", default.tutorial)),
        soldiers=_whole(file, "soldiers", said["soldiers"], (1, MOST_SOLDIERS)) if "soldiers" in said else None,
        film=_one_of(file, "film", said.get("film", default.film), FILMS),
        window=(
            _whole(file, "window.width", window.get("width", default.window[0]), SIZES),
            _whole(file, "window.height", window.get("height", default.window[1]), SIZES),
        ),
        full_screen=_switch(file, "window.full_screen", window.get("full_screen", default.full_screen)),
        colours=tuple(
            _colour(file, f"colours.{side}", colours[side]) if side in colours else PALETTES[palette][number]
            for number, side in enumerate(("first", "second"))
        ),
        keys=MappingProxyType({name: _keys(file, f"keys.{name}", keys) for name, keys in said.get("keys", {}).items()}),
    )


def _entries(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return read_entries(path, LARGEST_FILE)
    except FileError as error:
        raise SettingsError(str(error)) from None


def _check_name(file: str, what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"one of {', '.join(known)}"
        raise SettingsError(f"{file}: unknown {what} '{name}': {hint}")


def _switch(file: str, name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise SettingsError(f"{file}: '{name}' must be true or false, not {value!r}")


def _one_of(file: str, name: str, value: Any, known: Iterable[str]) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise SettingsError(f"{file}: '{name}' must be one of {', '.join(known)}, not {value!r}")


def _whole(file: str, name: str, value: Any, ends: tuple[int, int]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and ends[0] <= value <= ends[1]:
        return value
    raise SettingsError(f"{file}: '{name}' must be a whole number from {ends[0]} to {ends[1]}, not {value!r}")


def _colour(file: str, name: str, value: Any) -> Colour:
    if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value):
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
    raise SettingsError(f"{file}: '{name}' must be a colour as \"#de5e14\", not {value!r}")


def _keys(file: str, name: str, value: Any) -> tuple[str, ...]:
    keys = tuple(value) if isinstance(value, list) else (value,)
    if keys and all(isinstance(key, str) and key and key == key.strip().lower() for key in keys):
        return keys
    raise SettingsError(f'{file}: \'{name}\' must be a key as "q" or "ctrl+a", or a list of such, not {value!r}')
