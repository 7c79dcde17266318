"""Files of a model or a run: plain ones only, no more and no larger than such a thing has."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nca_controller.storage.errors import CheckpointError, first_line

MOST_FILES = 1024  # files and folders of an array's folder, together
LARGEST_JSON = 2**16  # bytes


def read_plain(path: Path, largest: int) -> bytes:
    """Return the content of a plain file of at most `largest` bytes.

    Raises FileNotFoundError where there is none, and CheckpointError for a device, a pipe or a folder, for a larger
    file, and for one that cannot be read.
    """
    content = None
    try:
        if not path.exists():
            raise FileNotFoundError(path)
        if path.is_file():
            with open(path, "rb", opener=_without_waiting) as file:
                plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)  # another may have taken its place meanwhile
                content = file.read(largest + 1) if plain else None
    except FileNotFoundError:
        raise
    except (OSError, UnicodeError) as error:
        raise CheckpointError(f"{path}: {getattr(error, 'strerror', None) or first_line(error)}") from None
    if content is None:  # also for some of the kernel's, which call themselves plain and have nothing yet
        raise CheckpointError(f"{path}: is no plain file")
    if len(content) > largest:
        raise CheckpointError(f"{path}: is too large, over {largest} bytes")
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_json(path: Path) -> Any:
    """Return what a JSON file of at most `LARGEST_JSON` bytes holds. Raises as `read_plain` does, and for no JSON."""
    try:
        return json.loads(read_plain(path, LARGEST_JSON).decode("utf-8"))
    except CheckpointError:
        raise
    except RecursionError:
        raise CheckpointError(f"{path}: is nested too deep") from None
    except ValueError as error:
        raise CheckpointError(f"{path}: {first_line(error)}") from None


def plain_files(folder: Path, largest: int) -> list[Path]:
    """Return all files of a folder and of those in it, in order.

    Raises CheckpointError for a link, a pipe or a device among them, for too many, for more than `largest` bytes
    together, and where they cannot be listed.
    """
    found: list[Path] = []
    waiting, seen, size = [folder], 0, 0
    try:
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        found.append(Path(entry.path))
                        size += entry.stat(follow_symlinks=False).st_size
                    else:
                        raise CheckpointError(f"{entry.path}: is no plain file")
                    if seen > MOST_FILES:
                        raise CheckpointError(f"{folder}: holds more than {MOST_FILES} files")
                    if size > largest:
                        raise CheckpointError(f"{folder}: is too large, over {largest} bytes")
    except (OSError, UnicodeError) as error:
        raise CheckpointError(f"{folder}: {getattr(error, 'strerror', None) or first_line(error)}") from None
    return sorted(found)


def digest(folder: Path, files: Iterable[Path]) -> str:
    """Return a digest of some files of a folder, names and contents."""
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()
