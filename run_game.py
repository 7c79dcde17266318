"""Play Maniple: python run_game.py."""

from __future__ import annotations

from engine.app import main, play_and_leave

__all__ = ["main"]

if __name__ == "__main__":
    play_and_leave()
