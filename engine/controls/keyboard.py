"""The keys as they stand in a game: the table of bindings, with the player's own keys where those can be used."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.controls.bindings import MODIFIERS, Binding, bindings, by_key, help_rows
from engine.controls.gestures import GESTURES
from engine.formations import Formation
from engine.view.scene import Rows


@dataclass(frozen=True)
class Keyboard:
    """What each key does, and what the player is told of it."""

    table: tuple[Binding, ...]
    keys: Mapping[str, Binding]
    help: Rows
    hint: str  # "F1: show or hide the keys"
    labels: Mapping[str, str]  # of each action, its first key as the player knows it
    complaint: str = ""  # one line; why keys are not as a file asked for; none: ""


def keyboard(
    formations: Iterable[Formation],
    own: Mapping[str, tuple[str, ...]] | None = None,
    knows: Callable[[str], bool] = lambda key: True,
    file: str = "settings.toml",
) -> Keyboard:
    """Return the keys for these formations, with the player's `own` for actions by name.

    Own keys that cannot be used, all of them, are left out; `knows` says whether there is a key of a name, and `file`
    is where they come from. A formation that asks for a key which does something else is left without one.
    """
    roster, complaint = _unclaimed(formations, own or {})
    table = bindings(roster)
    if own:
        try:
            _check(own, table, knows)
            table = bindings(roster, own)
            by_key(table)
        except ValueError as error:
            table, complaint = bindings(roster), f"{file}: [keys]: {error}"
    labels = {binding.action: binding.label for binding in table if binding.keys}
    hint = next(f"{binding.label}: {binding.does}" for binding in table if binding.action == "help")
    return Keyboard(table, by_key(table), (*GESTURES, *help_rows(table)), hint, labels, complaint)


def listed(table: Iterable[Binding]) -> list[str]:
    """Return a line for each action: its name, its keys as settings write them, and what it does."""
    return [f"{one.action:<16} {' '.join(one.keys) or '-':<12} {one.does}" for one in table]


def _unclaimed(formations: Iterable[Formation], own: Mapping[str, tuple[str, ...]]) -> tuple[list[Formation], str]:
    """Return the formations, without the key where it belongs to an action, and what there is to say of that."""
    claimed = by_key(bindings(()))
    roster: list[Formation] = []
    complaint = ""
    for one in formations:
        taken = claimed.get(one.key) if f"form-{one.name}" not in own else None
        if taken:
            complaint = complaint or f"{one.name}.toml: field 'key': '{one.key}' is there to {taken.does}"
        roster.append(replace(one, key="") if taken else one)
    return roster, complaint


def _check(own: Mapping[str, tuple[str, ...]], table: tuple[Binding, ...], knows: Callable[[str], bool]) -> None:
    """Raise ValueError for an action or a key that there is not."""
    actions = [binding.action for binding in table]
    for action, keys in own.items():
        # A formation's file may be away for a while.
        if action not in actions and not action.startswith("form-"):
            close = difflib.get_close_matches(action, actions, n=1)
            hint = f"did you mean '{close[0]}'?" if close else "F1 shows what there is"
            raise ValueError(f"there is no action '{action}': {hint}")
        for key in keys:
            bare = key
            for modifier in MODIFIERS:
                bare = bare.removeprefix(f"{modifier}+")
            if not knows(bare):
                raise ValueError(f"'{action}': there is no key '{key}'")
