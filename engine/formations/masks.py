"""A formation's outline from a picture: black on white, or all that is not transparent. Its upper edge is the front."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from engine.formations.formation import FormationError
from engine.formations.shapes import Field, Shape
from engine.io import FileError, limits, read_file, read_png

MOST_PIXELS = 128  # along the longer side: more than the cells that any formation is wide
PADDING = 2  # empty pixels kept around the picture


def read_mask(path: Path, name: str) -> Bool[np.ndarray, "rows columns"]:
    """Return where soldiers stand in a picture, cut to what it shows: where it is opaque, or else where it is dark.

    Raises FormationError, which calls the picture by that name, for a file that is no picture or shows nothing.
    """
    from PIL import Image

    try:
        colours = read_png(read_file(path, limits.LARGEST_PICTURE, name), name)
    except FileError as error:
        raise FormationError(str(error)) from None
    opaque = colours[..., 3] >= 128
    if opaque.all():
        red, green, blue = (colours[..., channel] for channel in range(3))
        mask = np.add(red, green, dtype=np.uint16) + blue < 3 * 128
    else:
        mask = opaque
    if not mask.any():
        raise FormationError(f"{name}: nobody would stand on it: paint black on white, or leave the rest transparent")
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    step = -(-max(mask.shape) // MOST_PIXELS)
    if step > 1:
        shrunk = Image.fromarray(mask.astype(np.uint8) * 255).reduce(step)
        mask = np.asarray(shrunk) >= 128
        if not mask.any():
            raise FormationError(f"{name}: its strokes are too thin")
    return mask


def mask_shape(mask: Bool[np.ndarray, "rows columns"]) -> Shape:
    """Return the shape of a mask."""
    pixels = mask.tobytes(), *mask.shape
    depths = np.sort(_depth(*pixels, 1.0, 1.0)[0][PADDING:-PADDING, PADDING:-PADDING][mask])[::-1]

    def core(frontage: float, depth: float, by: float) -> float:
        # As if a pixel were square: the edge moves until the mass fits anyhow.
        pixel = math.sqrt(frontage * depth / mask.size)
        return float((depths > by / pixel).sum()) * pixel**2

    return Shape(float(mask.mean()), partial(_outline, pixels), core)


def mask_of(shape: Shape) -> Bool[np.ndarray, "rows columns"] | None:
    """Return the mask that a shape was made of, or None for another shape."""
    if not isinstance(shape.outline, partial) or shape.outline.func is not _outline:
        return None
    pixels, rows, columns = shape.outline.args[0]
    return np.frombuffer(pixels, dtype=bool).reshape(rows, columns)


def _outline(pixels: tuple[bytes, int, int], across: Field, ahead: Field, frontage: float, depth: float) -> Field:
    """Return the distance in cells to the edge of the mask, interpolated between its pixels."""
    from scipy.ndimage import map_coordinates

    _, rows, columns = pixels
    pixel_width, pixel_height = frontage / columns, depth / rows  # in cells
    inner, outer = _depth(*pixels, pixel_width, pixel_height)
    column, row = across / pixel_width + columns / 2 - 0.5 + PADDING, rows / 2 - ahead / pixel_height - 0.5 + PADDING
    near = map_coordinates(outer - inner, [row, column], order=1, mode="nearest")
    beside = np.maximum(np.abs(across) - frontage / 2 - PADDING * pixel_width, 0)
    before = np.maximum(np.abs(ahead) - depth / 2 - PADDING * pixel_height, 0)
    return near + np.hypot(beside, before)


@lru_cache(maxsize=8)
def _depth(
    pixels: bytes, rows: int, columns: int, pixel_width: float, pixel_height: float
) -> tuple[Float[np.ndarray, "rows+4 columns+4"], Float[np.ndarray, "rows+4 columns+4"]]:
    """Return how far each pixel's middle lies inside and outside of the mask, in cells."""
    from scipy.ndimage import distance_transform_edt

    mask = np.pad(np.frombuffer(pixels, dtype=bool).reshape(rows, columns), PADDING)
    half = math.sqrt(pixel_width * pixel_height) / 2
    inner, outer = (distance_transform_edt(where, sampling=(pixel_height, pixel_width)) for where in (mask, ~mask))
    return np.maximum(inner - half, 0), np.maximum(outer - half, 0)
