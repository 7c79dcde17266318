"""The laws as shader passes, in the game's own OpenGL context: the soldiers' march, and the transport of mass."""

from engine.compute.march import GpuMarch
from engine.compute.transport import Moved, Transport

__all__ = ["GpuMarch", "Moved", "Transport"]
