"""Trained models as files: which one a controller's name stands for, and what of it travels along in a replay."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.io import TRAINED_MODELS, InputError, borrowed_folder, name_unwritable, plugin_errors, read_file
from engine.plugin import LOADERS, plugins
from engine.scenarios import LARGEST_MODEL

DESCRIPTION = "model.json"  # names the folder of its weights
SHIPPED = {"nca": "default"}  # installed controllers that load a model in trained_models/


def trained_models() -> dict[str, Path]:
    """Return the checkpoints in trained_models/, by name."""
    return {folder.name: folder for folder in sorted(TRAINED_MODELS.glob("*/"))}


def load_trained(folder: Path) -> Any:
    """Load a checkpoint by the loader "nca". Raises InputError, one line, where it cannot be used."""
    loaders = plugins(LOADERS, "loader")
    if "nca" not in loaders:
        raise InputError("no plugin is installed that loads models; install the project anew: pip install .")
    load = loaders["nca"].load()
    with plugin_errors(loaders["nca"].label):
        try:
            return load(folder)
        except ValueError as error:  # bad data, and no mistake of the plugin's
            raise InputError(str(error)) from error


def load_carried(files: dict[str, bytes]) -> Any:
    """Load a checkpoint that came along in a replay. Raises ValueError, in one line, where it cannot be used."""
    with borrowed_folder() as folder:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with name_unwritable(path):
                path.write_bytes(content)
        return load_trained(folder)


def model_files(folder: Path) -> dict[str, bytes]:
    """Return the description of a model and its weights, by their names in the folder; its card is not of it.

    Raises OSError where they cannot be read, InputError where they are no model or too large to travel.
    """
    description = folder / DESCRIPTION
    files = {DESCRIPTION: read_file(description, LARGEST_MODEL)}
    try:
        weights = json.loads(files[DESCRIPTION])["weights"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{folder}: {DESCRIPTION} names no weights") from None
    if not isinstance(weights, str) or weights in ("", ".", "..") or Path(weights).name != weights:
        raise InputError(f"{folder}: {DESCRIPTION} names no weights beside it")
    size = len(files[DESCRIPTION])
    for path in sorted((folder / weights).rglob("*")):
        if path.is_file():
            size += path.stat().st_size
            if size > LARGEST_MODEL:
                raise InputError(f"{folder}: the model is larger than {LARGEST_MODEL} bytes")
            files[path.relative_to(folder).as_posix()] = read_file(path, LARGEST_MODEL)
    return files


def installed_models(names: Iterable[str]) -> dict[str, dict[str, bytes]]:
    """Return the files of the models that installed controllers of these names load; none for one that is gone."""
    found = {}
    for name in names:
        if name in SHIPPED:
            with suppress(InputError, OSError):
                found[name] = model_files(TRAINED_MODELS / SHIPPED[name])
    return found
