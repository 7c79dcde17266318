"""The laws of battle: soldiers who meet, push, fall, waver and run. Pure functions on arrays."""

from nca_controller.physics.combat.laws import Laws, laws
from nca_controller.physics.combat.state import (
    BROKEN,
    DISSOLVED,
    STEADY,
    WAVERING,
    CombatState,
    Conduct,
    Traits,
    muster,
)

__all__ = [
    "BROKEN",
    "DISSOLVED",
    "STEADY",
    "WAVERING",
    "CombatState",
    "Conduct",
    "Laws",
    "Traits",
    "laws",
    "muster",
]
