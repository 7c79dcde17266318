"""Files that are written: whole or not at all, and checked before minutes are spent on their content."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

from engine.io.errors import InputError

try:
    import fcntl
except ImportError:  # Windows: see `locked`
    fcntl = None  # type: ignore[assignment]

Existing = Literal["replace", "keep", "number"]  # what becomes of a file that is there already

BLOCK = 4096  # bytes that a check writes: on a full disk these fail, where an empty file would not
TURN = 5.0  # seconds, at most, that a program waits for another's turn
DRAFT = re.compile(r"\.[0-9a-f]{12}\.draft")  # names of drafts
FORSAKEN = 60.0  # seconds after which a draft counts as left behind where the system has no locks to tell
UNSYNCED = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)  # of file systems that cannot flush a file to the disk


@dataclass
class Draft:
    """A file in the making: `path` is written to, `target` is where it goes, or where it went once that is known."""

    path: Path
    target: Path


@contextmanager
def drafted(path: Path, *, existing: Existing = "replace") -> Iterator[Draft]:
    """Yield a draft that takes the file's place at the end, so that a reader finds the old file or the new, whole.

    The draft has a name of its own in the same folder, and the mode of the file that it replaces, or else that of the
    umask. It is on the disk before it takes the place. After a failure, of whatever kind, it is gone and the old file
    is as it was; what a killed program left is removed with the next draft in the folder. With "keep" a file that is
    there is an error, with "number" the file is the first free one of "name-0001", "name-0002", ...; neither ever takes
    another's place. A link stays a link, and what is no file but a device or a pipe is written to as it is. Raises
    OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        if existing == "keep":
            raise _error(errno.EEXIST, path)
        yield Draft(target, path)
        return
    if existing == "replace" and target.exists() and not os.access(target, os.W_OK):
        raise _error(errno.EACCES, path)  # a file that is not to be written is not replaced either
    with _new_draft(target.parent) as draft:
        made = Draft(draft, path)
        yield made
        _to_the_disk(draft)
        if existing == "replace":
            if target.exists():
                os.chmod(draft, target.stat().st_mode & 0o777)
            os.replace(draft, target)
        elif existing == "keep":
            _place(draft, target)
        else:
            made.target = _place_numbered(draft, path)


def write_whole(path: Path, content: str | bytes, *, existing: Existing = "replace") -> Path:
    """Write a file as `drafted` does, and return where it lies. Raises OSError."""
    with drafted(path, existing=existing) as draft:
        draft.path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return draft.target


def append_line(path: Path, line: str) -> None:
    """Append a line to a text file, which is as it was where that fails. Raises OSError.

    A last line that a killed program has left without its end goes.
    """
    binary = getattr(os, "O_BINARY", 0)  # Windows would write two characters for a line's end
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | binary, 0o666)
    try:
        before, data = _without_torn_end(handle), (line + "\n").encode("utf-8", "backslashreplace")
        try:
            while data:
                data = data[os.write(handle, data) :]
        except BaseException:
            with suppress(OSError):
                os.ftruncate(handle, before)
            raise
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have one program at a time change files of a folder, where a file is read, changed and written again.

    Another's turn is waited for, though not for long. The lock leaves nothing behind, even after a kill; where the
    system has none the block is entered without.
    """
    handle = None
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY) if fcntl else None
    if handle is None:
        yield
        return
    try:
        end = time.monotonic() + TURN
        while not lock(handle) and time.monotonic() < end:
            time.sleep(TURN / 500)
        yield
    finally:
        os.close(handle)


def check_writable(path: Path | None, *endings: str) -> None:
    """Raise InputError if no file can be written there, before minutes are spent on its content.

    A folder that is missing, a name that is too long, a disk that is full or read-only are found by trying: a block is
    written beside the file and removed. Where endings are given the name must have one of them, so that a typing error
    overwrites no file of another kind.
    """
    if path is None:
        return
    try:
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder")
        if endings and path.suffix.lower() not in endings:
            raise InputError(f"cannot write {path}: the name must end in {' or '.join(endings)}")
        if not path.parent.is_dir():
            raise InputError(f"cannot write {path}: there is no folder {path.parent}")
        target = path.resolve()
        if target.exists() and not os.access(target, os.W_OK):
            raise _error(errno.EACCES, path)
        if target.exists() and not target.is_file():
            return  # a device or a pipe is written to as it is
        with suppress(FileNotFoundError):
            os.lstat(target)  # raises where the name is too long
        with _new_draft(target.parent) as probe:
            probe.write_bytes(bytes(BLOCK))
            os.unlink(probe)
    except InputError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # resolve() raises RuntimeError for a circle of links
        raise InputError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from None


def clear_forsaken(folder: Path) -> None:
    """Remove a folder's drafts whose writer was killed, as every draft does; what cannot be told or done is left."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if DRAFT.fullmatch(entry.name):
                with suppress(OSError):
                    _clear_if_forsaken(entry.path)


