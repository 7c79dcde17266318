"""Play Maniple: python run_game.py."""

from __future__ import annotations

import os

# Before NumPy: the fields are small, and where cores are busy a second BLAS thread costs fifty times its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from engine.app import main, play_and_leave

__all__ = ["main"]

if __name__ == "__main__":
    play_and_leave()
