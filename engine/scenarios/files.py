"""Scenario files: how they are listed, found and read. A file in `assets/scenarios/` is known by its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.io import ASSETS, FileError, InputError, as_text, paths, read_table, unknown_name
from engine.scenarios.scenario import Scenario
from engine.scenarios.scenario_table import read_scenario

FOLDER = ASSETS / "scenarios"


def list_files(*folders: Path) -> dict[str, Path]:
    """Return the scenario files of folders by name, where a later folder goes before; without one, the game's own.

    Hidden files are passed over: editors and systems leave them beside those that they stand for.
    """
    found = (path for folder in folders or (FOLDER,) for path in paths.files_in(folder, ".toml"))
    return {as_text(path.stem): path for path in found}


def resolve(name: str, *folders: Path) -> Path:
    """Return the file of a scenario: one in the folders by its name, or a path. Raises InputError for neither."""
    found = list_files(*folders)
    if as_text(name) in found:
        return found[as_text(name)]
    try:
        is_there = Path(name).exists() and name != ""
    except (OSError, ValueError):  # a name that no file can have
        is_there = False
    if not is_there:
        raise InputError(unknown_name("scenario", name, found) + ", or a file")
    return Path(name)


def load(path: Path, *, anywhere: bool = False) -> Scenario:
    """Return the scenario of a file. Raises FileError, which names the file and the field, for one that is invalid.

    Its terrain lies in its own folder or the asset folder around that, unless it may lie `anywhere`, as that of a file
    which the player named by its path.
    """
    table = read_table(path)
    within = () if anywhere else (path.parent, path.parent.parent, path.resolve().parent)
    scenario = read_scenario(table, path.parent, within)
    table.finish()
    return scenario


def descriptions(files: Iterable[Path]) -> list[str]:
    """Return a line for each scenario: its name, and its description or what is wrong with it."""
    lines = []
    for path in files:
        try:
            scenario = load(path)
            lines.append(f"{as_text(path.stem):<15} {scenario.description or scenario.title}")
        except FileError as error:
            lines.append(f"{as_text(path.stem):<15} cannot be used: {error}")
    return lines
