"""What the player has switched on in the researcher's view."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Field = Literal["density", "target", "error"]
Switch = Literal["density", "target", "error", "velocity", "plan", "profile", "plot", "words"]


@dataclass(frozen=True)
class ViewOptions:
    """What the view shows: at most one field as colours; everything else is on or off by itself."""

    field: Field | None = None
    velocity: bool = False  # arrows of what is commanded
    plan: bool = False  # arrows of what was planned
    profile: bool = False
    plot: bool = False
    words: bool = True  # status, cards and minimap

    def switched(self, what: Switch) -> ViewOptions:
        """Return the options with one thing switched on, or off where it was on."""
        if what in ("density", "target", "error"):
            return replace(self, field=None if self.field == what else what)
        change: dict[str, Any] = {what: not getattr(self, what)}
        return replace(self, **change)
