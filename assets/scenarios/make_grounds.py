"""Draws the grounds of the scenarios town, river and hills: python assets/scenarios/make_grounds.py

Each is a PNG in colours, a pixel for each cell: its brightness is the capacity, its hue what the cell is made of.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

HERE = Path(__file__).parent
HEIGHT, WIDTH = 128, 192
OPEN, ROCK, TREES, WATER, WALLS = (255, 255, 255), (0, 0, 0), (0, 40, 0), (0, 0, 120), (70, 10, 0)
FORD, SWAMP = (99, 133, 179), (119, 142, 79)  # as bright as a grey of 128: they hold half

y, x = np.mgrid[:HEIGHT, :WIDTH]


def town() -> np.ndarray:
    """A walled town: gates to all sides, streets of 8 cells, and a market place in the middle."""
    field = np.full((HEIGHT, WIDTH, 3), OPEN, np.uint8)
    left, right, top, bottom = 44, 147, 14, 113
    ring = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    within = (x > left + 1) & (x < right - 1) & (y > top + 1) & (y < bottom - 1)
    gates = (np.abs(x - 95.5) < 6) | (np.abs(y - 63.5) < 6)
    field[ring & ~within & ~gates] = WALLS
    for row, (upper, lower) in enumerate(((23, 34), (42, 56), (71, 85), (93, 104))):
        for column, (west, east) in enumerate(((54, 67), (75, 89), (102, 116), (124, 137))):
            if row in (1, 2) and column in (1, 2):
                continue  # the market place
            house = (x >= west) & (x <= east) & (y >= upper) & (y <= lower)
            yard = (np.abs(2 * x - west - east) < 5) & (y > (upper + lower) / 2)
            field[house & ~(yard & ((row + column) % 3 == 0))] = WALLS
    field[np.hypot(x - 95.5, y - 63.5) < 3] = WATER  # the well
    woods = _blobs(4) > 0.66
    field[woods & ((x < 36) | (x > 156)) & ((y < 36) | (y > 100))] = TREES
    return field


def river() -> np.ndarray:
    """A river from north to south with a bridge of stone, a ford, and woods on its banks."""
    field = np.full((HEIGHT, WIDTH, 3), OPEN, np.uint8)
    middle = 96 + 7 * np.sin(y / 21.0) + 3 * np.sin(y / 9.0 + 1.0)
    stream = np.abs(x - middle) < 8
    woods = (_blobs(7) > 0.62) & (np.abs(x - middle) > 16) & (np.abs(y - 64) > 30) & (np.abs(x - 96) < 74)
    field[woods] = TREES
    field[stream] = WATER
    field[stream & (np.abs(y - 37.5) < 5)] = OPEN  # the bridge
    field[stream & (np.abs(y - 90.5) < 9)] = FORD
    marsh = (_blobs(9) > 0.5) & (np.abs(x - middle) < 17) & ~stream & (np.abs(y - 64) < 14)
    field[marsh] = SWAMP
    return field


def hills() -> np.ndarray:
    """Three hills whose slopes hold the fewer the higher they are, crags on their tops, a wood and a swamp between."""
    field = np.full((HEIGHT, WIDTH, 3), OPEN, np.uint8)
    rise = np.zeros((HEIGHT, WIDTH))
    for column, row, wide, high in ((58, 34, 26, 1.0), (124, 96, 30, 1.05), (132, 26, 20, 0.75)):
        rise = np.maximum(rise, high * np.exp(-(((x - column) / wide) ** 2 + ((y - row) / (0.75 * wide)) ** 2)))
    rise = rise + 0.10 * (_blobs(11) - 0.5)
    level = np.where(rise > 0.30, np.clip(255 * (1.12 - 0.72 * rise), 110, 240), 255)
    field[:] = np.rint(level)[..., None]
    field[(_blobs(12) > 0.60) & (np.hypot(x - 46, y - 96) < 24) & (rise < 0.28)] = TREES
    field[(_blobs(13) > 0.42) & (np.hypot((x - 92) / 1.4, y - 62) < 11) & (rise < 0.28)] = SWAMP
    field[rise + 0.1 * (_blobs(14, 1.5) - 0.5) > 0.80] = ROCK
    return field


def _blobs(seed: int, cells: float = 4.0) -> np.ndarray:
    """Return smooth chance from 0 to 1, in ranks, with a new value about every so many cells."""
    smooth = gaussian_filter(np.random.default_rng(seed).random((HEIGHT, WIDTH)), cells, mode="wrap")
    return smooth.ravel().argsort().argsort().reshape(HEIGHT, WIDTH) / (HEIGHT * WIDTH - 1)


if __name__ == "__main__":
    for draw in (town, river, hills):
        Image.fromarray(draw()).save(HERE / f"{draw.__name__}.png", optimize=True)
