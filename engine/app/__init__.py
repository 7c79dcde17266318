"""The running game: from the command line to a window, a film or figures, and everything around the battle."""

from engine.app.launch import main

__all__ = ["main"]
