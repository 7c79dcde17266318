"""The running game: from the command line to a window, a film or figures, and what happens around the battle."""

from engine.app.launch import main

__all__ = ["main"]
