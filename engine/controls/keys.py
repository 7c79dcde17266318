"""Which binding a key press has on the player's keyboard, and what its key is called there.

The game's own keys are places: W A S D lie together on every keyboard, whatever letters are on them. The keys of a
settings file are letters: what the player reads on the key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.controls.bindings import Actions, Binding, chord, label, split_chord
from engine.view import Event, KeyPress, KeyRelease

PRINTING = frozenset("abcdefghijklmnopqrstuvwxyz1234567890-=[]\\;'`,./<")  # the places of keys that print a sign
PLACES_ONLY = frozenset("wasdqe[]1234567890")  # game keys that mean where they lie, and never what is written on them
SHIFTED = {"+": "="}  # what the US layout has above another sign
MODIFIERS_OF = {"ctrl": {"ctrl"}, "meta": {"ctrl"}, "shift": {"shift"}, "alt": {"alt", "altgr"}, "gr": {"altgr"}}


@dataclass(frozen=True)
class Keys:
    """The binding of each chord, in the order in which they are asked."""

    letters: Mapping[str, Binding]  # by what is written on the key
    places: Mapping[str, Binding]  # by what the US layout has there
    signs: Mapping[str, Binding]  # by what is written on the key, where its place means nothing
    names: Mapping[str, str] = field(default_factory=dict)  # of each action that has a key: as the player knows it
    lost: tuple[str, ...] = ()  # a line on each key, or action, for which this keyboard has no key

    def pressed(self, press: KeyPress) -> Binding | None:
        """Return the binding of a key press. Shift, which has orders wait, is ignored where no binding has it."""
        own = MODIFIERS_OF.get(press.key.split()[-1], set()) if press.key.strip() else set()
        modifiers = replace(press.modifiers, **dict.fromkeys(own, False))
        for held in (modifiers, replace(modifiers, shift=False)):
            letter, place = chord(press.letter or press.key, held), chord(press.key, held)
            found = self.letters.get(letter) or self.places.get(place) or self.signs.get(letter)
            if found:
                return found
        return None


class HeldKeys:
    """Does what keys are bound to, and remembers which keys are down, so that each ends what it has begun."""

    def __init__(self) -> None:
        self._held: dict[str, Binding] = {}  # by the key's name

    def dispatch(self, keys: Keys, event: Event, actions: Actions) -> None:
        """Do what a key is bound to, where the event is a key's."""
        match event:
            case KeyPress(repeated=repeated):
                binding = keys.pressed(event)
                if binding and (binding.repeats or not repeated):
                    if binding.release and event.key not in self._held:
                        self._held[event.key] = binding
                    binding.act(actions)
            case KeyRelease(key):
                ended = self._held.pop(key, None)
                if ended and ended.release and ended.action not in {one.action for one in self._held.values()}:
                    ended.release(actions)


def assigned(table: Iterable[Binding], own: Collection[str] = (), layout: Mapping[str, str] | None = None) -> Keys:
    """Return the keys of a table on the player's keyboard; `own` are the actions whose keys a settings file gives.

    `layout` is, by place, what the player's layout has there where it differs from the US one; None: nobody knows.
    A key of the settings goes by its letter, or by its place where the layout has no such letter. A key of the game
    goes by its place, or by its letter where the settings have taken its place.
    """
    bindings, here = tuple(table), layout or {}
    place_of = {here.get(place, place): place for place in sorted(PRINTING)}
    letters: dict[str, Binding] = {}
    places: dict[str, Binding] = {}
    signs: dict[str, Binding] = {}
    names: dict[str, str] = {}
    lost: list[str] = []

    def has(letter: str) -> bool:
        return letter in place_of or (len(letter) != 1 and letter != "")

    def name(binding: Binding, modifiers: str, written: str) -> None:
        names.setdefault(binding.action, label(modifiers + written))

    chosen = [(one, key, *split_chord(key)) for one in bindings if one.action in own for key in one.keys]
    for binding, key, modifiers, letter in chosen:
        letters[key] = binding
        if has(letter) or layout is None:
            name(binding, modifiers, letter)
    taken = {modifiers + place_of.get(letter, letter) for _, _, modifiers, letter in chosen if has(letter)}
    for binding, key, modifiers, letter in chosen:
        if has(letter) or layout is None:
            continue
        if letter in PRINTING and key not in taken:
            taken.add(key)
            places[key] = binding
            name(binding, modifiers, here.get(letter) or letter)
        else:
            lost.append(f"{binding.action!r}: no key of this keyboard is {key!r}")
    for binding in bindings:
        for key in binding.keys if binding.action not in own else ():
            modifiers, letter = split_chord(key)
            if "ctrl+" in modifiers and letter.isalpha() and letter in place_of and len(letter) == 1:
                letters.setdefault(key, binding)  # Ctrl goes with a letter, as in every program
                name(binding, modifiers, letter)
            elif key not in taken:
                places[key] = binding
                base = SHIFTED.get(letter, letter)
                if base == letter or here.get(base, base) == base:
                    digit = letter.isdigit()  # the key of a digit says so everywhere, beside what it prints
                    name(binding, modifiers, letter if digit or base != letter else here.get(letter) or letter)
            if letter not in PLACES_ONLY or key in taken:
                signs.setdefault(key, binding)
                if key in taken and has(letter) and modifiers + place_of.get(letter, letter) not in taken:
                    name(binding, modifiers, letter)
        left = binding.action in names or binding.action in own or binding.when == "combat"  # whose keys give way
        if binding.keys and not left and layout is not None:
            lost.append(f"no key is left for {binding.does!r}")
    return Keys(letters, places, signs, names, tuple(lost))
