"""The terminal: every line that the program prints goes through here, whatever it holds and whoever reads it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TextIO

from engine.io.errors import InputError
from engine.io.text import one_line

COMMAND = "maniple"  # what is installed; `maniple play` is its name where it plays
READER_GONE = 141  # the exit code of a program whose reader has left, as `head` does: 128 and the signal SIGPIPE


def prepare() -> None:
    """Make stdout and stderr take any text: what their encoding lacks is escaped, and a closed one swallows all.

    Called first, so that no file which is opened later is given the number of a closed one.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or stream.closed:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, as long as the program
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(*lines: object) -> None:
    """Print lines for a player, each made safe by `one_line`. Raises as `write` does."""
    write("".join(f"{_fitting(line, sys.stdout)}\n" for line in lines))


def program(otherwise: str = "run_game.py") -> str:
    """Return what the program calls itself: as the player called it, if that was the installed command."""
    name = Path(sys.argv[0]).name
    return name if name.startswith(COMMAND) else otherwise


def warn(line: object, name: str = "") -> None:
    """Print one line for a player on stderr, after the program's name."""
    write(f"{_fitting(f'{name or program()}: {line}', sys.stderr)}\n", sys.stderr)


def write(text: str, stream: TextIO | None = None) -> None:
    """Print text of the program's own, as it is, on stdout or another stream, at once.

    Raises SystemExit where the reader of stdout has left, and InputError where it takes no more, as on a full disk.
    What stderr does not take is lost.
    """
    stream = sys.stdout if stream is None else stream
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _drop(stream)
        if stream is sys.stderr:
            return
        if isinstance(error, BrokenPipeError):
            raise SystemExit(READER_GONE) from None
        raise InputError(f"cannot write to the standard output: {error.strerror or error}") from None


def _fitting(line: object, stream: TextIO) -> str:
    """Return a line as the stream can take it: what its encoding lacks is escaped before the line is cut."""
    text, encoding = one_line(line), getattr(stream, "encoding", None)
    if text.isascii() or not encoding:
        return text
    return one_line(text.encode(encoding, "backslashreplace").decode(encoding))


def _drop(stream: TextIO) -> None:
    """Lead what a stream still holds, and all that follows, nowhere: Python would try it again at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
