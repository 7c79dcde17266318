"""The player's settings for all games: keys, colours, window, tutorial. A TOML file; see docs/settings.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tomli_w

from engine.io import MOST_SOLDIERS, FileError, Table, clear_forsaken, limits, locked, read_entries, write_whole
from engine.view import PALETTES, RENDERERS, TEAMS, Colour, Renderer

SIZES = (320, 16_384)  # pixels along a side of the window
FILMS = ("gif", "mp4")


@dataclass(frozen=True)
class Settings:
    """The settings; the defaults are for those that the file does not set."""

    tutorial: bool = True  # whether the lessons show
    soldiers: int | None = None  # in all, where neither command line nor scenario says how many
    film: str = "gif"  # what F10 makes: "gif" or "mp4"
    renderer: Renderer = "cheaper"  # what draws the window
    window: tuple[int, int] = (1280, 720)  # width and height in pixels
    full_screen: bool = False
    colours: tuple[Colour, ...] = TEAMS  # of the two sides
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))  # by action


def read(path: Path) -> Settings:
    """Return the settings in a file, or the defaults where there is none. Raises FileError."""
    return settings_of(_entries(path), path.name)


def change(path: Path, name: str, value: bool | int | str) -> None:
    """Set one plain setting in the file and leave all others as they are; create the file where there is none.

    Raises FileError, and changes nothing, where `read` does not take the file, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):  # two games may change two settings at once
            entries = _entries(path)
            settings_of(entries, path.name)
            if entries.get(name) == value:
                return
            # TOML wants plain settings before the tables.
            rest = {key: other for key, other in entries.items() if key != name}
            write_whole(path, tomli_w.dumps({name: value, **rest}))
    except OSError as error:
        raise FileError(f"{path.name} cannot be written: {error.strerror or error}") from None


class SettingsFile:
    """A player's settings file in use: its settings, and `complaint`, one line, where it cannot be used.

    Without a file the defaults hold, except that the tutorial is off, and nothing is saved.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.settings = Settings(tutorial=path is not None)
        self.complaint = ""
        if path is not None:
            clear_forsaken(path.parent)
            try:
                self.settings = read(path)
            except FileError as error:
                self.complaint = f"{error}; the defaults stand in"

    @property
    def file(self) -> str:
        """The file's name, for complaints about it."""
        return self.path.name if self.path else "settings.toml"

    def save(self, name: str, value: bool | int | str) -> str:
        """Set one plain setting in the file, and return one line on why that cannot be done, or ""."""
        try:
            if self.path is not None:
                change(self.path, name, value)
        except FileError as error:
            return f"{error}; nothing was changed"
        return ""


def settings_of(entries: Mapping[str, Any], file: str) -> Settings:
    """Return the settings in a parsed file. Raises FileError, which names the `file`."""
    table, default = Table(entries, file), Settings()
    window, colours, keys = (table.subtable(name) for name in ("window", "colours", "keys"))
    palette = PALETTES[table.one_of("palette", PALETTES, next(iter(PALETTES)))]
    settings = Settings(
        tutorial=table.flag("tutorial", default.tutorial),
        soldiers=table.integer("soldiers", default.soldiers, least=1, most=MOST_SOLDIERS),
        film=table.one_of("film", FILMS, default.film),
        renderer=table.one_of("renderer", RENDERERS, default.renderer),
        window=(
            window.integer("width", default.window[0], least=SIZES[0], most=SIZES[1]),
            window.integer("height", default.window[1], least=SIZES[0], most=SIZES[1]),
        ),
        full_screen=window.flag("full_screen", default.full_screen),
        colours=(
            colours.checked("first", _colour, palette[0]),
            colours.checked("second", _colour, palette[1]),
        ),
        keys=MappingProxyType({name: keys.checked(name, _keys, ()) for name in keys.names()}),
    )
    for one in (table, window, colours):
        one.finish()
    return settings


def _entries(path: Path) -> dict[str, Any]:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:  # such as a folder that may not be entered
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}") from None
    return read_entries(path, limits.LARGEST_SMALL_TOML)


def _colour(value: Any) -> Colour:
    if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value):
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
    raise ValueError('a colour as "#de5e14"')


def _keys(value: Any) -> tuple[str, ...]:
    keys = tuple(value) if isinstance(value, list) else (value,)
    if keys and all(isinstance(key, str) and key and key == key.strip().lower() for key in keys):
        return keys
    raise ValueError('a key as "q" or "ctrl+a", or a list of such')
