"""Folders that are on the disk only while a program works with them: a killed one's go with the next."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.io import writing

NAME = re.compile(r"maniple-[0-9a-f]{12}")


@contextmanager
def borrowed_folder() -> Iterator[Path]:
    """Yield an empty folder of the player's own among the system's temporary ones, which is gone afterwards.

    It is locked meanwhile, as drafts are, so that whoever finds it and can lock it knows that its user is dead. Raises
    OSError where none can be made.
    """
    clear_borrowed()
    folder, handle = _locked_folder(Path(tempfile.gettempdir()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def clear_borrowed() -> None:
    """Remove the player's borrowed folders whose user was killed; what cannot be told or done is left."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name):
                with suppress(OSError):
                    _clear_if_forsaken(entry.path)


def _locked_folder(among: Path) -> tuple[Path, int | None]:
    """Return a new folder, and the handle that holds its lock where the system has locks."""
    while True:
        folder = among / f"maniple-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        if writing.fcntl is None:
            return folder, None
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # another program has taken it for forsaken before it is locked
            continue
        if writing.lock(handle) and folder.exists():
            return folder, handle
        os.close(handle)


def _clear_if_forsaken(folder: str) -> None:
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        return
    if writing.fcntl is None:
        if time.time() - found.st_mtime > writing.FORSAKEN:
            shutil.rmtree(folder)
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        writing.fcntl.flock(handle, writing.fcntl.LOCK_EX | writing.fcntl.LOCK_NB)  # raises where its user lives
        shutil.rmtree(folder)
    finally:
        os.close(handle)
