"""The laws as shader passes: the soldiers' march in the view's context; cells and transport in one of their own."""

from engine.compute.march import GpuMarch
from engine.compute.simulation import GlSimulation

__all__ = ["GlSimulation", "GpuMarch"]
