"""What was measured once on this machine, to choose by, and is remembered from start to start.

It lies in the platform's cache folder; what is read there is input, and as good as none where it is damaged.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from engine.io import paths
from engine.io.errors import FileError
from engine.io.reading import read_file
from engine.io.writing import locked, write_whole

FILE = "choices.json"
LARGEST = 2**17  # bytes of the file
MOST = 200  # choices that are remembered, those last made


def remembered(key: str) -> bool | None:
    """Return what was chosen under a key, or None where nothing was."""
    return _choices().get(key)


def remember(key: str, choice: bool) -> None:
    """Remember a choice, in place of the oldest of too many; do nothing where nothing can be written."""
    with suppress(OSError):
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):  # two games may choose at once
            choices = {name: other for name, other in _choices().items() if name != key} | {key: choice}
            write_whole(path, json.dumps(dict(list(choices.items())[-MOST:]), indent=0))


def _file() -> Path:
    return paths.platform_folder("cache") / FILE


def _choices() -> dict[str, bool]:
    with suppress(FileError, OSError, ValueError, RecursionError):
        choices = json.loads(read_file(_file(), LARGEST))
        if isinstance(choices, dict) and all(isinstance(choice, bool) for choice in choices.values()):
            return choices
    return {}
