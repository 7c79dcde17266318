"""Numerics on a grid, in NumPy: cosine transform, Poisson flux, interpolation, block sums, angles, ways."""

from engine.fields.angles import wrap_degrees, wrap_radians
from engine.fields.blocks import block_sums
from engine.fields.cosines import cosines, curvature
from engine.fields.geodesics import Geodesics
from engine.fields.interpolation import bilinear, corners, deposit
from engine.fields.poisson import flux_for

__all__ = [
    "Geodesics",
    "bilinear",
    "block_sums",
    "corners",
    "cosines",
    "curvature",
    "deposit",
    "flux_for",
    "wrap_degrees",
    "wrap_radians",
]
