"""What ground is made of, by the names that files use; in fields an index into MATERIALS stands for each."""

from __future__ import annotations

CLOSED_MATERIALS = ("rock", "trees", "water", "walls")  # of cells where nobody can stand; the first where none is said
SLOW_MATERIALS = ("slope", "ford", "swamp")  # of cells that hold fewer soldiers than others; likewise
MATERIALS = ("", *CLOSED_MATERIALS, *SLOW_MATERIALS)  # 0: nothing is said