@contextmanager
def name_unwritable(path: Path) -> Iterator[None]:
    """Name the file where it cannot be written after all, as on a full disk. Raises InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


@contextmanager
def _new_draft(folder: Path) -> Iterator[Path]:
    """Yield an empty file of a new name in the folder, with the mode of the umask; it is gone after a failure.

    It is locked meanwhile, so that whoever finds it and can lock it knows that its writer is dead.
    """
    draft, handle = _locked_draft(folder)
    try:
        clear_forsaken(folder)
        yield draft
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise
    finally:
        if handle is not None:
            os.close(handle)


def _locked_draft(folder: Path) -> tuple[Path, int | None]:
    """Return a new draft, and the handle that holds its lock where the system has locks."""
    while True:
        draft = folder / f".{secrets.token_hex(6)}.draft"
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        if fcntl is None:
            os.close(handle)  # Windows moves no file that is open
            return draft, None
        # Another program may take it for forsaken before it is locked.
        if lock(handle) and draft.exists():
            return draft, handle
        os.close(handle)


def _clear_if_forsaken(draft: str) -> None:
    found = os.lstat(draft)
    if not stat.S_ISREG(found.st_mode):
        return
    if fcntl is None:  # a file that is open is not removed there
        if time.time() - found.st_mtime > FORSAKEN:
            os.unlink(draft)
        return
    handle = os.open(draft, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(draft)
    finally:
        os.close(handle)


def _to_the_disk(draft: Path) -> None:
    """Have the system write the file out, so that it is whole even if the power fails after it took its place."""
    with draft.open("rb+") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in UNSYNCED:
                raise


def _without_torn_end(handle: int) -> int:
    """Cut off what stands behind the last end of a line of an open file, and return the size that is left."""
    size = end = os.fstat(handle).st_size
    while end:
        start = max(0, end - BLOCK)
        os.lseek(handle, start, os.SEEK_SET)
        line_ends = os.read(handle, end - start).rfind(b"\n") + 1
        end = start + line_ends
        if line_ends:
            break
    if end < size:
        os.ftruncate(handle, end)
    return end


def _place(draft: Path, target: Path) -> None:
    """Give the draft its final name. Raises FileExistsError where that is taken, by whomever and however late."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise _error(errno.EEXIST, target) from None
        os.rename(draft, target)
    else:
        os.unlink(draft)


def _numbered(path: Path) -> Iterator[Path]:
    """Yield "name-0001.png", "name-0002.png", ... for "name.png"."""
    return (path.with_name(f"{path.stem}-{number:04}{path.suffix}") for number in count(1))


def _place_numbered(draft: Path, path: Path) -> Path:
    """Give the draft the first free number, and return that name."""
    for candidate in _numbered(path):
        if not candidate.exists():
            with suppress(FileExistsError):
                _place(draft, candidate)
                return candidate
    raise AssertionError("numbers do not end")


def lock(handle: int) -> bool:
    """Return whether the lock is had, or cannot be had at all, as on some network's folder."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))
