"""The parts of large grounds on disk, in the platform's cache folder: what is read there is input, and checked.

A file holds the digest of all that follows, then, packed by zlib, for each level the bits of the largest parts and the
labels. Its size when unpacked follows from the field's. A file that is anything else is as good as none.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from engine.io import FileError, paths, read_file, write_whole
from nca_controller.guidance.ground.levels import Parts, level_count

LARGE = 2**16  # cells of a field from which on its parts are kept on disk: smaller ones take a few milliseconds
MOST_FILES = 32  # that are kept, those last written
SLACK = 2**10  # bytes that a packed file may be larger than what it holds
DIGEST = hashlib.sha256().digest_size
VERSION = b"parts 1"  # of the format and of what parts are


def read_parts(open_cells: Bool[np.ndarray, "H W"], boundary: str) -> tuple[Parts, ...] | None:
    """Return the parts of a ground as they were kept, or None where they were not, or cannot be read."""
    shapes, needed = shapes_of(*open_cells.shape)
    try:
        content = read_file(file_of(open_cells, boundary), needed + DIGEST + SLACK)
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(content[DIGEST:], needed + 1)
    except (FileError, OSError, zlib.error):
        return None
    if not unpacker.eof or len(data) != needed or hashlib.sha256(data).digest() != content[:DIGEST]:
        return None
    return tuple(unpacked(data, open_cells.shape, shapes))


def write_parts(open_cells: Bool[np.ndarray, "H W"], boundary: str, parts: tuple[Parts, ...]) -> None:
    """Keep the parts of a ground, in place of the oldest of too many; where nothing can be written, do nothing."""
    data = b"".join(
        np.packbits(np.asarray(part.main)).tobytes() + np.asarray(part.label, "<i4").tobytes() for part in parts
    )
    with suppress(OSError):
        path = file_of(open_cells, boundary)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, hashlib.sha256(data).digest() + zlib.compress(data, 1))
        files = sorted(paths.files_in(path.parent, ".parts"), key=lambda file: file.stat().st_mtime)
        for old in files[:-MOST_FILES]:
            old.unlink(missing_ok=True)


def file_of(open_cells: Bool[np.ndarray, "H W"], boundary: str) -> Path:
    """Return where the parts of a ground lie, named by its content. Raises OSError where there is no such folder."""
    content = VERSION + f"{open_cells.shape} {boundary}".encode() + np.packbits(open_cells).tobytes()
    return paths.platform_folder("cache") / "grounds" / f"{hashlib.sha256(content).hexdigest()[:32]}.parts"


def shapes_of(height: int, width: int) -> tuple[list[tuple[int, int]], int]:
    """Return the shape of each level of a field, and the bytes that its parts take."""
    shapes = [(-(-height // 2**level), -(-width // 2**level)) for level in range(level_count(height, width))]
    bits = -(-height * width // 8)
    return shapes, sum(bits + 4 * rows * columns for rows, columns in shapes)


def unpacked(data: bytes, shape: tuple[int, int], shapes: list[tuple[int, int]]) -> Iterator[Parts]:
    """Yield the parts of each level, from the bytes of all."""
    cells, start = shape[0] * shape[1], 0
    for rows, columns in shapes:
        bits = np.frombuffer(data, np.uint8, -(-cells // 8), start)
        start += len(bits)
        label = np.frombuffer(data, "<i4", rows * columns, start).astype(np.int32)
        start += label.nbytes
        yield Parts(np.unpackbits(bits, count=cells).reshape(shape).astype(bool), label.reshape(rows, columns))
