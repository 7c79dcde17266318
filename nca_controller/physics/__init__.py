"""Differentiable transport that conserves mass exactly and never exceeds capacity. Imports nothing of the rest."""

from nca_controller.physics.arrays import are_amounts, are_known, as_floats, as_whole, converted, described
from nca_controller.physics.batches import one_by_one, over_batch
from nca_controller.physics.diffusion import diffuse, perturb
from nca_controller.physics.exchange import total
from nca_controller.physics.giving_way import has_friends
from nca_controller.physics.lattice import QUANTUM, to_lattice
from nca_controller.physics.limiters import (
    LIMITERS,
    Limiter,
    donor_cell,
    superbee,
    superbee_smooth,
    ultra_bee,
    van_leer,
)
from nca_controller.physics.terrain import GREATEST_CAPACITY, Terrain
from nca_controller.physics.transport import Moved, advect, check_limiter, check_terrain, sides_of

jostle = perturb  # its name in 0.1.0

__all__ = [
    "GREATEST_CAPACITY",
    "LIMITERS",
    "QUANTUM",
    "Limiter",
    "Moved",
    "Terrain",
    "advect",
    "are_amounts",
    "are_known",
    "as_floats",
    "as_whole",
    "check_limiter",
    "check_terrain",
    "converted",
    "described",
    "diffuse",
    "donor_cell",
    "has_friends",
    "jostle",
    "one_by_one",
    "over_batch",
    "perturb",
    "sides_of",
    "superbee",
    "superbee_smooth",
    "to_lattice",
    "total",
    "ultra_bee",
    "van_leer",
]
