"""Errors for what a player can get wrong, each one line of text; `engine.formations` adds a third, FormationError."""

from __future__ import annotations

from engine.io.text import one_line


class InputError(ValueError):
    """A request that cannot be met; the text is one line that says why, and is made one whatever it holds."""

    def __init__(self, text: object = "") -> None:
        super().__init__(one_line(text))


class FileError(InputError):
    """A file that cannot be used; the text is one line that names the file, the field and what is wrong."""
