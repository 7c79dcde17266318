"""Where files lie: the art and the data beside the packages, and a player's own files in the platform's folders."""

from __future__ import annotations

from pathlib import Path

import platformdirs

NAME = "maniple"
ROOT = Path(__file__).resolve().parents[2]  # beside the packages, in a checkout and in an installation alike
ASSETS = ROOT / "assets"
TRAINED_MODELS = ROOT / "trained_models"


def asset_folders(own: Path | None = None) -> tuple[Path, ...]:
    """Return the folders that formations and scenarios are looked for in, the game's and then the player's.

    The player's is `own` if given, and otherwise in the platform's data folder; it need not exist.
    """
    return ASSETS, own or platformdirs.user_data_path(NAME, appauthor=False)


def settings_file() -> Path:
    """Return the settings file in the platform's config folder, whether it exists or not."""
    return platformdirs.user_config_path(NAME, appauthor=False) / "settings.toml"


def log_file() -> Path:
    """Return the log of faults in the platform's log folder, whether it exists or not."""
    return platformdirs.user_log_path(NAME, appauthor=False) / "maniple.log"


def compile_cache() -> Path:
    """Return the platform's cache folder for what a simulation compiled, whether it exists or not."""
    return platformdirs.user_cache_path(NAME, appauthor=False) / "compiled"


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
    """Return the folder for replays in the platform's data folder, whether it exists or not."""
    return platformdirs.user_data_path(NAME, appauthor=False) / "replays"


def shown(path: Path) -> str:
    """Return a path as players read it, with ~ for their own folder."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (RuntimeError, ValueError):  # no home, or not in it
        return str(path)
