"""Scenario files: how they are listed, found and read. A file in `assets/scenarios/` is known by its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.io import ASSETS, FileError, InputError, read_table, unknown_name
from engine.scenarios.scenario import Scenario
from engine.scenarios.scenario_table import read_scenario

FOLDER = ASSETS / "scenarios"


def list_files(*folders: Path) -> dict[str, Path]:
    """Return the scenario files of folders by name, where a later folder goes before; without one, the game's own."""
    return {path.stem: path for folder in folders or (FOLDER,) for path in sorted(folder.glob("*.toml"))}


def resolve(name: str, *folders: Path) -> Path:
    """Return the file of a scenario: one in the folders by its name, or a path. Raises InputError for neither."""
    found = list_files(*folders)
    if name in found:
        return found[name]
    if not Path(name).is_file():
        raise InputError(unknown_name("scenario", name, found) + ", or a file")
    return Path(name)


def load(path: Path) -> Scenario:
    """Return the scenario of a file. Raises FileError, which names the file and the field, for one that is invalid."""
    table = read_table(path)
    scenario = read_scenario(table, path.parent)
    table.finish()
    return scenario


def descriptions(paths: Iterable[Path]) -> list[str]:
    """Return a line for each scenario: its name, and its description or what is wrong with it."""
    lines = []
    for path in paths:
        try:
            scenario = load(path)
            lines.append(f"{path.stem:<15} {scenario.description or scenario.title}")
        except FileError as error:
            lines.append(f"{path.stem:<15} cannot be used: {error}")
    return lines
