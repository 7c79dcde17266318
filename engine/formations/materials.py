"""What the cells of a ground are made of, for those who draw it: as its file says it, by colours, letters or words.

A field of materials has for each cell an index into `MATERIALS`, 0 where nothing is said. It changes nothing of where
soldiers can stand; what it says of a cell that its ground contradicts counts for nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, UInt8

from engine.io import CLOSED_MATERIALS, MATERIALS
from engine.plugin import Ground

Materials = UInt8[np.ndarray, "H W"]

PALEST = 0.2  # saturation (1 less the least of red, green and blue over the greatest) below which a colour is grey
DARKEST = 24  # of 255: the greatest of red, green and blue below which a colour is black
# Hues in degrees up to which each is meant, from red at 0 by green at 120 and blue at 240, for closed and slow cells.
HUES = ((65.0, "walls", "slope"), (165.0, "trees", "swamp"), (275.0, "water", "ford"), (360.0, "walls", "slope"))
LETTERS = {b"T": "trees", b"W": "water", b"S": "swamp"}  # of octile maps


def of_colours(colours: UInt8[np.ndarray, "H W 3"], ground: Ground) -> Materials:
    """Return what a picture's colours say: blue is water or a ford, green trees or swamp, red to brown walls or slope.

    Grey and black say nothing.
    """
    most, least = colours.max(axis=-1), colours.min(axis=-1)
    coloured = (most >= DARKEST) & (most - least >= PALEST * most) & (_slow(ground) | ~ground.open_cells)
    found = np.zeros(ground.grid, np.uint8)
    red, green, blue = colours[coloured].astype(np.float64).T  # of few cells, mostly
    most, spread = most[coloured], (most - least)[coloured].astype(np.float64)
    hue = np.select(  # in sixths of the circle
        [most == red, most == green],
        [(green - blue) / spread % 6.0, (blue - red) / spread + 2.0],
        (red - green) / spread + 4.0,
    )
    bands = np.searchsorted([end for end, _, _ in HUES], 60.0 * hue).clip(max=len(HUES) - 1)
    closed, slow = (np.array([MATERIALS.index(band[which]) for band in HUES]) for which in (1, 2))
    found[coloured] = np.where(ground.open_cells[coloured], slow[bands], closed[bands])
    return found


def of_letters(letters: UInt8[np.ndarray, "H W"]) -> Materials:
    """Return what the letters of an octile map say."""
    found = np.zeros(letters.shape, np.uint8)
    for letter, name in LETTERS.items():
        found[letters == ord(letter)] = MATERIALS.index(name)
    return found


def with_words(materials: Materials | None, ground: Ground, closed: str | None, slow: str | None) -> Materials | None:
    """Return the materials with a name given to the closed and to the slow cells of which nothing is said.

    None where nothing is said of any cell.
    """
    said = np.zeros(ground.grid, np.uint8) if materials is None else materials
    for name, cells in ((closed, ~ground.open_cells), (slow, _slow(ground))):
        if name is not None:
            said = np.where(cells & (said == 0), np.uint8(MATERIALS.index(name)), said)
    return said if said.any() else None


def scaled(
    materials: Materials, above: Float[np.ndarray, "h H"], aside: Float[np.ndarray, "w W"], ground: Ground
) -> UInt8[np.ndarray, "h w"]:
    """Return the materials of a ground that was scaled: of each new cell what covers most of it, of its own kind.

    `above` and `aside` are how much of each new cell lies on each old one, along either axis.
    """
    best, found = np.zeros(ground.grid), np.zeros(ground.grid, np.uint8)
    for index, name in enumerate(MATERIALS):
        if index and (materials == index).any():
            area = above @ (materials == index).astype(np.float64) @ aside.T
            fits = ~ground.open_cells if name in CLOSED_MATERIALS else _slow(ground)
            found[fits & (area > best)] = index
            best = np.where(fits, np.maximum(best, area), best)
    return found


def _slow(ground: Ground) -> Bool[np.ndarray, "H W"]:
    return ground.open_cells & (np.broadcast_to(ground.capacity, ground.grid) < 1.0)
