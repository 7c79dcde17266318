"""Play Maniple: python run_game.py."""

from __future__ import annotations

import os
import sys

# Before NumPy: the fields are small, and where cores are busy a second BLAS thread costs fifty times its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from engine.app import main

if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A player who leaves while the battle is being built does not wait for a compiler that nobody needs any more.
    os._exit(code)
