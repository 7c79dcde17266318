"""Files that are read: plain ones only, of a size that is looked at first."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.io.errors import FileError


def read_file(path: Path, largest: int, name: str | None = None) -> bytes:
    """Return the bytes of a file of at most `largest`. `name` is what error lines call it, by default its path.

    Raises FileError for a file that is missing, too large, or none: a folder, a pipe, which would be waited for, or a
    device, which may never end.
    """
    name = str(path) if name is None else name
    try:
        _check(os.stat(path), largest, name)
        with open(path, "rb", opener=_without_waiting) as file:
            _check(os.fstat(file.fileno()), largest, name)  # another may have taken its place meanwhile
            content = file.read(largest + 1)
            if content is None:  # nothing yet: as of some of the kernel's, which call themselves plain
                raise FileError(f"{name}: is no plain file")
    except OSError as error:
        raise FileError(f"{name}: {error.strerror or error}") from None
    except ValueError as error:  # a zero byte in the name, or a letter that the system's names cannot have
        if isinstance(error, FileError):
            raise
        raise FileError(f"{name}: no file can have this name") from None
    if len(content) > largest:
        raise FileError(_too_large(name, largest))
    return content


def _check(status: os.stat_result, largest: int, name: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise FileError(f"{name}: Is a directory")
    if not stat.S_ISREG(status.st_mode):
        raise FileError(f"{name}: is no plain file")
    if status.st_size > largest:
        raise FileError(_too_large(name, largest))


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _too_large(name: str, largest: int) -> str:
    return f"{name}: is too large, over {largest} bytes"
