"""Where files lie: the art and the data that come with the game, and a player's own in the platform's folders.

Where the platform knows no folder for this user, as for one without a home, a player's own files are left out.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import platformdirs

NAME = "maniple"
ROOT = Path(__file__).resolve().parents[2]  # what the packages lie in: a checkout, or site-packages


def shipped(name: str, root: Path = ROOT) -> Path:
    """Return a folder of data: in the package `maniple`, where an installation has it, or at the top of a checkout."""
    installed = root / NAME / name
    return installed if installed.is_dir() else root / name


ASSETS = shipped("assets")
TRAINED_MODELS = shipped("trained_models")


class NoFolderError(OSError):
    """The platform knows no such folder for this user; the text is one line that says what to set."""


def asset_folders(own: Path | None = None) -> tuple[Path, ...]:
    """Return the folders that formations and scenarios are looked for in, the game's and then the player's.

    The player's is `own` if given, and otherwise the platform's data folder, if there is one; it need not exist.
    """
    with suppress(NoFolderError):
        return ASSETS, own or platform_folder("data")
    return (ASSETS,)


def settings_file() -> Path | None:
    """Return the settings file in the platform's config folder, whether it exists or not; None without a folder."""
    with suppress(NoFolderError):
        return platform_folder("config") / "settings.toml"
    return None


def log_file() -> Path:
    """Return the log of faults in the platform's log folder, whether it exists or not. Raises NoFolderError."""
    return platform_folder("log") / "maniple.log"


def compile_cache() -> Path:
    """Return the cache folder for what a simulation compiled, whether it exists or not. Raises NoFolderError."""
    return platform_folder("cache") / "compiled"


def look_here() -> None:
    """Let parts that the command line names be found in the folder it was given in, after all that is installed.

    Python does so by itself for `python -m`, and not for an installed command.
    """
    here = os.getcwd()
    if not {"", here} & set(sys.path):
        sys.path.append(here)


def pictures() -> Path:
    """Return the folder for pictures and films in the platform's pictures folder, whether it exists or not.

    Where the system knows no such folder, as without a home, it is where the game was started.
    """
    try:
        folder = platformdirs.user_pictures_path()
    except RuntimeError:
        return Path.cwd()
    return folder / NAME if folder.is_absolute() else Path.cwd()


def replays() -> Path:
    """Return the folder for replays in the platform's data folder, whether it exists or not. Raises NoFolderError."""
    return platform_folder("data") / "replays"


def platform_folder(kind: str) -> Path:
    """Return the platform's folder for "data", "config", "cache" or "log" of this game, whether it exists or not.

    Raises NoFolderError where the platform knows none for this user: one without a home, or with a HOME that is no
    absolute path.
    """
    with suppress(RuntimeError, OSError, KeyError):  # each version of platformdirs says it in its own way
        folder: Path = getattr(platformdirs, f"user_{kind}_path")(NAME, appauthor=False)
        if folder.is_absolute():
            return folder
    raise NoFolderError(f"there is no {kind} folder for a user without a home: set HOME to an absolute path")


def files_in(folder: Path, *endings: str) -> list[Path]:
    """Return the paths in a folder, or those that end so, by name; none where there is no folder, or it cannot be read.

    Hidden files are passed over: editors and systems leave them.
    """
    try:
        found = [path for path in folder.iterdir() if path.name.endswith(endings or "")]
    except OSError:
        return []
    return sorted(path for path in found if not path.name.startswith("."))


def shown(path: Path) -> str:
    """Return a path as players read it, with ~ for their own folder."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (RuntimeError, ValueError):  # no home, or not in it
        return str(path)
