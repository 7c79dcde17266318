"""Grounds from files, by one door: a picture, or an octile map of pathfinding research, as large as it is or scaled."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
from jaxtyping import Float

from engine.formations import ground_image
from engine.formations.materials import Materials, scaled
from engine.formations.octile import read_octile
from engine.io import LARGEST_SIDE, SMALLEST_SIDE, FileError, InputError, limits, read_file
from engine.plugin import QUANTUM, Ground

MAP_ENDING = ".map"
MAP_BEGINNING = b"type"  # of the first line of an octile map, whatever the file is called


def read_ground(
    path: Path, cells: int | None = None, *, size: tuple[int, int] | None = None, name: str | None = None
) -> Ground:
    """Return the ground in a file: a PNG, in which black is closed and grey partly, or an octile map.

    See `read_terrain`.
    """
    return read_terrain(path, cells, size=size, name=name)[0]


def read_terrain(
    path: Path, cells: int | None = None, *, size: tuple[int, int] | None = None, name: str | None = None
) -> tuple[Ground, Materials]:
    """Return the ground in a file, and what its cells are made of, as the file's colours or letters say.

    With `cells` its longer side becomes so many cells, by majority of blocks (`resized`). `size` is the field's, width
    and height in cells: without `cells` a picture is stretched to it and a map scaled, and what then has another size
    is refused. `name` is what error lines call the file, by default its path. Raises FileError, one line, for a file
    that is missing, unreadable, too large, of another size than the field, or all closed.
    """
    name = str(path) if name is None else name
    if cells is not None and not SMALLEST_SIDE <= cells <= LARGEST_SIDE:
        raise InputError(f"the longer side must be {SMALLEST_SIDE} to {LARGEST_SIDE} cells, not {cells}")
    content = read_file(path, limits.LARGEST_PICTURE, name)
    beginning = content[:16].removeprefix(codecs.BOM_UTF8)
    if path.suffix.lower() == MAP_ENDING or beginning.startswith(MAP_BEGINNING):
        if len(content) > limits.LARGEST_MAP:
            raise FileError(f"{name}: is too large, over {limits.LARGEST_MAP} bytes")
        ground, made_of = read_octile(content, name)
        cells = max(size) if cells is None and size is not None else cells
    else:
        ground, made_of = ground_image.read_picture(content, size if cells is None else None, name)
    check_ground(ground, name, least=1 if cells else SMALLEST_SIDE)
    if cells is not None:
        before, ground = ground, resized(ground, cells)
        made_of = scaled(made_of, *_shared(before.grid, cells), ground)
        if size is not None and ground.grid != size[::-1]:
            raise FileError(f"{name}: is {_size(before)} cells, which do not become the field's {size[0]}x{size[1]}")
        check_ground(ground, name)
    return ground, made_of


def check_ground(ground: Ground, name: str, least: int = SMALLEST_SIDE) -> None:
    """Raise FileError, which calls it by that name, for a ground that is no field: too small, too large, all closed."""
    if ground.open_cells.size > limits.MOST_GROUND_CELLS:
        raise FileError(f"{name}: {_size(ground)} cells are too many, over {limits.MOST_GROUND_CELLS}")
    if not all(least <= side <= LARGEST_SIDE for side in ground.grid):
        raise FileError(f"{name}: is {_size(ground)} cells; a field is {SMALLEST_SIDE} to {LARGEST_SIDE} wide and high")
    if not ground.open_cells.any():
        raise FileError(f"{name}: has no open cell: white is open ground, black is closed; in a map . G S are open")


def resized(ground: Ground, cells: int) -> Ground:
    """Return the ground with `cells` cells along its longer side, and as many along the other as keep its shape.

    A new cell covers a block of old ones, those at its rim in part. It is open where at least half of its block is, so
    that a lane half as wide as a block stays. It holds the mean of what its block's open cells hold, rounded down to
    the lattice.
    """
    height, width = ground.grid
    above, aside = _shared(ground.grid, cells)
    open_area = above @ ground.open_cells.astype(np.float64) @ aside.T  # whole numbers, of height x width to a block
    open_cells = 2 * open_area >= height * width
    capacity = np.broadcast_to(np.asarray(ground.capacity, np.float64), ground.grid)
    if (capacity[ground.open_cells] == 1).all():
        return Ground(open_cells, boundary=ground.boundary)
    held = above @ np.where(ground.open_cells, capacity, 0.0) @ aside.T
    mean = np.where(open_cells, held / np.maximum(open_area, 1.0), 1.0)
    on_lattice = np.maximum(np.floor(mean / QUANTUM), 1.0) * QUANTUM
    return Ground(open_cells, on_lattice.astype(np.float32), ground.boundary)


def _shared(
    grid: tuple[int, int], cells: int
) -> tuple[Float[np.ndarray, "new_height height"], Float[np.ndarray, "new_width width"]]:
    """Return the shares of new cells on old ones along either axis, `cells` new ones along the longer."""
    longer = max(grid)
    rows, columns = (max((2 * side * cells + longer) // (2 * longer), 1) for side in grid)  # to the nearest
    return _shares(grid[0], rows), _shares(grid[1], columns)


def _shares(old: int, new: int) -> Float[np.ndarray, "new old"]:
    """Return how much of each new cell along a line lies on each old one, in parts of which a new cell has `old`."""
    end_of_new, end_of_old = np.arange(1, new + 1)[:, None] * old, np.arange(1, old + 1) * new
    shared = np.minimum(end_of_new, end_of_old) - np.maximum(end_of_new - old, end_of_old - new)
    return np.maximum(shared, 0).astype(np.float64)


def _size(ground: Ground) -> str:
    return f"{ground.grid[1]}x{ground.grid[0]}"
