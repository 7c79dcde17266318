"""Differentiable transport that conserves mass exactly and never exceeds capacity. Knows nothing of the rest."""

from nca_controller.physics.diffusion import diffuse
from nca_controller.physics.lattice import QUANTUM, to_lattice
from nca_controller.physics.terrain import Terrain
from nca_controller.physics.transport import Moved, advect

__all__ = ["QUANTUM", "Moved", "Terrain", "advect", "diffuse", "to_lattice"]
