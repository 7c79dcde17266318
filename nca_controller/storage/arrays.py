"""A tree of arrays in a folder, as orbax writes it: one zarr array a leaf, one chunk each, in a store of OCDBT.

What is read is looked at first: kinds and sizes of the files, the shape, chunk, kind of number and compression of every
array, and how much each packed part can unpack to. Only then is anything unpacked; orbax takes no part in reading.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jax
import numpy as np

from nca_controller.storage.errors import CheckpointError, first_line
from nca_controller.storage.plain_files import plain_files
from nca_controller.storage.zstd import MAGIC, most_unpacked

SLACK = 4  # packed parts are written in blocks that may be as much smaller than the largest
INDEX = 64 * 2**20  # bytes that the store's own index may unpack to
CHUNK = 2**20  # bytes that a chunk may unpack to beyond its own size: it ends with a block that is not full
LARGEST_ENTRY = 4096  # bytes of the description of one array
WRITTEN = 2**16, 2**10  # bytes that a tree takes on a disk beside its numbers, and for each of its arrays
SYSTEMS = re.compile(r"os_error_code='(\d+)'")  # in a store's error, beside all that it was about to do
PLAIN = {"zarr_format": 2, "order": "C", "filters": None, "dimension_separator": "."}


def write_arrays(folder: Path, tree: Any) -> None:
    """Write a tree of arrays into a new folder; no other process is waited for. Raises OSError where that fails."""
    import orbax.checkpoint as ocp  # late: it takes as long to import as all else together

    free = shutil.disk_usage(folder.absolute().parent).free
    if free < _bytes(tree) + WRITTEN[0] + WRITTEN[1] * len(jax.tree.leaves(tree)):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # now: where a store's own threads fail they print it
    me = jax.process_index()
    alone = ocp.options.MultiprocessingOptions(primary_host=me, active_processes={me}, barrier_sync_key_prefix="alone")
    try:
        with _without_orbax_log(), ocp.StandardCheckpointer(multiprocessing_options=alone) as checkpointer:
            checkpointer.save(folder.absolute(), jax.tree.map(np.asarray, tree))
    except Exception as error:  # orbax and its stores raise many kinds
        if isinstance(error, OSError) and error.errno:
            raise
        if found := SYSTEMS.search(str(error)):
            raise OSError(int(found[1]), os.strerror(int(found[1]))) from None
        raise OSError(first_line(error)) from None


@contextmanager
def _without_orbax_log() -> Iterator[None]:
    """Keep orbax from printing the tracebacks of what it raises, once for each of its threads."""
    log = logging.getLogger("absl")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def files_of(folder: Path, template: Any) -> list[Path]:
    """Return the files of a folder of such arrays. Raises CheckpointError where one is not plain, or all too large."""
    return plain_files(folder, 2 * _bytes(template) + INDEX)


def read_arrays(folder: Path, template: Any, owner: str) -> Any:
    """Return the tree of NumPy arrays in a folder, with the shapes and kinds of number of the template.

    Raises CheckpointError where they are others, which then are not `owner`'s, or not finite, or cannot be read.
    """
    import tensorstore  # late: the game imports it where it loads a model, and a commander needs none

    allowed = SLACK * _bytes(template) + INDEX
    for path in files_of(folder, template):
        allowed -= most_unpacked(path.read_bytes(), allowed)
        if allowed < 0:
            raise CheckpointError(f"{folder}: unpacks to more than it may hold")
    if not (folder / "manifest.ocdbt").is_file():
        raise CheckpointError(f"{folder}: cannot be read: manifest.ocdbt is missing")
    store = {"driver": "ocdbt", "base": {"driver": "file", "path": f"{folder.absolute()}/"}}
    leaves, tree = jax.tree_util.tree_flatten_with_path(template)
    try:
        entries = tensorstore.KvStore.open(store).result()
        names = [jax.tree_util.keystr(path, simple=True, separator=".") for path, _ in leaves]
        for name, (_, leaf) in zip(names, leaves, strict=True):
            _check(entries, name, leaf, folder, owner)
        found = [
            np.asarray(tensorstore.open(_zarr(store, name, leaf), open=True, read=True).result().read().result())
            for name, (_, leaf) in zip(names, leaves, strict=True)
        ]
    except CheckpointError:
        raise
    except Exception as error:  # stores raise many kinds
        raise CheckpointError(f"{folder}: cannot be read: {first_line(error)}") from None
    for name, values in zip(names, found, strict=True):
        if not np.isfinite(values).all():
            raise CheckpointError(f"{folder}: {name}: the numbers are not finite")
    return jax.tree_util.tree_unflatten(tree, found)


def _check(entries: Any, name: str, leaf: Any, folder: Path, owner: str) -> None:
    """Raise CheckpointError unless an array is one chunk of the leaf's shape and kind, and unpacks to no more."""
    described = bytes(entries.read(f"{name}/.zarray").result().value)
    if not described:
        raise CheckpointError(f"{folder}: the weights are not those of {owner}: there is no {name}")
    if len(described) > LARGEST_ENTRY:
        raise CheckpointError(f"{folder}: {name}: its description is too large")
    found = json.loads(described)
    shape, kind = list(leaf.shape), _kind(leaf)
    if not isinstance(found, dict) or found.get("shape") != shape or found.get("dtype") != kind:
        raise CheckpointError(f"{folder}: the weights are not those of {owner}: {name} is no {kind} of shape {shape}")
    compressor = found.get("compressor")
    plain = all(found.get(field, value) == value for field, value in PLAIN.items())
    packed = isinstance(compressor, dict) and compressor.get("id") == "zstd"
    if found.get("chunks") != shape or not plain or not (packed or compressor is None):
        raise CheckpointError(f"{folder}: {name}: its chunks or their compression are not as they are written here")
    chunk = bytes(entries.read(f"{name}/{'.'.join('0' for _ in shape) or '0'}").result().value)
    size = _bytes(leaf)
    if not chunk or (packed and not chunk.startswith(MAGIC)) or (not packed and len(chunk) != size):
        raise CheckpointError(f"{folder}: {name}: is not whole")
    most = SLACK * size + CHUNK
    if packed and most_unpacked(chunk, most) > most:
        raise CheckpointError(f"{folder}: {name}: unpacks to more than it may hold")


def _zarr(store: dict[str, Any], name: str, leaf: Any) -> dict[str, Any]:
    """Return what tensorstore opens: an array of the store, and of a leaf's shape and kind alone."""
    expected = {"shape": list(leaf.shape), "chunks": list(leaf.shape), "dtype": _kind(leaf)}
    return {"driver": "zarr", "kvstore": store | {"path": f"{name}/"}, "metadata": expected}


def _kind(leaf: Any) -> str:
    """Return a leaf's kind of number as zarr names it."""
    return np.dtype(leaf.dtype).newbyteorder("<").str


def _bytes(template: Any) -> int:
    """Return how many bytes the arrays of a template take."""
    return sum(int(np.prod(leaf.shape)) * np.dtype(leaf.dtype).itemsize for leaf in jax.tree.leaves(template))
