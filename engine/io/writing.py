"""Files that are written: whole or not at all, and checked before minutes are spent on their content."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.io.errors import InputError


def write_whole(path: Path, content: str | bytes, *, before_replace: Callable[[], object] = lambda: None) -> None:
    """Write a file so that a reader finds either what was there or the new content, whole. Raises OSError.

    The content goes into a draft of its own name in the same folder, which then takes the file's place at once, with
    its mode. `before_replace` is called in between, and keeps the old file by raising. After a failure no draft is
    left. A link stays a link, and what is no file but a device or a pipe is written to as it is.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    draft = path.with_name(f".{secrets.token_hex(6)}.draft")
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if mode is not None:
            os.chmod(draft, mode)
        before_replace()
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def check_writable(path: Path | None, *endings: str) -> None:
    """Raise InputError if no file can be written there, before minutes are spent on its content.

    Where endings are given the name must have one of them, so that a typing error overwrites no file of another kind.
    """
    if path is None:
        return
    if endings and path.suffix.lower() not in endings and not path.is_dir():
        raise InputError(f"cannot write {path}: the name must end in {' or '.join(endings)}")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"cannot write {path}: there is no folder {folder}")
    special = path.exists() and not path.is_file()  # a device or a pipe is written to as it is
    if path.is_dir() or not os.access(path if special else folder, os.W_OK):
        raise InputError(f"cannot write {path}")


@contextmanager
def name_unwritable(path: Path) -> Iterator[None]:
    """Name the file where it cannot be written after all, as on a full disk. Raises InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
