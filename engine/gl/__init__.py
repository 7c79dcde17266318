"""Thin OpenGL: programs from shader files, and tiles of a field. Knows no armies."""

from engine.gl.program import BLENDING, compute_program, finished, program
from engine.gl.tiles import Tiles

__all__ = ["BLENDING", "Tiles", "compute_program", "finished", "program"]
