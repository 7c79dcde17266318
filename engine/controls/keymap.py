"""The keys of a game: the table of bindings, with the player's own keys where those can be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.controls.bindings import Binding, bindings, by_key, help_rows
from engine.controls.mouse import GESTURES
from engine.controls.tools import TOOLS
from engine.formations import Formation
from engine.io import nearest
from engine.view import MODIFIERS, Rows


@dataclass(frozen=True)
class Keymap:
    """What each key does, and the words for it."""

    table: tuple[Binding, ...]
    keys: Mapping[str, Binding]
    help: Rows
    hint: str  # "F1: show or hide the keys"
    labels: Mapping[str, str]  # of each action, its first key as the player knows it
    complaint: str = ""  # why keys are not as a file asked for, in one line; "" where they are


def keymap(
    formations: Iterable[Formation],
    own: Mapping[str, tuple[str, ...]] | None = None,
    knows: Callable[[str], bool] = lambda key: True,
    file: str = "settings.toml",
) -> Keymap:
    """Return the keys for these formations, with the player's `own` keys by action.

    Where one of the own keys cannot be used, all of them are left out; `knows` returns whether a key of a name exists,
    and `file` is named in the complaint. A formation whose key does something else already is left without one.
    """
    known, complaint = _unclaimed(formations, own or {})
    table = bindings(known)
    if own:
        try:
            _check(own, table, knows)
            table = bindings(known, own)
            by_key(table)
        except ValueError as error:
            table, complaint = bindings(known), f"{file}: [keys]: {error}"
    labels = {binding.action: binding.label for binding in table if binding.keys}
    hint = next(f"{binding.label}: {binding.does}" for binding in table if binding.action == "help")
    return Keymap(table, by_key(table), (*gestures(), *help_rows(table)), hint, labels, complaint)


def gestures() -> Rows:
    """Return the help's rows about the mouse: gesture, what it does."""
    return (*(row for tool in TOOLS for row in tool.gestures), *GESTURES)


def listed(table: Iterable[Binding]) -> list[str]:
    """Return a line for each action: its name, its keys as settings write them, what it does."""
    return [f"{one.action:<16} {' '.join(one.keys) or '-':<12} {one.does}" for one in table]


def _unclaimed(formations: Iterable[Formation], own: Mapping[str, tuple[str, ...]]) -> tuple[list[Formation], str]:
    """Return the formations, without keys that belong to actions, and one line of complaint about that, or ""."""
    claimed = by_key(bindings(()))
    known: list[Formation] = []
    complaint = ""
    for one in formations:
        taken = claimed.get(one.key) if f"form-{one.name}" not in own else None
        if taken:
            complaint = complaint or f"{one.name}.toml: field 'key': {one.key!r} is there to {taken.does}"
        known.append(replace(one, key="") if taken else one)
    return known, complaint


def _check(own: Mapping[str, tuple[str, ...]], table: tuple[Binding, ...], knows: Callable[[str], bool]) -> None:
    """Raise ValueError for an action or a key that does not exist."""
    actions = [binding.action for binding in table]
    for action, keys in own.items():
        # A formation's file may be missing for a while.
        if action not in actions and not action.startswith("form-"):
            close = nearest(action, actions)
            hint = f"did you mean {close!r}?" if close else "F1 shows what there is"
            raise ValueError(f"there is no action {action!r}: {hint}")
        for key in keys:
            bare = key
            for modifier in MODIFIERS:
                bare = bare.removeprefix(f"{modifier}+")
            if not knows(bare):
                raise ValueError(f"{action!r}: there is no key {key!r}")
