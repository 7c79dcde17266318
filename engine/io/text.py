"""Text for players: one line, not too long, in which nothing can steer a terminal."""

from __future__ import annotations

import re
import reprlib

from engine.io.limits import LONGEST_LINE, LONGEST_VALUE

BREAKS = re.compile(r"[^\S ]\s*")  # line ends, tabs, ... with the spaces that follow
READ_AHEAD = 10  # lines' lengths, from either end, that are looked at before a text is cut

_short = reprlib.Repr()
_short.maxlevel, _short.maxlist, _short.maxdict = 3, 8, 4
_short.maxstring = _short.maxlong = _short.maxother = LONGEST_VALUE


def one_line(text: object, longest: int = LONGEST_LINE) -> str:
    """Return a text as one line of at most `longest` characters.

    Line ends and tabs become one space, with the white space after them. Control characters, marks that turn the
    direction of writing, and bytes of file names that are no UTF-8 are written as escapes; what is too long is cut in
    the middle.
    """
    words = str(text)
    if len(words) > 2 * READ_AHEAD * longest:
        words = words[: READ_AHEAD * longest] + words[-READ_AHEAD * longest :]
    line = BREAKS.sub(" ", as_text(words)).strip()
    if not line.isprintable():
        line = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line)
    end = longest // 3  # of an error line the reason often comes last
    return line if len(line) <= longest else f"{line[: longest - end - 3]}...{line[-end:]}"


def shown(value: object) -> str:
    """Return a value as an error line quotes it: as Python writes it, cut in the middle where it is long."""
    return _short.repr(value)


def as_text(name: str) -> str:
    r"""Return the name of a file, or a word of the command line, as text: bytes that are no UTF-8 become "\xe9".

    Python hands such bytes on as unpaired surrogates, which no file and no terminal takes.
    """
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape" if _has_only_bytes(name) else "backslashreplace").decode(
        "utf-8", "backslashreplace"
    )


def _has_only_bytes(name: str) -> bool:
    return not any("\ud800" <= letter < "\udc80" or "\udd00" <= letter <= "\udfff" for letter in name)
