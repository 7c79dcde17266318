"""The keys of a game: the table of bindings, with the player's own keys where those can be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.controls.bindings import FORMER, Binding, bindings, by_key, help_rows, split_chord
from engine.controls.keys import Keys, assigned
from engine.controls.mouse import GESTURES
from engine.controls.player import When
from engine.controls.tools import TOOLS
from engine.formations import Formation
from engine.io import nearest
from engine.view import Rows


@dataclass(frozen=True)
class Keymap:
    """What each key does, and the words for it."""

    table: tuple[Binding, ...]
    keys: Keys
    help: Rows
    hint: str  # "F1: show or hide the keys"
    labels: Mapping[str, str]  # of each action, its first key as the player knows it
    complaint: str = ""  # why keys are not as a file asked for, in one line; "" where they are

    def help_where(self, offers: Callable[[When], bool]) -> Rows:
        """Return the help of a battle that offers these things alone."""
        return (*gestures(offers), *help_rows([one for one in self.table if offers(one.when)], self.keys.names))


def keymap(
    formations: Iterable[Formation],
    own: Mapping[str, tuple[str, ...]] | None = None,
    known: Callable[[str], str] = lambda key: key,
    file: str = "settings.toml",
    layout: Mapping[str, str] | None = None,
) -> Keymap:
    """Return the keys for these formations, with the player's `own` keys by action, on a keyboard of this layout.

    Where one of the own keys cannot be used, all of them are left out; `known` returns the name that the window has for
    a key, or "" where no such key exists, and `file` is named in the complaint. One that merely this keyboard lacks is
    complained of, and waits for another layout. A formation whose key does something else already is left without one.
    """
    wrong = ""
    try:
        own = _by_present_names(own or {})
    except ValueError as error:
        own, wrong = {}, f"{file}: [keys]: {error}"
    there, complaint = _unclaimed(formations, own)
    complaint = wrong or complaint
    table = bindings(there)
    chosen: Mapping[str, tuple[str, ...]] = {}
    if own:
        try:
            chosen = _checked(own, table, known)
            table = bindings(there, chosen)
            by_key(table)
        except ValueError as error:
            table, chosen, complaint = bindings(there), {}, f"{file}: [keys]: {error}"
    keys = assigned(table, chosen, layout)
    if chosen and keys.lost:
        complaint = complaint or f"{file}: [keys]: {keys.lost[0]}"
    hint = next(f"{keys.names.get('help', '?')}: {one.does}" for one in table if one.action == "help")
    return Keymap(table, keys, (*gestures(), *help_rows(table, keys.names)), hint, keys.names, complaint)


def gestures(offers: Callable[[When], bool] = lambda when: True) -> Rows:
    """Return the help's rows about the mouse: gesture, what it does; of tools only those that a battle offers."""
    return (*(row for tool in TOOLS if offers(tool.when) for row in tool.gestures), *GESTURES)


def listed(table: Iterable[Binding]) -> list[str]:
    """Return a line for each action: its name, its keys as settings write them, what it does."""
    return [f"{one.action:<16} {' '.join(one.keys) or '-':<12} {one.does}" for one in table]


def _by_present_names(own: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Return own keys by the names that actions have now. Raises ValueError for an action that has two of its names."""
    for former, present in FORMER.items():
        if former in own and present in own:
            raise ValueError(f"{former!r} is {present!r} by another name: keep one of them")
    return {FORMER.get(action, action): keys for action, keys in own.items()}


def _unclaimed(formations: Iterable[Formation], own: Mapping[str, tuple[str, ...]]) -> tuple[list[Formation], str]:
    """Return the formations, without keys that belong to actions, and one line of complaint about that, or ""."""
    claimed = by_key(one for one in bindings(()) if one.when != "combat")
    known: list[Formation] = []
    complaint = ""
    for one in formations:
        taken = claimed.get(one.key) if f"form-{one.name}" not in own else None
        if taken:
            complaint = complaint or f"{one.name}.toml: field 'key': {one.key!r} is there to {taken.does}"
        known.append(replace(one, key="") if taken else one)
    return known, complaint


def _checked(
    own: Mapping[str, tuple[str, ...]], table: tuple[Binding, ...], known: Callable[[str], str]
) -> Mapping[str, tuple[str, ...]]:
    """Return own keys under the window's names. Raises ValueError for an action or a key that does not exist."""
    actions = [binding.action for binding in table]
    for action in own:
        # A formation's file may be missing for a while.
        if action not in actions and not action.startswith("form-"):
            close = nearest(action, actions)
            hint = f"did you mean {close!r}?" if close else "F1 shows what there is"
            raise ValueError(f"there is no action {action!r}: {hint}")
    return {action: tuple(_renamed(action, key, known) for key in keys) for action, keys in own.items()}


def _renamed(action: str, key: str, known: Callable[[str], str]) -> str:
    modifiers, bare = split_chord(key)
    name = known(bare)
    if not name:
        raise ValueError(f"{action!r}: there is no key {key!r}")
    return modifiers + name
