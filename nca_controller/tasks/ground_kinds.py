"""The kinds of ground of the benchmark, each a function of a grid and a generator. Lengths are in cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from engine.plugin import Ground

Grid = tuple[int, int]  # height, width
Cells = Bool[np.ndarray, "H W"]
Length = float | np.integer[Any]
FORD = 0.5  # capacity
WALL = 3  # thickness
LANE, HEDGE = 8, 3  # of the maze


@dataclass(frozen=True)
class Kind:
    """How a ground is drawn, and where an army of which mass marches from and to, (x, y) as shares of the field."""

    draw: Callable[[Grid, np.random.Generator], Ground]
    masses: tuple[int, int]
    start: tuple[float, float] = (0.18, 0.5)
    end: tuple[float, float] = (0.82, 0.5)
    grid: Grid = (112, 144)


def coordinates(grid: Grid) -> tuple[Float[np.ndarray, "H 1"], Float[np.ndarray, "1 W"]]:
    """Return the rows and the columns of cell centres."""
    return np.arange(grid[0])[:, None] + 0.5, np.arange(grid[1])[None] + 0.5


def box(cells: Cells, top: float, left: float, height: Length, width: Length, value: bool = False) -> None:
    """Set a rectangle of cells, cut off at the border."""
    first = max(round(top), 0), max(round(left), 0)
    cells[first[0] : max(round(top + height), 0), first[1] : max(round(left + width), 0)] = value


def plain(grid: Grid) -> Cells:
    return np.ones(grid, dtype=bool)


def hill(off: float) -> Callable[[Grid, np.random.Generator], Ground]:
    """A round closed hill; `off` is how far beside the straight way its middle lies, as a share of the height."""

    def draw(grid: Grid, rng: np.random.Generator) -> Ground:
        rows, columns = coordinates(grid)
        radius = rng.uniform(0.13, 0.17) * grid[0]
        middle = (0.5 + off + rng.uniform(-0.03, 0.03)) * grid[0], (0.5 + rng.uniform(-0.03, 0.03)) * grid[1]
        return Ground(np.hypot(rows - middle[0], columns - middle[1]) > radius)

    return draw


def diagonal_wall(gate: int) -> Callable[[Grid, np.random.Generator], Ground]:
    """A wall across the field at a slant, with one gate of so many rows."""

    def draw(grid: Grid, rng: np.random.Generator) -> Ground:
        rows, columns = coordinates(grid)
        slant = rng.choice([-1, 1]) * rng.uniform(0.25, 0.4)
        away = columns - 0.5 * grid[1] - slant * (rows - 0.5 * grid[0])
        top = round(rng.uniform(0.35, 0.6) * grid[0])
        return Ground((np.abs(away) > WALL / 2 + np.abs(slant)) | ((rows > top) & (rows < top + gate)))

    return draw


def two_gates(grid: Grid, rng: np.random.Generator) -> Ground:
    cells = plain(grid)
    box(cells, 0, 0.5 * grid[1], grid[0], WALL)
    for row, gate in ((rng.uniform(0.1, 0.2), 5), (rng.uniform(0.75, 0.85), 8)):
        box(cells, row * grid[0], 0.5 * grid[1], gate, WALL, True)
    return Ground(cells)


def ford(grid: Grid, rng: np.random.Generator) -> Ground:
    """A river, closed but for a ford of half capacity."""
    return river(grid, rng, [(rng.uniform(0.4, 0.55), 16, FORD)])


def bridge_and_ford(grid: Grid, rng: np.random.Generator) -> Ground:
    """A river with a narrow bridge near the way and a wide ford off it."""
    return river(grid, rng, [(rng.uniform(0.25, 0.35), 5, 1.0), (rng.uniform(0.7, 0.75), 20, FORD)])


def river(grid: Grid, rng: np.random.Generator, crossings: list[tuple[float, int, float]]) -> Ground:
    """A winding river of 10 cells; crossings are (row as a share, width, capacity)."""
    rows, columns = coordinates(grid)
    bend = 8 * np.sin(2 * np.pi * (rows / grid[0] + rng.random()))
    water = np.abs(columns - 0.5 * grid[1] - bend) < 5
    cells, capacity = ~water, np.ones(grid)
    for row, width, held in crossings:
        across = water & (np.abs(rows - round(row * grid[0])) < width / 2)
        cells |= across
        capacity[across] = held
    return Ground(cells, capacity)


def trap(grid: Grid, rng: np.random.Generator) -> Ground:
    """A U across the way, open to the army."""
    cells = plain(grid)
    dead_end(cells, grid, 0.5 + rng.uniform(-0.04, 0.04), rng.uniform(0.5, 0.56))
    return Ground(cells)


def dead_end(cells: Cells, grid: Grid, middle: float, right: float) -> None:
    """Close a U of walls that opens to the left, its bottom at a share of the width."""
    half, depth, column = 0.25 * grid[0], 0.24 * grid[1], right * grid[1]
    box(cells, middle * grid[0] - half, column, 2 * half, WALL)
    for edge in (-half, half - WALL):
        box(cells, middle * grid[0] + edge, column - depth, WALL, depth)


def gate_behind_a_trap(grid: Grid, rng: np.random.Generator) -> Ground:
    """A dead end on the straight way, and behind it a wall whose gate lies aside."""
    cells = plain(grid)
    dead_end(cells, grid, 0.5, 0.5)
    box(cells, 0, 0.62 * grid[1], grid[0], WALL)
    box(cells, rng.choice([0.12, 0.8]) * grid[0], 0.62 * grid[1], 9, WALL, True)
    return Ground(cells)


def blocks(count: int) -> Callable[[Grid, np.random.Generator], Ground]:
    """Rectangles anywhere in the middle of the field."""

    def draw(grid: Grid, rng: np.random.Generator) -> Ground:
        cells = plain(grid)
        for _ in range(count):
            size = rng.integers(5, 14, 2)
            place = rng.uniform((0, 0.3 * grid[1]), (grid[0], 0.68 * grid[1]))
            box(cells, place[0] - size[0] / 2, place[1] - size[1] / 2, *size)
        return Ground(cells)

    return draw


def maze(grid: Grid, rng: np.random.Generator) -> Ground:
    """A perfect maze by depth-first search: lanes of LANE, hedges of HEDGE."""
    pitch = LANE + HEDGE
    count = (grid[0] - HEDGE) // pitch, (grid[1] - HEDGE) // pitch
    cells = np.zeros(grid, dtype=bool)
    way, seen = [(0, 0)], {(0, 0)}
    while way:
        row, column = way[-1]
        box(cells, HEDGE + row * pitch, HEDGE + column * pitch, LANE, LANE, True)
        around = [(row + dy, column + dx) for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))]
        new = [one for one in around if 0 <= one[0] < count[0] and 0 <= one[1] < count[1] and one not in seen]
        if not new:
            way.pop()
            continue
        row_, column_ = new[rng.integers(len(new))]
        top, left = HEDGE + min(row, row_) * pitch, HEDGE + min(column, column_) * pitch
        box(cells, top, left, LANE + pitch * abs(row_ - row), LANE + pitch * abs(column_ - column), True)
        seen.add((row_, column_))
        way.append((row_, column_))
    return Ground(cells)


def town(grid: Grid, rng: np.random.Generator) -> Ground:
    """Houses in rows between streets of 5 to 8, a square in the middle, and fields at both ends."""
    cells = plain(grid)
    top = 2.0
    while top < grid[0] - 6:
        depth, left = rng.integers(8, 14), 0.3 * grid[1] + rng.uniform(0, 6)
        while left < 0.68 * grid[1]:
            front = rng.integers(9, 17)
            box(cells, top, left, depth, front)
            left += front + rng.integers(5, 8)
        top += depth + rng.integers(5, 9)
    box(cells, 0.42 * grid[0], 0.42 * grid[1], 0.18 * grid[0], 0.16 * grid[1], True)
    return Ground(cells)


def island(grid: Grid, rng: np.random.Generator) -> Ground:
    """Land on the left, an island on the right, and a bridge of 6 that does not lie on the straight way."""
    rows, columns = coordinates(grid)
    land = columns < 0.42 * grid[1]
    isle = np.hypot((rows - 0.5 * grid[0]) / 0.36, (columns - 0.79 * grid[1]) / 0.3) < grid[0]
    row = rng.choice([0.28, 0.72]) * grid[0]
    bridge = (np.abs(rows - round(row)) < 3) & (columns > 0.4 * grid[1]) & (columns < 0.79 * grid[1])
    return Ground(land | (isle & (columns > 0.55 * grid[1])) | bridge)


def islands(grid: Grid, rng: np.random.Generator) -> Ground:
    """Four islands in a ring, and bridges of 7 between neighbours."""
    rows, columns = coordinates(grid)
    middles = [(0.5, 0.19), (0.2, 0.5), (0.8, 0.5), (0.5, 0.81)]
    cells = np.zeros(grid, dtype=bool)
    for number, (row, column) in enumerate(middles):
        radius = (0.25 if number in (0, 3) else 0.16) * grid[0]
        cells |= np.hypot(rows - row * grid[0], columns - column * grid[1]) < radius
    for first, last in ((0, 1), (0, 2), (1, 3), (2, 3)):
        one, other = (np.array(middles[end]) * grid for end in (first, last))
        along = np.clip(
            ((rows - one[0]) * (other - one)[0] + (columns - one[1]) * (other - one)[1]) / ((other - one) ** 2).sum(),
            0,
            1,
        )
        away = np.hypot(rows - one[0] - along * (other - one)[0], columns - one[1] - along * (other - one)[1])
        cells |= away < rng.choice([2.5, 4.5])
    return Ground(cells)


def spiral(grid: Grid, rng: np.random.Generator) -> Ground:
    """Two walls wound round each other: the target lies in the middle of the coil."""
    rows, columns = coordinates(grid)
    y, x = rows - grid[0] / 2, columns - grid[1] / 2
    radius, angle = np.hypot(y, x), np.arctan2(y, x) + rng.uniform(0, 2 * np.pi)
    turn = 17.0
    wall = (np.abs((radius / turn - angle / (2 * np.pi)) % 1 - 0.5) < WALL / 2 / turn) & (radius > 20) & (radius < 47)
    return Ground(~wall)


def funnel(grid: Grid, rng: np.random.Generator) -> Ground:
    """Two walls that close in on a mouth of 7 to 10."""
    rows, columns = coordinates(grid)
    mouth = rng.integers(7, 11)
    middle = (0.5 + rng.uniform(-0.1, 0.1)) * grid[0]
    share = np.clip((columns / grid[1] - 0.3) / 0.35, 0, 1)
    half = (1 - share) * 0.55 * grid[0] + share * mouth / 2
    wall = (np.abs(rows - middle) > half) & (columns > 0.3 * grid[1]) & (columns < 0.65 * grid[1] + WALL)
    return Ground(~wall)


def colonnade(grid: Grid, rng: np.random.Generator) -> Ground:
    """Pillars of 3 in a lattice of 8, every second row shifted."""
    cells = plain(grid)
    first = rng.integers(0, 5)
    for number, column in enumerate(range(round(0.34 * grid[1]), round(0.66 * grid[1]), 8)):
        for row in range(first + 4 * (number % 2), grid[0], 8):
            box(cells, row, column, 3, 3)
    return Ground(cells)


def series_of_gates(grid: Grid, rng: np.random.Generator) -> Ground:
    """Three walls, each with a gate elsewhere, ever narrower."""
    cells = plain(grid)
    for column, row, gate in zip((0.36, 0.5, 0.64), rng.permutation([0.25, 0.5, 0.72]), (12, 9, 7), strict=True):
        box(cells, 0, column * grid[1], grid[0], WALL)
        box(cells, row * grid[0], column * grid[1], gate, WALL, True)
    return Ground(cells)


def rooms(grid: Grid, rng: np.random.Generator) -> Ground:
    """Three by four rooms; every wall between two has a door of 6 to 9, but for a few."""
    cells = plain(grid)
    tall, wide = grid[0] / 3, grid[1] / 4
    for row in (1, 2):
        box(cells, row * tall, 0, WALL, grid[1])
    for column in (1, 2, 3):
        box(cells, 0, column * wide, grid[0], WALL)
    for row in range(3):
        for column in (1, 2, 3):
            if rng.random() < 0.8 or row == 1:
                box(cells, row * tall + rng.uniform(0.25, 0.6) * tall, column * wide, rng.integers(6, 10), WALL, True)
    for row in (1, 2):
        for column in range(4):
            box(cells, row * tall, column * wide + rng.uniform(0.25, 0.6) * wide, WALL, rng.integers(6, 10), True)
    return Ground(cells)


def torus_with_wall(grid: Grid, rng: np.random.Generator) -> Ground:
    """A wall without a gate in the middle of a torus, and one with a gate of 12 at its seam."""
    cells = plain(grid)
    box(cells, 0, 0.5 * grid[1], grid[0], WALL)
    box(cells, 0, 0, grid[0], WALL)
    box(cells, rng.uniform(0.2, 0.7) * grid[0], 0, 12, WALL, True)
    return Ground(cells, boundary="torus")


def several_parts(grid: Grid, rng: np.random.Generator) -> Ground:
    """Courts that nobody can enter beside the way, and a wall with a gate of 10."""
    cells = plain(grid)
    for row in (0.22, 0.5, 0.78):
        top, left = (row + rng.uniform(-0.03, 0.03)) * grid[0] - 11, 0.46 * grid[1] + rng.uniform(-6, 6)
        box(cells, top, left, 20, 20)
        box(cells, top + WALL, left + WALL, 20 - 2 * WALL, 20 - 2 * WALL, True)
    box(cells, 0, 0.68 * grid[1], grid[0], WALL)
    box(cells, rng.uniform(0.3, 0.6) * grid[0], 0.68 * grid[1], 10, WALL, True)
    return Ground(cells)


KINDS: dict[str, Kind] = {
    "hill in the way": Kind(hill(0.0), (800, 1200)),
    "hill off the way": Kind(hill(-0.36), (800, 1200)),
    "gate of 4": Kind(diagonal_wall(4), (300, 450)),
    "gate of 5": Kind(diagonal_wall(5), (500, 700)),
    "gate of 12": Kind(diagonal_wall(12), (900, 1200)),
    "two gates": Kind(two_gates, (700, 900)),
    "ford": Kind(ford, (600, 800)),
    "trap": Kind(trap, (600, 800)),
    "few blocks": Kind(blocks(12), (900, 1200)),
    "blocks": Kind(blocks(26), (700, 900)),
    "many blocks": Kind(blocks(40), (500, 700)),
    "maze": Kind(maze, (500, 700), (0.12, 0.15), (0.88, 0.85)),
    "town": Kind(town, (600, 800)),
    "island": Kind(island, (600, 800)),
    "bridge and ford": Kind(bridge_and_ford, (700, 1000)),
    "islands": Kind(islands, (600, 800)),
    "spiral": Kind(spiral, (400, 500), (0.1, 0.5), (0.5, 0.5)),
    "funnel": Kind(funnel, (800, 1000)),
    "colonnade": Kind(colonnade, (1300, 1500), grid=(128, 192)),
    "series of gates": Kind(series_of_gates, (600, 800)),
    "rooms": Kind(rooms, (500, 700), (0.12, 0.18), (0.88, 0.82)),
    "torus with wall": Kind(torus_with_wall, (600, 800), (0.25, 0.5), (0.75, 0.5)),
    "several parts": Kind(several_parts, (600, 800)),
    "gate behind a trap": Kind(gate_behind_a_trap, (500, 600), end=(0.83, 0.5)),
}
