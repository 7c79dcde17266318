"""A formation's outline from a picture: black on white, or whatever is not transparent. Its upper edge is the front."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from engine.formations.formation import FormationError
from engine.formations.shapes import Field, Shape

MOST_PIXELS = 128  # along the longer side: more than the cells that any formation is wide
MOST_TO_READ = 64_000_000  # pixels of a picture that is opened at all
PADDING = 2  # empty pixels kept around the picture


def read_mask(path: Path, name: str) -> Bool[np.ndarray, "rows columns"]:
    """Return where men stand in a picture, cut to what it shows: where it is opaque, or else where it is dark.

    Raises FormationError, which calls the picture by that name, for a file that is no picture or has nobody on it.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_TO_READ:
                raise FormationError(f"{name}: {picture.width}x{picture.height} pixels are too many")
            # 16 bits of grey would be cut off at 255 in a conversion.
            deep = np.asarray(picture) // 257 if picture.mode.startswith("I") else None
            colours = np.asarray((picture if deep is None else Image.fromarray(deep.astype(np.uint8))).convert("RGBA"))
    except UnidentifiedImageError:
        raise FormationError(f"{name}: it is no picture") from None
    except FormationError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FormationError(
            f"{name}: {(isinstance(error, OSError) and error.strerror) or ' '.join(str(error).split())}"
        ) from None
    opaque, dark = colours[..., 3] >= 128, colours[..., :3].mean(axis=-1) < 128
    held = dark if opaque.all() else opaque
    if not held.any():
        raise FormationError(f"{name}: nobody would stand on it: paint black on white, or leave the rest transparent")
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    held = held[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    step = -(-max(held.shape) // MOST_PIXELS)
    if step > 1:
        shrunk = Image.fromarray(held.astype(np.uint8) * 255).reduce(step)
        held = np.asarray(shrunk) >= 128
        if not held.any():
            raise FormationError(f"{name}: its strokes are too thin")
    return held


def mask_shape(held: Bool[np.ndarray, "rows columns"]) -> Shape:
    """Return the outline of a picture."""
    pixels = held.tobytes(), *held.shape
    depths = np.sort(_depth(*pixels, 1.0, 1.0)[0][PADDING:-PADDING, PADDING:-PADDING][held])[::-1]

    def core(frontage: float, depth: float, by: float) -> float:
        # As if a pixel were square: the edge moves until the mass fits anyhow.
        pixel = math.sqrt(frontage * depth / held.size)
        return float((depths > by / pixel).sum()) * pixel**2

    return Shape(float(held.mean()), partial(_outline, pixels), core)


def _outline(pixels: tuple[bytes, int, int], across: Field, ahead: Field, frontage: float, depth: float) -> Field:
    """Return the distance to the edge of what the picture shows, interpolated between its pixels."""
    from scipy.ndimage import map_coordinates

    _, rows, columns = pixels
    wide, tall = frontage / columns, depth / rows  # cells to a pixel
    inner, outer = _depth(*pixels, wide, tall)
    column, row = across / wide + columns / 2 - 0.5 + PADDING, rows / 2 - ahead / tall - 0.5 + PADDING
    near = map_coordinates(outer - inner, [row, column], order=1, mode="nearest")
    beside = np.maximum(np.abs(across) - frontage / 2 - PADDING * wide, 0)
    before = np.maximum(np.abs(ahead) - depth / 2 - PADDING * tall, 0)
    return near + np.hypot(beside, before)


@lru_cache(maxsize=8)
def _depth(
    pixels: bytes, rows: int, columns: int, wide: float, tall: float
) -> tuple[Float[np.ndarray, "rows+4 columns+4"], Float[np.ndarray, "rows+4 columns+4"]]:
    """Return how far each pixel's middle lies inside and outside of what is shown; a pixel is `wide` by `tall`."""
    from scipy.ndimage import distance_transform_edt

    held = np.pad(np.frombuffer(pixels, dtype=bool).reshape(rows, columns), PADDING)
    half = math.sqrt(wide * tall) / 2
    inner, outer = (distance_transform_edt(where, sampling=(tall, wide)) for where in (held, ~held))
    return np.maximum(inner - half, 0), np.maximum(outer - half, 0)
