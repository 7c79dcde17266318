"""Ways on a ground: which part of it a regiment can reach, and the fastest way from one place to another.

What is found of a ground is kept by its content, for the next order on the same one.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.fields import Geodesics
from engine.orders import Place
from engine.plugin import Ground

GROUNDS = 4  # whose ways are kept
STARTS, WAYS = 16, 256  # of ways, and the ways themselves, that are kept


def ways_on(ground: Ground) -> Geodesics:
    """Return the ways of a ground, those of an equal one where they are known."""
    return ways_over(ground.open_cells, ground.boundary == "torus")


def ways_over(open_cells: Bool[np.ndarray, "H W"], torus: bool = False) -> Geodesics:
    """Return the ways over open cells, those of equal ones where they are known."""
    height, width = open_cells.shape
    return _ways(np.packbits(open_cells).tobytes(), (height, width), torus)


@lru_cache(maxsize=GROUNDS)
def _ways(packed: bytes, grid: tuple[int, int], torus: bool) -> Geodesics:
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=grid[0] * grid[1])
    return Geodesics(bits.astype(bool).reshape(grid), torus)


def part_of(mass: Float[np.ndarray, "H W"], ground: Ground) -> int:
    """Return the part of the ground, as `ways_on` numbers them, that most of the mass lies in; it never leaves it."""
    if ground.open_cells.all():
        return 0
    parts = ways_on(ground).parts
    inside = parts >= 0
    return int(np.bincount(parts[inside], mass[inside].astype(np.float64)).argmax())


def distances_by_way(
    cells: Bool[np.ndarray, "H W"], ground: Ground, limit: float = math.inf
) -> Float[np.ndarray, "H W"]:
    """Return how far each cell is from the nearest of some cells by way, in cells.

    It is inf where no way leads, and beyond the `limit`, which costs nothing.
    """
    return ways_on(ground).distances(cells, limit)


def cell_at(place: Place, grid: tuple[int, int]) -> tuple[int, int]:
    """Return the row and the column of the cell at a place, or of the nearest one of the field."""
    height, width = grid
    return min(max(int(place[1]), 0), height - 1), min(max(int(place[0]), 0), width - 1)


def nearest_cell(place: Place, among: Bool[np.ndarray, "H W"]) -> tuple[int, int]:
    """Return the row and the column of the cell whose centre is nearest to a place, as the crow flies."""
    rows, columns = np.nonzero(among)
    first = int(np.argmin((columns + 0.5 - place[0]) ** 2 + (rows + 0.5 - place[1]) ** 2))
    return int(rows[first]), int(columns[first])


def standing_place(density: Float[np.ndarray, "H W"]) -> Place:
    """Return the middle of a density, x and y in cells, or where it is empty there the nearest cell that is not."""
    rows, columns = np.nonzero(density)
    weight = density[rows, columns]
    middle = float(np.average(columns + 0.5, weights=weight)), float(np.average(rows + 0.5, weights=weight))
    if density[cell_at(middle, density.shape)] > 0:
        return middle
    row, column = nearest_cell(middle, density > 0)
    return column + 0.5, row + 0.5


def foothold(centre: Place, target: Float[np.ndarray, "H W"], ground: Ground) -> Place:
    """Return the centre of a target if it lies in the same part of the ground, or else the target's `standing_place`.

    An order from there is not refused for its way, as one from the middle of a ring round an island would be.
    """
    if ground.open_cells.all() or ways_on(ground).parts[cell_at(centre, ground.grid)] == part_of(target, ground):
        return centre
    return standing_place(target)


def fastest_way(ground: Ground, start: Place, end: Place) -> Float[np.ndarray, "N 2"]:
    """Return the corners (x, y) of the fastest way between two places, both included; none where no way leads.

    A place on closed ground stands for the middle of the nearest open cell, at the end of one that can be reached.
    """
    straight = np.array([start, end], dtype=float)
    if ground.open_cells.all():
        return straight
    ways = ways_on(ground)
    first, last = cell_at(start, ground.grid), cell_at(end, ground.grid)
    if not ground.open_cells[first]:
        first = nearest_cell(start, ground.open_cells)
        straight[0] = first[1] + 0.5, first[0] + 0.5
    if not ground.open_cells[last]:
        last = nearest_cell(end, ways.parts == ways.parts[first])
        straight[1] = last[1] + 0.5, last[0] + 0.5
    if ways.parts[first] != ways.parts[last]:
        return np.zeros((0, 2))
    if _sees(straight[0], straight[1], ground.open_cells):
        return straight
    way = _corners_between(ways, first, last)
    # A corner that the middle of a cell sees may be hidden from a place beside it: then the way leads by the middle.
    after = 0 if _sees(straight[0], way[1], ground.open_cells) else 1
    before = 0 if _sees(way[-2], straight[1], ground.open_cells) else 1
    return np.concatenate([straight[:1], way[1 - after : len(way) - 1 + before], straight[1:]])


@lru_cache(maxsize=WAYS)
def _corners_between(ways: Geodesics, first: tuple[int, int], last: tuple[int, int]) -> Float[np.ndarray, "N 2"]:
    """Return the corners (x, y) of the shortest way between the middles of two cells, both included."""
    before = _ways_from(ways, first)
    width = ways.open_cells.shape[1]
    way = [last[0] * width + last[1]]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    cells = np.stack(np.unravel_index(np.array(way[::-1]), ways.open_cells.shape), axis=1)
    return _pulled_tight(cells[:, ::-1] + 0.5, ways.open_cells)


@lru_cache(maxsize=STARTS)
def _ways_from(ways: Geodesics, first: tuple[int, int]) -> Int[np.ndarray, " cells"]:
    """Return the cell before each one on the shortest way from a cell: an order is dragged, while who gets it stays."""
    return ways.predecessors(*first)


def _pulled_tight(points: Float[np.ndarray, "N 2"], open_cells: Bool[np.ndarray, "H W"]) -> Float[np.ndarray, "M 2"]:
    """Return as few of the points as lead along the same way over open cells: each sees the next."""
    kept, at = [0], 0
    while at < len(points) - 1:
        low, high = at + 1, len(points) - 1  # the farthest point that is seen, by bisection: sight is lost but once
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if _sees(points[at], points[middle], open_cells) else (low, middle - 1)
        at = low
        kept.append(at)
    return points[kept]


def _sees(one: Float[np.ndarray, " 2"], other: Float[np.ndarray, " 2"], open_cells: Bool[np.ndarray, "H W"]) -> bool:
    """Return whether a straight line leads through open cells alone: through none that is closed, however briefly."""
    height, width = open_cells.shape
    cuts = [np.array([0.0, 1.0])]  # where on the line it leaves a cell, as shares of it
    for start, end in zip(one, other, strict=True):
        low, high = min(start, end), max(start, end)
        if low < high:
            cuts.append((np.arange(np.ceil(low), np.floor(high) + 1) - start) / (end - start))
    shares = np.unique(np.concatenate(cuts))
    column, row = (one + ((shares[1:] + shares[:-1]) / 2)[:, None] * (other - one)).astype(int).T
    return bool(open_cells[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)].all())
