"""The ledger of a battle with combat: who stands, who fell and who fled, each regiment's to the bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.plugin import QUANTUM

Quanta = tuple[int, ...]  # of each regiment, whole numbers of `plugin.QUANTUM` of mass


@dataclass(frozen=True, eq=False)
class CombatReport:
    """How R regiments fare at a tick. Of each, standing + fallen + fled = mustered."""

    mustered: Quanta
    standing: Quanta
    fallen: Quanta
    fled: Quanta
    morale: Float[np.ndarray, " R"]  # 0 to 1
    fatigue: Float[np.ndarray, " R"]  # 0 to 1
    engaged: Float[np.ndarray, " R"]  # 0 to 1
    condition: tuple[str, ...]  # steady, wavering, broken or dissolved
    facing: Float[np.ndarray, "R 2"]  # unit vectors, x right, y down

    def takes_orders(self, regiment: int) -> bool:
        """Whether a regiment obeys: it is neither broken nor dissolved."""
        return self.condition[regiment] in ("steady", "wavering")


def mass_of(quanta: int) -> float:
    """Return the mass of so many quanta, exactly."""
    return quanta * QUANTUM
