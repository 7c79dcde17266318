"""Errors for what players and plugins can get wrong, each one line of text; `engine.formations` adds FormationError."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.io.text import one_line

LONGEST_REASON = 120  # letters of what an error says that end up in a line about it, which says more
ENDING = (KeyboardInterrupt, GeneratorExit)  # what ends the program, and is no plugin's fault
NOTE = "raised by a part of the user's own: "
SPEAKING = (ValueError, OSError, ImportError, RuntimeError)  # errors whose text alone says what is wrong


class InputError(ValueError):
    """A request that cannot be met; the text is one line that says why, and is made one whatever it holds."""

    def __init__(self, text: object = "") -> None:
        super().__init__(one_line(text))


class FileError(InputError):
    """A file that cannot be used; the text is one line that names the file, the field and what is wrong."""


class PluginError(InputError):
    """A plugin that failed; the text is one line that names it, and the cause is its own error with the traceback."""


@contextmanager
def plugin_errors(whose: str, passing: type[InputError] = InputError) -> Iterator[None]:
    """Raise PluginError, which says whose mistake it was, for whatever a plugin raises but `passing`."""
    try:
        yield
    except passing:
        raise
    except BaseException as error:
        # Ctrl-C, and a game that is left, end the program: they come to the main thread alone, plugins work beside it.
        if isinstance(error, ENDING) and threading.current_thread() is threading.main_thread():
            raise
        raise PluginError(f"{whose}: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """Return what an error says, as one line: its text, with its kind before it where the text alone says little."""
    try:
        text = one_line(error, LONGEST_REASON)
    except Exception:  # an error of a plugin's own may fail to say anything
        text = ""
    kind = type(error).__name__
    if isinstance(error, SPEAKING) and text:
        return text
    return f"{kind}: {text}" if text else kind


@contextmanager
def users_own(label: str) -> Iterator[None]:
    """Note on whatever a user's own part raises whose it is; the error and its traceback stay as they are."""
    try:
        yield
    except Exception as error:
        error.add_note(f"{NOTE}{label}")
        raise


def is_users_own(error: BaseException) -> bool:
    """Return whether an error came from a user's own part."""
    return any(note.startswith(NOTE) for note in getattr(error, "__notes__", ()))
