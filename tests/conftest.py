"""Read before any test."""

import run_game  # noqa: F401, before NumPy is imported, since it says how many threads NumPy may use
