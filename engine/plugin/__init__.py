"""What the game asks of a simulation, and how simulations, controllers and other parts are found and named."""

from engine.plugin.cells import Exported, Planner, Rules, exported
from engine.plugin.combat import CONDITIONS, TRAITS, Combat, Conduct
from engine.plugin.ground import QUANTUM, TICK, Ground
from engine.plugin.parts import (
    CONTROLLERS,
    LOADERS,
    OWN,
    OWN_ENTRY_POINTS,
    RULES,
    SIMULATIONS,
    PartKind,
    Plugin,
    discover,
    found,
    is_reference,
    own_entry_points,
    plugins,
)
from engine.plugin.simulation import Simulation, has_combat, missing_parts

__all__ = [
    "CONDITIONS",
    "CONTROLLERS",
    "LOADERS",
    "OWN",
    "OWN_ENTRY_POINTS",
    "QUANTUM",
    "RULES",
    "SIMULATIONS",
    "TICK",
    "TRAITS",
    "Combat",
    "Conduct",
    "Exported",
    "Ground",
    "PartKind",
    "Planner",
    "Plugin",
    "Rules",
    "Simulation",
    "discover",
    "exported",
    "found",
    "has_combat",
    "is_reference",
    "missing_parts",
    "own_entry_points",
    "plugins",
]
