"""The one table of keys: what the player can do, with which keys, and the help panel's words for it.

To add a key, add a line to `_bindings`; the help, the settings and --list-keys then have it:

    yield Binding("salute", ("j",), "salute", lambda actions: actions.player.notify("Hail!"))

1. "salute" is the action's name, by which settings files give it other keys: unique, and never changed later.
2. ("j",) are its keys, as pygame names them in lower case, with modifiers in the order of MODIFIERS before them: "a",
   "f1", "ctrl+1", "[+]" on the keypad. They are places, named after the US layout: engine/controls/keys.py. No two
   bindings share a key: `by_key` raises ValueError, and tests fail.
3. "salute" is what the help says.
4. The function gets the `Actions`: orders and the selection are at `actions.player`, camera and tools at
   `actions.mouse`. Whatever else a key does is a method of `engine.app.actions.GameActions`, and a line in `Actions`.

A key that takes a mouse tool in hand needs no line: it is the tool's `key` (engine/controls/tool.py). A key that only
battles with combat have says so by `when`, and gives way: where a settings file or a formation has it, it is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from engine.controls.mouse import Mouse
from engine.controls.player import Player, When
from engine.controls.tools import TOOLS
from engine.formations import Formation
from engine.orders import Pace
from engine.presentation import Switch
from engine.view import MODIFIERS, Modifiers

TURN = 15.0  # degrees with each press
MOVE = 4.0  # cells with each press
GROUPS = range(1, 10)  # the numbers under which a selection can be stored

RESEARCH: tuple[tuple[str, Switch, str], ...] = (
    ("f2", "words", "status, cards and minimap"),
    ("f3", "profile", "the profiler"),
    ("f4", "plot", "the plot of overlap and mass"),
    ("f5", "density", "the density of men"),
    ("f6", "velocity", "what is commanded, as arrows"),
    ("f7", "plan", "what was planned, as arrows"),
    ("f8", "target", "the target"),
    ("f9", "error", "the error"),
)
PAN_KEYS = {"up": "w", "left": "a", "down": "s", "right": "d"}
PACES: tuple[tuple[Pace, str], ...] = (("hold", "h"), ("walk", "g"), ("run", "r"))
FORMER = {"charge": "scatter"}  # names that actions had, by which settings files may know them
LABELS = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "altgr": "AltGr"}  # where the key says something else


class Actions(Protocol):
    """What a key can ask of the game."""

    @property
    def player(self) -> Player: ...
    @property
    def mouse(self) -> Mouse: ...
    def pause(self) -> None: ...
    def step(self) -> None: ...
    def step_back(self) -> None: ...
    def faster(self) -> None: ...
    def slower(self) -> None: ...
    def next_controller(self) -> None: ...
    def help(self) -> None: ...
    def switch(self, what: Switch) -> None: ...
    def screenshot(self) -> None: ...
    def film(self) -> None: ...
    def full_screen(self) -> None: ...
    def tutorial(self) -> None: ...
    def cancel(self) -> None: ...


@dataclass(frozen=True)
class Binding:
    """Keys that all do one thing. Those of one `family` share a row of the help."""

    action: str  # its name in the settings: "turn-left"
    keys: tuple[str, ...]
    does: str  # the help's words for it
    act: Callable[[Actions], object]  # what happens when a key goes down
    repeats: bool = False  # whether it happens again and again while the key is held
    release: Callable[[Actions], object] | None = None  # what happens when the key comes up
    # The row shared with other bindings: all of their keys, or "" for the first key of each, and what they do.
    family: tuple[str, str] | None = None
    when: When = "always"  # which battles have it, as in Player.offers


def bindings(formations: Iterable[Formation], keys: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Binding, ...]:
    """Return the table. Formations bring their own keys; `keys` gives actions, by name, other keys than the game's.

    Keys of combat are those that neither of them takes.
    """
    known, own = tuple(formations), keys or {}
    taken = {one.key for one in known}.union(*own.values())
    table = tuple(
        replace(one, keys=tuple(key for key in one.keys if key not in taken)) if one.when == "combat" else one
        for one in _bindings(known)
    )
    broken = {binding.family for binding in table if binding.action in own or not binding.keys}
    return tuple(
        replace(
            binding,
            keys=own.get(binding.action, binding.keys),
            family=None if binding.family in broken else binding.family,
        )
        for binding in table
    )


def _bindings(known: tuple[Formation, ...]) -> Iterable[Binding]:
    for one in known:
        act = partial(_form, one.name)
        keypad = (f"[{one.key}]",) if one.key.isdigit() else ()
        keys = (one.key, *keypad) if one.key else ()
        yield Binding(f"form-{one.name}", keys, f"form {one.title.lower()}", act)
    names = tuple(one.name for one in known)
    yield Binding("next-formation", ("f",), "next formation", lambda actions: actions.player.next_formation(names))
    for side, key, sign in (("left", "q", -1), ("right", "e", 1)):
        turn = partial(_turn, sign * TURN)
        yield Binding(f"turn-{side}", (key,), f"turn {side}", turn, repeats=True, family=("", "turn left, right"))
    for way, right, down in (("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1)):
        move = partial(_move, right * MOVE, down * MOVE)
        yield Binding(f"move-{way}", (way,), f"move {way}", move, repeats=True, family=("Arrows", "move"))
    yield Binding("halt", ("backspace",), "halt", lambda actions: actions.player.halt())
    for pace, key in PACES:
        family = ("", "hold, walk, run")
        yield Binding(pace, (key,), pace, partial(_set_pace, pace), family=family, when="combat")
    yield Binding("next-controller", ("tab",), "next controller", lambda actions: actions.next_controller())
    yield Binding("select-all", ("ctrl+a",), "select all", lambda actions: actions.player.select_all())
    for number in GROUPS:
        store = partial(_store, number)
        family = ("Ctrl+1 .. 9", "store a group")
        yield Binding(f"store-group-{number}", (f"ctrl+{number}",), f"store group {number}", store, family=family)
    for number in GROUPS:
        recall = partial(_recall, number)
        family = ("Alt+1 .. 9", "select a group; twice: go there")
        yield Binding(f"recall-group-{number}", (f"alt+{number}",), f"select group {number}", recall, family=family)
    for tool in TOOLS:
        if tool.key:
            yield Binding(tool.name, (tool.key,), tool.does, partial(_toggle_tool, tool.name), when=tool.when)
    for size, key, steps in (("smaller", "[", -1), ("larger", "]", 1)):
        resize = partial(_resize, steps)
        family = ("", "smaller, larger brush")
        yield Binding(size, (key,), f"{size} brush", resize, repeats=True, family=family)
    for direction, key in PAN_KEYS.items():
        begin, end = partial(_pan, direction, True), partial(_pan, direction, False)
        family = ("", "move the camera")
        yield Binding(f"look-{direction}", (key,), f"look {direction}", begin, release=end, family=family)
    yield Binding(
        "whole-field", ("home",), "show the whole field", lambda actions: actions.mouse.camera_control.whole()
    )
    yield Binding("pause", ("space",), "pause, go on", lambda actions: actions.pause())
    yield Binding("step", (".", "[.]"), "pause and step one tick", lambda actions: actions.step(), repeats=True)
    yield Binding("step-back", (",",), "pause and step back", lambda actions: actions.step_back(), repeats=True)
    yield Binding("faster", ("+", "=", "[+]"), "twice as fast", lambda actions: actions.faster())
    yield Binding("slower", ("-", "[-]"), "half as fast", lambda actions: actions.slower())
    yield Binding("help", ("f1",), "show or hide the keys", lambda actions: actions.help())
    for key, what, does in RESEARCH:
        yield Binding(f"show-{what}", (key,), f"show or hide {does}", partial(_switch, what))
    yield Binding("tutorial", ("l",), "show or hide the lessons", lambda actions: actions.tutorial())
    yield Binding("film", ("f10",), "begin a film, end it", lambda actions: actions.film())
    yield Binding("full-screen", ("f11",), "fill the screen, come back", lambda actions: actions.full_screen())
    yield Binding("screenshot", ("f12",), "take a screenshot", lambda actions: actions.screenshot())
    yield Binding(
        "leave",
        ("escape",),
        "let go of what is in hand, of the selected; ask to leave",
        lambda actions: actions.cancel(),
    )


def chord(key: str, modifiers: Modifiers) -> str:
    """Return a key with its modifiers, as bindings write it: "ctrl+shift+1"."""
    return "".join(f"{name}+" for name in MODIFIERS if getattr(modifiers, name)) + key


def split_chord(key: str) -> tuple[str, str]:
    """Return the modifiers of a key, as they are written before it, and the key alone: "ctrl+", "a"."""
    bare = key
    for modifier in MODIFIERS:
        bare = bare.removeprefix(f"{modifier}+")
    return key[: len(key) - len(bare)], bare


def by_key(table: Iterable[Binding]) -> Mapping[str, Binding]:
    """Return the binding of each key. Raises ValueError where two bindings have the same key."""
    found: dict[str, Binding] = {}
    for binding in table:
        for key in binding.keys:
            if key in found:
                raise ValueError(f"key {key!r} is bound twice: {found[key].does!r} and {binding.does!r}")
            found[key] = binding
    return found


def label(key: str) -> str:
    """Return a key as the player knows it: "Ctrl+A" for "ctrl+a"."""
    modifiers, bare = split_chord(key)
    words = [LABELS.get(name, name.title()) for name in modifiers.split("+") if name]
    capital = bare.upper() if len(bare) == 1 else bare.title()
    # "ß" has no capital of its own, and "ς" shares one with another key.
    return "+".join((*words, LABELS.get(bare, capital if capital.lower() == bare else bare)))


def help_rows(table: Sequence[Binding], names: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    """Return the rows of the help panel: keys, and what they do.

    `names` are the keys of the actions that have one, as the player knows them; without it, as the US layout has them.
    """
    if names is None:
        names = {binding.action: label(binding.keys[0]) for binding in table if binding.keys}
    known = [binding for binding in table if binding.action in names]
    rows = []
    for binding in known:
        keys, does = binding.family or (names[binding.action], binding.does)
        members = (names[one.action] for one in known if one.family == binding.family)
        rows.append((keys or " ".join(members), does))
    return tuple(dict.fromkeys(rows))


def _form(formation: str, actions: Actions) -> None:
    actions.player.form(formation)


def _turn(degrees: float, actions: Actions) -> None:
    actions.player.turn(degrees)


def _move(right: float, down: float, actions: Actions) -> None:
    actions.player.move(right, down)


def _set_pace(pace: Pace, actions: Actions) -> None:
    actions.player.set_pace(pace)


def _resize(steps: int, actions: Actions) -> None:
    actions.mouse.resize_brush(steps)


def _toggle_tool(name: str, actions: Actions) -> None:
    actions.mouse.toggle_tool(name)


def _store(number: int, actions: Actions) -> None:
    actions.player.store_group(number)


def _recall(number: int, actions: Actions) -> None:
    actions.mouse.recall_group(number)


def _switch(what: Switch, actions: Actions) -> None:
    actions.switch(what)


def _pan(direction: str, going: bool, actions: Actions) -> None:
    actions.mouse.camera_control.pan(direction, going)
