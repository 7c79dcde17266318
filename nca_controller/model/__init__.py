"""The AdvectionNCA: its channels, what cells perceive and in which frame, the network, and the update."""

from nca_controller.model.advection_nca import ANSWERED, CELLS, SIGNAL_CHANNELS, AdvectionNCA, State
from nca_controller.model.channels import (
    ADVECTION_CHANNELS,
    PRESENT,
    create_advection_seed,
    create_formation_from_alpha,
)
from nca_controller.model.frames import FRAMES
from nca_controller.model.percept import PERCEPTS, Percept, perceiving_apart
from nca_controller.model.shader import network_text
from nca_controller.physics import over_batch

__all__ = [
    "ADVECTION_CHANNELS",
    "ANSWERED",
    "CELLS",
    "FRAMES",
    "PERCEPTS",
    "PRESENT",
    "SIGNAL_CHANNELS",
    "AdvectionNCA",
    "Percept",
    "State",
    "create_advection_seed",
    "create_formation_from_alpha",
    "network_text",
    "over_batch",
    "perceiving_apart",
]
