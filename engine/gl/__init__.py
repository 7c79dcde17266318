"""Thin OpenGL: programs from shader files, passes over textures, and tiles of a field. Knows no armies."""

from engine.gl.passes import Pass, Passes, TexturePool, plain_texture
from engine.gl.program import BLENDING, VERSION, assembled, compute_program, finished, program
from engine.gl.tiles import Tiles

__all__ = [
    "BLENDING",
    "VERSION",
    "Pass",
    "Passes",
    "TexturePool",
    "Tiles",
    "assembled",
    "compute_program",
    "finished",
    "plain_texture",
    "program",
]
