"""What a simulation compiled is kept from start to start, and looked through before it is used again.

JAX writes an entry in place, and one that is there but damaged for good: each start would warn and compile anew.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from engine.io import paths
from engine.io.writing import clear_forsaken, write_whole

FOLDER = "JAX_COMPILATION_CACHE_DIR"
ENTRY, LAST_USED = "-cache", "-atime"  # endings of JAX's files
MOST = 2**29  # bytes of a folder that are read at every start
DIGESTS = "maniple-digests.json"  # of the entries, by name

_kept: set[Path] = set()  # folders in which this process keeps what it compiles


def keep_compiled() -> None:
    """Have JAX keep what it compiles from start to start, where it can write and the player has not set where."""
    with suppress(OSError):
        paths.compile_cache().mkdir(parents=True, exist_ok=True)
        os.environ.setdefault(FOLDER, str(paths.compile_cache()))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
    if FOLDER in os.environ:
        _tend(Path(os.environ[FOLDER]))


@cache
def _tend(folder: Path) -> None:
    """Look through a folder, once in a process, and again at its end: what is compiled meanwhile is known next time."""
    heal(folder)
    _kept.add(folder)
    atexit.register(note_compiled)


def note_compiled() -> None:
    """Note what was compiled meanwhile, so that it is known the next time; nothing where nothing is kept."""
    for folder in _kept:
        heal(folder)


def heal(folder: Path) -> None:
    """Remove what is damaged of a folder of compiled programs, and note the digests of the rest.

    An entry that was noted before must be the same; a new one must unpack. A folder of more than `MOST` bytes is left
    as it is.
    """
    clear_forsaken(folder)
    with suppress(OSError):
        entries = list(folder.glob(f"*{ENTRY}"))
        if sum(entry.stat().st_size for entry in entries) > MOST:
            return
        known, whole = _noted(folder), {}
        for entry in entries:
            digest = _digest_of_whole(entry, known.get(entry.name))
            if digest:
                whole[entry.name] = digest
                continue
            with suppress(OSError):
                entry.unlink()
                entry.with_name(entry.name.removesuffix(ENTRY) + LAST_USED).unlink(missing_ok=True)
        if whole != known:
            write_whole(folder / DIGESTS, json.dumps(whole))


def _digest_of_whole(path: Path, noted: str | None) -> str | None:
    """Return the digest of an entry; None where it is damaged or cannot be read."""
    try:
        entry = path.read_bytes()
    except OSError:
        return None
    digest = hashlib.sha256(entry).hexdigest()
    return digest if noted == digest or (noted is None and _unpacks(entry)) else None


def _noted(folder: Path) -> dict[str, str]:
    """Return the digests that were noted; none where they cannot be read."""
    with suppress(OSError, ValueError, RecursionError):
        noted = json.loads((folder / DIGESTS).read_text(encoding="utf-8"))
        if isinstance(noted, dict):
            return noted
    return {}


def _unpacks(entry: bytes) -> bool:
    """Return whether JAX can unpack an entry: it takes zstd where that is installed, and zlib otherwise."""
    try:
        return bool(_unpacker()(entry))
    except Exception:  # each has its own errors
        return False


def _unpacker() -> Callable[[bytes], bytes]:
    for name in ("compression.zstd", "zstandard", "zlib"):
        with suppress(ImportError):
            unpack: Callable[[bytes], bytes] = importlib.import_module(name).decompress
            break
    return unpack
