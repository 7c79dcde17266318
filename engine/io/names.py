"""Unknown names, answered with the nearest known one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from engine.io.text import shown


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name most like another one, or None where none is alike."""
    return next(iter(difflib.get_close_matches(name, list(names), n=1)), None)


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return the end of an error line about an unknown name: the nearest name, if one is alike, and all there are."""
    known = list(names)
    close = nearest(name, known)
    return f"{f': did you mean {close}?' if close else ';'} one of {', '.join(known)}"


def unknown_name(what: str, name: str, names: Iterable[str]) -> str:
    """Return the error line for an unknown name, with the nearest one."""
    return f"unknown {what} {shown(name)}{suggestion(name, names)}"
