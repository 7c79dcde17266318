"""Limits on what comes from outside: larger fields and armies are mistakes, and would fill the memory."""

from __future__ import annotations

SMALLEST_SIDE, LARGEST_SIDE = 16, 4096  # cells along a side of the field
MOST_SOLDIERS = 1_000_000  # drawn in one battle
