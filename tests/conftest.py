"""Read before any test: one compilation of each function serves all tests, and the programs that they start."""

import os
import tempfile

os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", tempfile.mkdtemp(prefix="maniple-tests-"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

import run_game  # noqa: F401, before NumPy is imported, since it says how many threads NumPy may use

# A player's own settings and formations are no business of the tests, nor the tests of theirs.
for kind in ("CONFIG", "DATA"):
    os.environ[f"XDG_{kind}_HOME"] = tempfile.mkdtemp(prefix="maniple-tests-")
