"""Tables that a page of the documentation has from a measurement: between `<!-- name -->` and `<!-- end -->`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.io.errors import InputError
from engine.io.writing import name_unwritable, write_whole

END = "<!-- end -->"


def write_table(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put lines into the place of those that the page has under that name.

    Raises InputError, one line, for a page that cannot be read or written, or has no such place.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise InputError(f"{page} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    begin = f"<!-- {name} -->\n"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise InputError(f"{page} has no place for the table: {begin.strip()} and {END}")
    with name_unwritable(page):
        write_whole(page, before + begin + "".join(f"{line}\n" for line in lines) + END + after)
