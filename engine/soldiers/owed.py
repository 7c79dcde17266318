"""Mass that a regiment has lost, and that none of its soldiers has gone for yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int

QUANTUM = 2.0**-20  # mass


@dataclass(frozen=True, eq=False)
class Owed:
    """Mass that was lost in one way, and where."""

    total: float = 0.0  # below 0 where a soldier went for less than its share
    cell: Int[np.ndarray, " L"] = field(default_factory=lambda: np.zeros(0, np.int32))  # row * width + column
    mass: Float[np.ndarray, " L"] = field(default_factory=lambda: np.zeros(0, np.float32))  # lost there, of the total

    def plus(self, lost: Int[np.ndarray, "H W"]) -> Owed:
        """Return what is owed once these quanta are lost as well."""
        flat = lost.ravel()
        cell = np.flatnonzero(flat)
        if not len(cell):
            return self
        newly = flat[cell] * QUANTUM
        total = self.total + float(newly.sum())
        everywhere = np.zeros(flat.size, np.float32)
        everywhere[self.cell] = self.mass
        everywhere[cell] += newly
        every = np.flatnonzero(everywhere).astype(np.int32)
        return Owed(total, every, everywhere[every])

    def less(self, paid: float) -> Owed:
        """Return what is owed once this mass has been paid for; the rest lies where all of it lay."""
        total = self.total - paid
        if total <= 0.0:
            return Owed(total)
        return replace(self, total=total, mass=self.mass * np.float32(total / self.mass.sum()))


@dataclass(frozen=True, eq=False)
class Losses:
    """What a regiment's soldiers have still to go for: mass that fell, and mass that fled over the border."""

    fallen: Owed = field(default_factory=Owed)
    fled: Owed = field(default_factory=Owed)
