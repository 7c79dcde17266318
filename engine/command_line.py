"""A command line whose mistakes are answered in one clear line, and the types of its arguments."""

from __future__ import annotations

import argparse
import difflib
import math
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np

from engine.plugin import Ground

SMALLEST, LARGEST = 16, 4096  # cells along a side of the field
MOST_MEN = 1_000_000  # that are drawn


class InputError(ValueError):
    """What was asked for cannot be done; the text is one line that says why."""


class Parser(argparse.ArgumentParser):
    """argparse, but an error is one line on stderr and exit code 2, and an unknown flag is told the nearest."""

    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]

    def parse_args(self, args=None, namespace=None):  # type: ignore[override]
        """Return the arguments, or exit with one line."""
        known, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flag = unknown[0].split("=")[0]
            if not flag.startswith("-"):
                self.error(f"unexpected argument '{flag}'")
            self.error(unknown_name("flag", flag, self._option_string_actions))
        return known

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to find out more, and exit."""
        line = " ".join(message.split())
        print(f"{self.prog}: {line}", file=sys.stderr)
        raise SystemExit(2)


def unknown_name(what: str, name: str, names: Iterable[str]) -> str:
    """Return the line for a name that nobody knows, with the nearest one."""
    known = list(names)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f": did you mean {close[0]}?" if close else ";"
    return f"unknown {what} '{name}'{hint} one of {', '.join(known)}"


def grid(text: str) -> Ground:
    """Return the open field of a size given as "192x128": width x height in cells."""
    width, separator, height = text.lower().partition("x")
    if not (separator and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not a width and height in cells, as 192x128")
    if not (SMALLEST <= int(width) <= LARGEST and SMALLEST <= int(height) <= LARGEST):
        raise argparse.ArgumentTypeError(f"'{text}' is not between {SMALLEST} and {LARGEST} cells wide and high")
    return Ground(np.ones((int(height), int(width)), dtype=bool))


def orders(text: str) -> tuple[tuple[int, str], ...]:
    """Return (tick, formation) for each order of a script as "wedge@0,square@200", in the order of their ticks."""
    script = []
    for entry in text.split(","):
        name, separator, tick = entry.strip().partition("@")
        if not (name and separator and tick.isdecimal()):
            raise argparse.ArgumentTypeError(f"'{entry}' is not a formation and a tick, as wedge@200")
        script.append((int(tick), name))
    return tuple(sorted(script, key=lambda order: order[0]))


def positive(text: str) -> float:
    """Return a number above zero."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return number


def men(text: str) -> int:
    """Return how many men are to be drawn."""
    if count(text) > MOST_MEN:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to {MOST_MEN}")
    return int(text)


def count(text: str) -> int:
    """Return a whole number above zero."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def seed(text: str) -> int:
    """Return a whole number that fits 32 bits."""
    if not (text.isdecimal() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0 to {2**32 - 1}")
    return int(text)


def check_writable(path: Path | None, *endings: str) -> None:
    """Raise InputError if no file can be written there, before minutes are spent on what it is to hold.

    Where endings are given the name must have one of them, so that a slip writes over no file of another kind.
    """
    if path is None:
        return
    if endings and path.suffix.lower() not in endings and not path.is_dir():
        raise InputError(f"cannot write {path}: the name must end in {' or '.join(endings)}")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"cannot write {path}: there is no folder {folder}")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(f"cannot write {path}")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name the file where it cannot be written after all, as on a full disk. Raises InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
