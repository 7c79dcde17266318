"""The laws of battle: soldiers who meet, push, fall, waver and run. Pure functions on arrays."""

from nca_controller.physics.combat.contact import meet
from nca_controller.physics.combat.fight import fight, pace
from nca_controller.physics.combat.flight import flee
from nca_controller.physics.combat.laws import TICKS_PER_SECOND, TOP_SPEED, Laws, laws
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
    "TICKS_PER_SECOND",
    "TOP_SPEED",
    "WAVERING",
    "CombatState",
    "Conduct",
    "Laws",
    "Traits",
    "fight",
    "flee",
    "laws",
    "meet",
    "muster",
    "pace",
]
