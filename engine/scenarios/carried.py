"""What a replay carries along, so that it needs no file but itself: a player's own formations and units, models."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

from engine.formations import Formation, formation_table, read_formation
from engine.io import Table
from engine.units import Unit, read_unit, unit_table

LARGEST_MODEL = 4 * 2**20  # bytes of all files of a model
MOST_CARRIED = 64  # formations, units, models, and files of a model

Carried = TypeVar("Carried", Formation, Unit)
Models = Mapping[str, Mapping[str, bytes]]  # of each model: its files, by their paths in its folder


def carried_tables(formations: Mapping[str, Formation], models: Models, units: Mapping[str, Unit]) -> dict[str, Any]:
    """Return the tables of what is carried; nothing for nothing."""
    tables: dict[str, Any] = {}
    if units:
        tables["units"] = [unit_table(one) for one in units.values()]
    if formations:
        tables["formations"] = [formation_table(one) for one in formations.values()]
    if models:
        tables["models"] = [
            {"name": name, "files": {path: base64.b64encode(content).decode() for path, content in files.items()}}
            for name, files in models.items()
        ]
    return tables


def read_formations(table: Table) -> dict[str, Formation]:
    """Return the formations that a replay carries, by name. Raises FileError."""
    return _by_name(table, "formations", read_formation)


def read_units(table: Table) -> dict[str, Unit]:
    """Return the units that a replay carries, by name. Raises FileError."""
    return _by_name(table, "units", read_unit)


def read_models(table: Table) -> dict[str, Mapping[str, bytes]]:
    """Return the models that a replay carries, by the names of their controllers. Raises FileError."""
    found: dict[str, Mapping[str, bytes]] = {}
    for row in _few(table, "models"):
        name, files = row.text("name"), row.subtable("files")
        paths = files.names()
        if name in found:
            raise row.error("name", f"is {name!r}, as another's is")
        if not 1 <= len(paths) <= MOST_CARRIED or not all(map(_stays_inside, paths)):
            raise row.error("files", f"must be 1 to {MOST_CARRIED} files inside the model's folder")
        found[name] = {path: files.checked(path, _content, b"") for path in paths}
        if sum(map(len, found[name].values())) > LARGEST_MODEL:
            raise row.error("files", f"are larger than {LARGEST_MODEL} bytes")
        row.finish()
    return found


def _by_name(table: Table, field: str, read: Callable[[Table], Carried]) -> dict[str, Carried]:
    found: dict[str, Carried] = {}
    for row in _few(table, field):
        one = read(row)
        if one.name in found:
            raise row.error("name", f"is {one.name!r}, as another's is")
        found[one.name] = one
    return found


def _few(table: Table, name: str) -> list[Table]:
    rows = table.tables(name)
    if len(rows) > MOST_CARRIED:
        raise table.error(name, f"must be at most {MOST_CARRIED} tables, not {len(rows)}")
    return rows


def _stays_inside(path: str) -> bool:
    """Whether a path is of plain names, one below the other, on any system."""
    parts = PurePosixPath(path).parts
    plain = all(part not in (".", "..") and not set(part) & set('\\:/*?"<>|\0') for part in parts)
    return bool(parts) and plain and path == "/".join(parts) and len(path) <= 200


def _content(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("bytes in base64") from None
