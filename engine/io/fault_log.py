"""The log of faults: where a plugin's traceback goes, while the player reads one line."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

from engine.io.errors import PluginError, reason
from engine.io.paths import log_file
from engine.io.writing import append_line

LARGEST_LOG = 2**20  # bytes; a larger log is put aside, in place of the one before


def described(error: PluginError) -> str:
    """Keep a plugin's traceback in the log, and return the error's line with where it is, or why it is not."""
    try:
        path = log_file()
        _append(path, f"{time.strftime('%Y-%m-%d %H:%M:%S')} {error}\n{_traceback(error)}")
    except (OSError, RuntimeError) as failure:  # without a home there is no folder for it
        return f"{error} (its traceback cannot be kept: {getattr(failure, 'strerror', None) or reason(failure)})"
    return f"{error} (its traceback is in {path})"


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        os.replace(path, path.with_suffix(".old.log"))
    append_line(path, text)


def _traceback(error: PluginError) -> str:
    cause = error.__cause__ or error
    try:
        return "".join(traceback.format_exception(cause))
    except Exception as failure:  # an error of a plugin's own may fail to be printed
        return f"{type(cause).__name__}, whose traceback cannot be printed: {type(failure).__name__}\n"
