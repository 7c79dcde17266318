"""Woods from above: a crown stands on about every cell and a half, jittered, and the nearer one hides the others."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

PITCH = 1.3  # cells between two crowns
JITTER = 0.4  # of the pitch, either way at most half of it
LEAST, MOST = 0.7, 1.05  # radius of a crown, in cells

Plane = Float[np.ndarray, "h w"]


def crowns(cells: Bool[np.ndarray, "H W"], fineness: float, size: tuple[int, int]) -> tuple[Plane, Plane, Plane]:
    """Return light, cover and tint of each pixel, 0 to 1 but for the light; a crown's middle is in one of the cells.

    `fineness` is in pixels per cell and `size` the picture's width and height in pixels.
    """
    rows, columns = (int(side / PITCH) + 3 for side in cells.shape)
    random = np.random.default_rng(30)
    aside, down, radius, tint = random.random((4, rows, columns)).astype(np.float32)
    x = (np.arange(columns)[None, :] - 0.5 + JITTER * (aside - 0.5)) * PITCH
    y = (np.arange(rows)[:, None] - 0.5 + JITTER * (down - 0.5)) * PITCH
    radius = LEAST + (MOST - LEAST) * radius
    inside = (x >= 0) & (y >= 0) & (x < cells.shape[1]) & (y < cells.shape[0])
    grown = inside & cells[np.clip(y.astype(int), 0, cells.shape[0] - 1), np.clip(x.astype(int), 0, cells.shape[1] - 1)]
    width, height = size
    light, cover, tints = (np.zeros((height, width), np.float32) for _ in range(3))
    top = np.zeros((height, width), np.float32)  # of the highest crown so far
    for row, column in np.argwhere(grown):
        middle, reach = np.array([x[row, column], y[row, column]]), radius[row, column]
        left, upper = np.maximum(np.floor((middle - reach) * fineness).astype(int), 0)
        right, lower = np.ceil((middle + reach) * fineness).astype(int) + 1
        part = np.s_[upper:lower, left:right]
        across = (np.arange(left, min(right, width)) + 0.5)[None, :] / fineness - middle[0]
        along = (np.arange(upper, min(lower, height)) + 0.5)[:, None] / fineness - middle[1]
        rise = 1.0 - (across**2 + along**2) / reach**2
        seen = rise * reach > top[part]
        leaves = 0.12 * np.sin(9.0 * across + 5.0 * row) * np.sin(9.0 * along + 3.0 * column)
        shade = 0.35 + 0.85 * np.clip(rise, 0.0, 1.0) - 0.75 * (across + 1.2 * along) / reach * 0.5 + leaves
        top[part] = np.where(seen, rise * reach, top[part])
        light[part] = np.where(seen, np.clip(shade, 0.15, 1.8), light[part])
        cover[part] = np.maximum(cover[part], np.clip(rise * reach * fineness, 0.0, 1.0))
        tints[part] = np.where(seen, tint[row, column], tints[part])
    return light, cover, tints
