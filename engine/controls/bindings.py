"""The one table of keys: what the player can do, with which keys, and what the help panel says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from engine.formations import Formation

TURN = 15.0  # degrees
MOVE = 4.0  # cells


class Player(Protocol):
    """What a key can ask of the game."""

    def form(self, formation: str) -> None: ...
    def turn(self, degrees: float) -> None: ...
    def move(self, right: float, down: float) -> None: ...
    def pause(self) -> None: ...
    def step(self) -> None: ...
    def faster(self) -> None: ...
    def slower(self) -> None: ...
    def next_controller(self) -> None: ...
    def help(self) -> None: ...
    def screenshot(self) -> None: ...
    def leave(self) -> None: ...


@dataclass(frozen=True)
class Binding:
    """Keys, in pygame's names, that all do one thing."""

    keys: tuple[str, ...]
    label: str  # the keys as the player knows them
    does: str
    act: Callable[[Player], None]
    repeats: bool = False  # whether it goes on while the key is held


def bindings(formations: Iterable[Formation]) -> tuple[Binding, ...]:
    """Return the table. The formations bring their own keys."""
    return (
        *(
            Binding((one.key, f"[{one.key}]"), one.key, f"form {one.title.lower()}", partial(_form, one.name))
            for one in formations
        ),
        Binding(("q",), "Q", "turn the order left", lambda player: player.turn(-TURN), repeats=True),
        Binding(("e",), "E", "turn the order right", lambda player: player.turn(TURN), repeats=True),
        Binding(("left",), "Left", "move the order left", lambda player: player.move(-MOVE, 0.0), repeats=True),
        Binding(("right",), "Right", "move the order right", lambda player: player.move(MOVE, 0.0), repeats=True),
        Binding(("up",), "Up", "move the order up", lambda player: player.move(0.0, -MOVE), repeats=True),
        Binding(("down",), "Down", "move the order down", lambda player: player.move(0.0, MOVE), repeats=True),
        Binding(("space",), "Space", "pause, go on", lambda player: player.pause()),
        Binding((".", "[.]"), ".", "pause and step one tick", lambda player: player.step(), repeats=True),
        Binding(("+", "=", "[+]"), "+", "twice as fast", lambda player: player.faster()),
        Binding(("-", "[-]"), "-", "half as fast", lambda player: player.slower()),
        Binding(("tab",), "Tab", "next controller", lambda player: player.next_controller()),
        Binding(("f1",), "F1", "show or hide the keys", lambda player: player.help()),
        Binding(("f12",), "F12", "take a screenshot", lambda player: player.screenshot()),
        Binding(("escape",), "Esc", "leave", lambda player: player.leave()),
    )


def by_key(table: Iterable[Binding]) -> Mapping[str, Binding]:
    """Return the binding of each key. Raises ValueError where two claim one key."""
    found: dict[str, Binding] = {}
    for binding in table:
        for key in binding.keys:
            if key in found:
                raise ValueError(f"key '{key}' is bound twice: '{found[key].does}' and '{binding.does}'")
            found[key] = binding
    return found


def help_rows(table: Iterable[Binding]) -> tuple[tuple[str, str], ...]:
    """Return the rows of the help panel: keys, and what they do."""
    return tuple((binding.label, binding.does) for binding in table)


def _form(formation: str, player: Player) -> None:
    player.form(formation)
