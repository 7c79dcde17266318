"""What a battle with combat knows of its regiments beside their orders: kinds, and the formations that they have."""

from __future__ import annotations

from dataclasses import dataclass

from engine.units import Unit


@dataclass(frozen=True)
class Army:
    """What no tick of a battle with combat changes of R regiments."""

    cell_metres: float
    units: tuple[Unit, ...]  # the kind of each
    share: tuple[float, ...]  # mass that one soldier of each stands for
    parts: tuple[int, ...]  # of the ground, that each stands in from the start to the end

    def cells(self, metres: float) -> float:
        """Return a length in cells."""
        return metres / self.cell_metres


@dataclass(frozen=True)
class Drill:
    """Which formation a regiment has formed, and since when it forms another; "" is what is drawn by hand."""

    formed: str
    forming: str | None = None
    since: int = 0
