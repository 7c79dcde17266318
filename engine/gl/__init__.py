"""Thin OpenGL: programs from shader files, passes over textures, and tiles of a field. Knows no armies."""

from engine.gl.offscreen import OffscreenThread, current_context
from engine.gl.passes import Pass, Passes, TexturePool, plain_texture
from engine.gl.program import BLENDING, VERSION, assembled, compute_program, finished, program
from engine.gl.tiles import Tiles

__all__ = [
    "BLENDING",
    "VERSION",
    "OffscreenThread",
    "Pass",
    "Passes",
    "TexturePool",
    "Tiles",
    "assembled",
    "compute_program",
    "current_context",
    "finished",
    "plain_texture",
    "program",
]
