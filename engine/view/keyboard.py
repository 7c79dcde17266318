"""The keyboard as the window reads it: places, the player's own letters, keys that are down, modifiers.

A key has a place, which its scancode says, and a letter, which the player's layout puts there. A place is named by the
sign that the US layout has there, so that W A S D lie together on every keyboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pygame

from engine.view.events import KeyPress, KeyRelease, Modifiers

PLACES = {  # of each scancode of a key that prints a sign: the US layout's sign
    **{pygame.KSCAN_A + number: letter for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz1234567890")},
    **{pygame.KSCAN_MINUS + number: sign for number, sign in enumerate("-=[]\\")},
    **{pygame.KSCAN_SEMICOLON + number: sign for number, sign in enumerate(";'`,./")},
    pygame.KSCAN_NONUSBACKSLASH: "<",  # beside the left Shift, on keyboards that have it
}
SIGNS = range(0x21, 0x3200)  # code points that layouts put on keys: Latin to Hangul
SCANCODES = 512  # as many as SDL has
MODIFIER_KEYS = {  # of each modifier: the mask of its state, and its keys
    "ctrl": (pygame.KMOD_CTRL | pygame.KMOD_META, (pygame.K_LCTRL, pygame.K_RCTRL, pygame.K_LMETA, pygame.K_RMETA)),
    "shift": (pygame.KMOD_SHIFT, (pygame.K_LSHIFT, pygame.K_RSHIFT)),
    "alt": (pygame.KMOD_ALT, (pygame.K_LALT, pygame.K_RALT)),
    "altgr": (pygame.KMOD_MODE, (pygame.K_MODE,)),
}


def key_name(code: int) -> str:
    """Return pygame's name of a key code, or the letter itself where pygame has none; "" for a dead key."""
    return pygame.key.name(code) or pygame.key.name(code, use_compat=False).lower()


def letters_of_layout() -> dict[str, str]:
    """Return, by place, what the player's layout has there, where that differs from the US; "" for a dead key."""
    try:
        # pygame does not say which key bears a sign, but its table of keys that are down looks a key up by its sign.
        table: Any = pygame.key.ScancodeWrapper
        scancode_of = table(range(SCANCODES))
        found = {scancode_of[code]: key_name(code) for code in reversed(SIGNS) if scancode_of[code] in PLACES}
    except (AttributeError, TypeError, IndexError, pygame.error):
        return {}  # another pygame: keys say their letters as they are pressed
    found.setdefault(pygame.KSCAN_NONUSBACKSLASH, "<")
    return {place: found.get(scancode, "") for scancode, place in PLACES.items() if found.get(scancode) != place}


class Keyboard:
    """Turns pygame's events into key presses, and remembers which keys are down, by their scancodes.

    `letters` is, by place, what the player's layout has there where that differs from the US layout.
    """

    def __init__(self) -> None:
        self.letters: Mapping[str, str] = letters_of_layout()
        self._down: dict[tuple[str, int], tuple[int, KeyPress]] = {}  # by scancode: its code, and its press

    def pressed(self, event: pygame.event.Event) -> KeyPress:
        """Return the press of a key."""
        known = self._down.get(_identity(event))
        place = PLACES.get(getattr(event, "scancode", 0))
        letter = key_name(event.key)
        if known is None and place and letter and self.letters.get(place, place) != letter:
            self.letters = {**self.letters, place: letter}  # the layout has changed, or was not known
        press = KeyPress(
            place or letter, known is not None, letter=letter if place and letter not in ("", place) else None
        )
        self._down[_identity(event)] = event.key, press
        return KeyPress(press.key, press.repeated, self.modifiers(getattr(event, "mod", 0)), press.letter)

    def released(self, event: pygame.event.Event) -> KeyRelease:
        """Return the release of a key, under the names with which it went down, whatever the layout is by now."""
        _, press = self._down.pop(_identity(event), (0, None))
        name = press.key if press else PLACES.get(getattr(event, "scancode", 0)) or key_name(event.key)
        return KeyRelease(name, self.modifiers())

    def let_go(self) -> Iterator[KeyRelease]:
        """Yield the release of every key that is down: the system does not report keys that come up elsewhere."""
        down, self._down = self._down, {}
        for _, press in down.values():
            yield KeyRelease(press.key)

    def modifiers(self, mod: int = 0) -> Modifiers:
        """Return the modifiers that are down by the event, by the system, or by the key events before.

        AltGr is apart from Alt and Ctrl: it is the right Alt of every layout but the US one, and Windows reports it as
        left Ctrl and right Alt together.
        """
        mod |= pygame.key.get_mods()
        codes = {code for code, _ in self._down.values()}
        right_alt = bool(mod & pygame.KMOD_RALT or pygame.K_RALT in codes)
        left_ctrl = bool(mod & pygame.KMOD_LCTRL or pygame.K_LCTRL in codes)
        altgr = right_alt and (left_ctrl or bool(self.letters))
        if altgr:
            mod &= ~(pygame.KMOD_RALT | pygame.KMOD_LCTRL)
            codes -= {pygame.K_RALT, pygame.K_LCTRL}
        held = {name: bool(mod & mask or codes & set(keys)) for name, (mask, keys) in MODIFIER_KEYS.items()}
        return Modifiers(**{**held, "altgr": altgr or held["altgr"]})


def _identity(event: pygame.event.Event) -> tuple[str, int]:
    """Return what is the same when a key comes up as when it went down."""
    scancode = getattr(event, "scancode", 0)
    return ("scancode", scancode) if scancode else ("code", event.key)
