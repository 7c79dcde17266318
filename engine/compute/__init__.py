"""The laws as shader passes, in the game's own OpenGL context: the soldiers' march, what cells do, the
transport of mass.
"""

from engine.compute.march import GpuMarch
from engine.compute.steering import Cells, Steering
from engine.compute.transport import Moved, Transport

__all__ = ["Cells", "GpuMarch", "Moved", "Steering", "Transport"]
