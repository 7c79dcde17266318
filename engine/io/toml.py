"""TOML from outside, measured before it is parsed: the parser itself knows no limits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from engine.io.errors import FileError
from engine.io.limits import (
    DEEPEST_TOML,
    MOST_DIGITS,
    MOST_TOML_ESCAPES,
    MOST_TOML_KEYS,
    MOST_TOML_VALUES,
    WIDEST_INTEGER,
)

# Strings and comments, each as far as the parser would read it; possessive, so that matching never turns back.
WORDS = re.compile(
    r'"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+(?:"{3,5}+|\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'{3,5}+|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+"
)
DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST_TOML}}}")
LONG_NUMBER = re.compile(rf"(?<!\d)\d[\d_]{{{MOST_DIGITS}}}")
BRACKETS = re.compile(r"[\[\]{}]")


def parse_toml(content: bytes, file: str) -> dict[str, Any]:
    """Return the entries of a TOML file from its bytes; a byte order mark and line ends of any system are welcome.

    Raises FileError, which names the `file`, for what is no TOML in UTF-8 or goes beyond the limits of `io.limits`.
    """
    try:
        text = content.decode("utf-8-sig")
        check_size(text, file)
        entries = tomllib.loads(text)
    except UnicodeDecodeError:
        raise FileError(f"{file}: is no text in UTF-8") from None
    except FileError:
        raise
    except RecursionError:
        raise FileError(f"{file}: is nested too deep") from None
    except ValueError as error:  # not TOML
        raise FileError(f"{file}: {error}") from None
    for path, value in leaves(entries):
        if isinstance(value, int) and not -(2**WIDEST_INTEGER) <= value < 2**WIDEST_INTEGER:
            raise FileError(f"{file}: field '{path}' is a whole number of over {WIDEST_INTEGER} bits")
    return entries


def check_size(text: str, file: str) -> None:
    """Raise FileError for a text whose parsing would cost more than its size lets expect. Takes time in proportion."""
    if text.count("\\") > MOST_TOML_ESCAPES:
        raise FileError(f"{file}: holds over {MOST_TOML_ESCAPES} backslashes")
    bare = WORDS.sub("_", text)
    if bare.count("[") + bare.count("{") + bare.count(",") > MOST_TOML_VALUES:
        raise FileError(f"{file}: holds over {MOST_TOML_VALUES} values")
    depth, keys = 0, bare.count("=")
    for bracket in BRACKETS.finditer(bare):
        if bracket[0] in "]}":
            depth = max(depth - 1, 0)
        else:
            keys += depth == 0
            depth += 1
            if depth > DEEPEST_TOML:
                raise FileError(f"{file}: is nested too deep, in over {DEEPEST_TOML} brackets")
    if DOTTED.search(bare):
        raise FileError(f"{file}: is nested too deep, by a key of over {DEEPEST_TOML} names")
    if keys > MOST_TOML_KEYS:
        raise FileError(f"{file}: holds over {MOST_TOML_KEYS} keys")
    if LONG_NUMBER.search(bare):
        raise FileError(f"{file}: has a number of over {MOST_DIGITS} digits")


def leaves(entries: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of everything in a file that holds nothing else; lists are counted from 1."""
    waiting: list[tuple[str, Any]] = [("", entries)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path}.{name}" if path else name, inner) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}[{number}]", inner) for number, inner in enumerate(value, start=1)]
        else:
            yield path, value
