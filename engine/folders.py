"""Where a player's own files lie: formations and scenarios, the settings, and what the game keeps for quick starts."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from engine.assets import ASSETS

NAME = "maniple"


def assets(own: Path | None = None) -> tuple[Path, ...]:
    """Return the folders that formations and scenarios are looked for in, the game's and then the player's.

    The player's is `own` if that is given, and otherwise in the platform's data folder; it need not be there.
    """
    return ASSETS, own or platformdirs.user_data_path(NAME, appauthor=False)


def settings() -> Path:
    """Return the settings file in the platform's config folder, whether it is there or not."""
    return platformdirs.user_config_path(NAME, appauthor=False) / "settings.toml"


def compiled() -> Path:
    """Return the platform's cache folder for what a simulation compiled, whether it is there or not."""
    return platformdirs.user_cache_path(NAME, appauthor=False) / "compiled"
