"""The running game: from the command line to a window, a film or figures, and everything around the battle."""

import os

# Before NumPy: the fields are small, and where cores are busy a second BLAS thread costs fifty times its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from engine.app.launch import main, play_and_leave

__all__ = ["main", "play_and_leave"]
