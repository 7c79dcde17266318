"""The error of what lies on disk and cannot be used, and how foreign texts are shown in its one line."""

from __future__ import annotations

BEFORE, AFTER = 140, 150  # characters of an error's line that stay of one that is too long: its middle goes
MOST_SHOWN = 60  # characters of a foreign value in it


class CheckpointError(ValueError):
    """A model or a run that cannot be used; the text is one line that says which and why."""

    def __init__(self, text: str) -> None:
        line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
        super().__init__(line if len(line) <= BEFORE + AFTER else f"{line[:BEFORE]}...{line[-AFTER:]}")


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or its kind where it says nothing."""
    return str(error).strip().split("\n")[0] or type(error).__name__


def shown(value: object) -> str:
    """Return a value as an error shows it: cut short, and not spelt out where it is a number of many digits."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # more digits than Python prints; nested too deep
        text = f"one {type(value).__name__} of too much"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
