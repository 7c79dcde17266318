"""Read before any test."""

import engine  # noqa: F401, before NumPy is imported, since it says how many threads NumPy may use
