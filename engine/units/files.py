"""Unit files: one TOML file for a kind of soldiers, which may inherit from another; docs/units.md has the fields."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.io import ASSETS, FileError, Table, as_text, limits, lineage, paths, read_table, text_of_one_line
from engine.units.traits import KINDS, Traits, read_traits, traits_table
from engine.units.unit import SPRITES, Unit

FOLDER = ASSETS / "units"
REACH = (0.5, 30.0)  # metres
WORDS = ("title", "description", "inherits")
NEEDED = ("title", "description", "reach", "sprite", *KINDS)


def list_files(*folders: Path) -> dict[str, Path]:
    """Return the unit files of folders by name, where a later folder goes before; without one, the game's own."""
    found = (path for folder in folders or (FOLDER,) for path in paths.files_in(folder, ".toml"))
    return {as_text(path.stem): path for path in found}


def load(*folders: Path) -> dict[str, Unit]:
    """Return the units of folders by name, those of `list_files`. Raises FileError for one that cannot be used."""
    files = list_files(*folders)
    return {name: read(path, files) for name, path in files.items()}


def read(path: Path, files: Mapping[str, Path]) -> Unit:
    """Return the unit in one file; its name is the file's. It may inherit from any of `files`, by name.

    Raises FileError, one line that names the file and the field.
    """
    fields: dict[str, Any] = {}
    for number, step in enumerate(lineage(path, files, entries, "unit")):
        fields = {name: value for name, value in step.items() if not (number and name == "title")} | fields
    if missing := next((name for name in NEEDED if name not in fields), None):
        raise FileError(f"{path.name}: field '{missing}' is missing")
    return _unit(as_text(path.stem), fields)


def entries(path: Path) -> dict[str, Any]:
    """Return the fields of one file, each checked by itself. Raises FileError."""
    table = read_table(path, limits.LARGEST_SMALL_TOML)
    fields = _read(table)
    table.finish()
    return fields


def unit_table(unit: Unit) -> dict[str, Any]:
    """Return the table of a unit, all that it inherits included; `read_unit` returns an equal one from it."""
    about = {"name": unit.name, "title": unit.title, "description": unit.description}
    return about | {"reach": unit.reach, "sprite": unit.sprite} | traits_table(unit.traits)


def read_unit(table: Table) -> Unit:
    """Return the unit in such a table. Raises FileError."""
    name, fields = table.text("name"), _read(table, inherits=False)
    for needed in ("title", "description", "reach", "sprite"):
        if needed not in fields:
            raise table.error(needed, "is missing")
    table.finish()
    return _unit(name, fields)


def descriptions(files: Mapping[str, Path]) -> list[str]:
    """Return a line for each unit: its name, and its description or what is wrong with it."""
    lines = []
    for name, path in files.items():
        try:
            lines.append(f"{name:<15} {read(path, files).description}")
        except FileError as error:
            lines.append(f"{name:<15} cannot be used: {error}")
    return lines


def _read(table: Table, inherits: bool = True) -> dict[str, Any]:
    """Return the fields that a table has."""
    fields: dict[str, Any] = {}
    for word in WORDS if inherits else WORDS[:2]:
        if word in table:
            fields[word] = table.checked(word, text_of_one_line, "")
    if "reach" in table:
        fields["reach"] = table.number("reach", least=REACH[0], most=REACH[1])
    if "sprite" in table:
        fields["sprite"] = SPRITES[table.choice("sprite", table.text("sprite"), SPRITES)]
    return fields | read_traits(table, KINDS)


def _unit(name: str, fields: Mapping[str, Any]) -> Unit:
    traits = Traits(**{trait: fields[trait] for trait in KINDS if trait in fields})
    return Unit(name, fields["title"], fields["description"], traits, fields["reach"], fields["sprite"])
