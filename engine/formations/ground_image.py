"""Ground as a picture: white is open, black is closed, and a grey cell holds fewer soldiers, as a ford does.

A ground that no greys stand for, as swamps of half capacity are, is written as a picture in colours: of each cell the
capacity in quanta, red the highest byte and blue the lowest.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from engine.formations import materials
from engine.io import MATERIALS, FileError, limits, read_png
from engine.plugin import QUANTUM, Ground

OPEN, CLOSED = 255, 32  # grey levels: of open ground, and below which a cell is closed


def read_picture(content: bytes, size: tuple[int, int] | None, name: str) -> tuple[Ground, materials.Materials]:
    """Return the ground of a PNG, scaled to `size` (width and height in cells) where that is given, and its materials.

    What is transparent shows white, open ground, behind it. `name` is the file and the field for error lines. Raises
    FileError for a picture that cannot be read, and for more cells than a ground may have before they take memory.
    """
    if size is not None and size[0] * size[1] > limits.MOST_GROUND_CELLS:
        raise FileError(f"{name}: {size[0]}x{size[1]} cells are too many, over {limits.MOST_GROUND_CELLS}")
    colours = read_png(content, name, limits.MOST_PIXELS if size else limits.MOST_GROUND_CELLS)
    levels = np.asarray(Image.fromarray(colours[..., :3]).convert("L"))
    if (alpha := colours[..., 3]).min() < 255:
        levels = np.rint(255 - (255.0 - levels) * alpha / 255).astype(np.uint8)
    if size is not None and levels.shape != size[::-1]:
        levels = np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))
        colours = np.asarray(Image.fromarray(colours[..., :3]).resize(size, Image.Resampling.BOX))
    ground = ground_of(levels)
    return ground, materials.of_colours(colours[..., :3], ground)


def read_text(text: str, name: str) -> Ground:
    """Return the ground of a picture that `write_text` wrote."""
    return read_picture(_decoded(text, name), None, name)[0]


def write_text(ground: Ground) -> str:
    """Return a picture of the ground as text: a PNG in base64. The ground has to be `is_grey`."""
    return _encoded(levels_of(ground))


def is_grey(ground: Ground) -> bool:
    """Return whether grey levels stand for the ground to the bit."""
    return same_ground(ground, ground_of(levels_of(ground)))


def read_quanta(text: str, name: str) -> Ground:
    """Return the ground of a picture that `write_quanta` wrote."""
    colours = read_png(_decoded(text, name), name, limits.MOST_GROUND_CELLS)[..., :3].astype(np.int64)
    quanta = (colours * (2**16, 2**8, 1)).sum(axis=-1)
    return Ground(quanta > 0, (np.where(quanta > 0, quanta, 1 / QUANTUM) * QUANTUM).astype(np.float32))


def write_quanta(ground: Ground) -> str:
    """Return a picture of the ground's capacities in quanta as text: a PNG in base64. All are below 16."""
    quanta = np.where(ground.open_cells, np.asarray(ground.capacity, np.float64) / QUANTUM, 0).astype(np.int64)
    return _encoded(np.stack([quanta >> 16, quanta >> 8, quanta], axis=-1).astype(np.uint8))


def read_materials(text: str, name: str) -> materials.Materials:
    """Return the materials of a picture that `write_materials` wrote. Raises FileError for any other."""
    found = read_png(_decoded(text, name), name, limits.MOST_GROUND_CELLS)[..., 0]
    if found.max(initial=0) >= len(MATERIALS):
        raise FileError(f"{name} must have levels below {len(MATERIALS)}, a material each")
    return found


def write_materials(made_of: materials.Materials) -> str:
    """Return a picture of materials as text: a PNG in base64, its grey levels their indices."""
    return _encoded(made_of)


def same_ground(one: Ground, other: Ground) -> bool:
    """Return whether two grounds are the same to the bit, whatever they say of closed cells."""
    held, others = (np.where(ground.open_cells, ground.capacity, 0.0) for ground in (one, other))
    return one.boundary == other.boundary and np.array_equal(held, others)


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise FileError(f"{name} must be a PNG in base64") from None


def _encoded(pixels: UInt8[np.ndarray, "H W"] | UInt8[np.ndarray, "H W 3"]) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")


def ground_of(levels: UInt8[np.ndarray, "H W"]) -> Ground:
    """Return the ground that grey levels stand for."""
    open_cells = levels >= CLOSED
    if (levels[open_cells] == OPEN).all():
        return Ground(open_cells)
    capacity = np.where(open_cells, levels, OPEN) / OPEN  # simulations need a capacity above 0 in closed cells, too
    return Ground(open_cells, np.floor(capacity / QUANTUM).astype(np.float32) * np.float32(QUANTUM))


def levels_of(ground: Ground) -> UInt8[np.ndarray, "H W"]:
    """Return the grey levels that stand for a ground."""
    capacity = np.broadcast_to(ground.capacity, ground.grid)
    return np.where(ground.open_cells, np.rint(capacity * OPEN), 0).astype(np.uint8)
