"""The running game: from the command line to a window, a film or figures, and everything around the battle."""

from engine.app.launch import main, play_and_leave

__all__ = ["main", "play_and_leave"]
