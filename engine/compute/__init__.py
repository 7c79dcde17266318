"""The laws as shader passes, in the game's own OpenGL context: the soldiers' march."""

from engine.compute.march import GpuMarch

__all__ = ["GpuMarch"]
