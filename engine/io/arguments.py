"""A command line whose mistakes are answered in one clear line, and the types of its arguments."""

from __future__ import annotations

import argparse
import math
import sys
from typing import NoReturn

from engine.io.limits import LARGEST_SIDE, MOST_SOLDIERS, SMALLEST_SIDE
from engine.io.names import unknown_name
from engine.io.terminal import warn, write
from engine.io.text import as_text


class Parser(argparse.ArgumentParser):
    """argparse, but an error is one line on stderr with exit code 2; for an unknown flag it names the nearest."""

    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]

    def parse_args(self, args=None, namespace=None):  # type: ignore[override]
        """Return the arguments, or exit with one line."""
        known, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flag = unknown[0].split("=")[0]
            if not flag.startswith("-"):
                self.error(f"unexpected argument {flag!r}")
            self.error(unknown_name("flag", flag, self._option_string_actions))
        return known

    def error(self, message: str) -> NoReturn:
        """Print one line that says what is wrong, and exit with code 2."""
        warn(" ".join(message.split()), self.prog)
        raise SystemExit(2)

    def _print_message(self, message: str, file=None) -> None:  # type: ignore[no-untyped-def]
        """Print the help or the version: argparse would leave the last words to the end of the program."""
        write(message, file or sys.stderr)


def name(text: str) -> str:
    """Return the name of a formation as text; see `as_text`."""
    return as_text(text)


def grid(text: str) -> tuple[int, int]:
    """Return height and width, in cells, of a size given as "192x128": width x height."""
    width, separator, height = text.lower().partition("x")
    if not (separator and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a width and height in cells, as 192x128")
    if not (SMALLEST_SIDE <= int(width) <= LARGEST_SIDE and SMALLEST_SIDE <= int(height) <= LARGEST_SIDE):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not between {SMALLEST_SIDE} and {LARGEST_SIDE} cells wide and high"
        )
    return int(height), int(width)


def side(text: str) -> int:
    """Return how many cells a side of the field has."""
    if not (text.isdecimal() and SMALLEST_SIDE <= int(text) <= LARGEST_SIDE):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of cells from {SMALLEST_SIDE} to {LARGEST_SIDE}")
    return int(text)


def orders(text: str) -> tuple[tuple[int, str], ...]:
    """Return (tick, formation) for each order of a schedule as "wedge@0,square@200", in the order of their ticks."""
    schedule = []
    for entry in text.split(","):
        formation, separator, tick = as_text(entry).strip().partition("@")
        if not (formation and separator and tick.isdecimal()):
            raise argparse.ArgumentTypeError(f"{entry!r} is not a formation and a tick, as wedge@200")
        schedule.append((int(tick), formation))
    return tuple(sorted(schedule, key=lambda order: order[0]))


def positive(text: str) -> float:
    """Return a number above zero."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def address(text: str) -> str:
    """Return where a program listens: "host:port"."""
    host, separator, port = text.rpartition(":")
    if not (
        host and separator and text.isprintable() and " " not in text and port.isdecimal() and 0 < int(port) < 2**16
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host and a port, as node1:29500")
    return text


def soldiers(text: str) -> int:
    """Return how many soldiers to draw: a whole number from 1 to MOST_SOLDIERS."""
    if count(text) > MOST_SOLDIERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST_SOLDIERS}")
    return int(text)


def count(text: str) -> int:
    """Return a whole number above zero."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def seed(text: str) -> int:
    """Return a whole number that fits 32 bits."""
    if not (text.isdecimal() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {2**32 - 1}")
    return int(text)
