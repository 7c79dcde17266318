"""Errors for what a player can get wrong, each one line of text; `engine.formations` adds a third, FormationError."""

from __future__ import annotations


class InputError(ValueError):
    """A request that cannot be met; the text is one line that says why."""


class FileError(InputError):
    """A file that cannot be used; the text is one line that names the file, the field and what is wrong."""
