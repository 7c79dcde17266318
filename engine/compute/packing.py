"""Fields of regiments as texels, four regiments to a texture, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

CHANNELS = 4  # of a texture


def packed(fields: Float[np.ndarray, "R H W"]) -> list[Float[np.ndarray, "H W 4"]]:
    """Return what the textures of R regiments' fields hold; channels without a regiment hold 0."""
    regiments = len(fields)
    whole = np.pad(np.asarray(fields, np.float32), ((0, -regiments % CHANNELS), (0, 0), (0, 0)))
    groups = whole.reshape(-1, CHANNELS, *whole.shape[1:])
    return [np.ascontiguousarray(group.transpose(1, 2, 0)) for group in groups]


def unpacked(groups: Sequence[Float[np.ndarray, "H W 4"]], regiments: int) -> Float[np.ndarray, "R H W"]:
    """Return the regiments' fields that textures hold."""
    return np.concatenate([group.transpose(2, 0, 1) for group in groups])[:regiments].copy()


def with_border(flux: Float[np.ndarray, "R H W"], axis: int, boundary: str) -> Float[np.ndarray, "R faces faces"]:
    """Return the flux across all faces along an axis, from that behind each cell: on a torus the first is the last."""
    first = np.take(flux, [-1], axis) if boundary == "torus" else np.zeros_like(np.take(flux, [0], axis))
    return np.concatenate([first, flux], axis)
