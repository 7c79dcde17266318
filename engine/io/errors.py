"""What a player can get wrong: errors whose text is one line. Formations and orders have a third kind of their own."""

from __future__ import annotations


class InputError(ValueError):
    """What was asked for cannot be done; the text is one line that says why."""


class FileError(InputError):
    """A file that cannot be used; the text is one line that names the file, the field and what is wrong."""
