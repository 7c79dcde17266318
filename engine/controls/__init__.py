"""Keys and mouse become commands: the selection, the mouse tools, the keymap, and the player's feedback."""

from engine.controls.feedback import Feedback
from engine.controls.formation_keys import FormationKeys
from engine.controls.keymap import gestures, keymap, listed
from engine.controls.keys import HeldKeys
from engine.controls.mouse import Mouse
from engine.controls.player import Player

__all__ = ["Feedback", "FormationKeys", "HeldKeys", "Mouse", "Player", "gestures", "keymap", "listed"]
