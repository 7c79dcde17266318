"""Files that inherit from others of their kind: `inherits` names the one whose fields hold where it is silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.io.errors import FileError
from engine.io.names import suggestion
from engine.io.text import as_text, shown

INHERITS = "inherits"


def lineage(
    path: Path, files: Mapping[str, Path], read: Callable[[Path], Mapping[str, Any]], kind: str
) -> list[dict[str, Any]]:
    """Return the fields of a file, as `read` gives them, then those of each that it inherits from, nearest first.

    It may inherit from any of `files`, by name; `kind` is what error lines call these. Raises FileError, one line that
    names the file and the field, for an unknown name and for one that comes round again.
    """
    child, trail, fields = path, [as_text(path.stem)], [dict(read(path))]
    while (parent := fields[-1].pop(INHERITS, None)) is not None:
        if parent in trail:
            raise FileError(f"{path.name}: field '{INHERITS}' goes round: {', '.join([*trail, parent])}")
        if parent not in files:
            unknown = f"there is no {kind} {shown(parent)}{suggestion(parent, files)}"
            raise FileError(f"{child.name}: field '{INHERITS}': {unknown}")
        trail.append(parent)
        child = files[parent]
        fields.append(dict(read(child)))
    return fields
