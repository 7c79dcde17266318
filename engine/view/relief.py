"""The scenery as a picture of the whole field, painted once: hills, rock, trees, water, walls, what is slow to cross.

What is closed stands up or lies deep: it throws a shadow or has a shore, and is darker or lighter than grass. What is
slow lies flat and is strewn with marks of its own: stones on slopes, ripples in fords, reeds in swamps. So either is
known by its form alone, without its hue. Light falls from the upper left. The same field gives the same picture.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from scipy.ndimage import distance_transform_cdt, gaussian_filter

from engine.view.painted_field import painted_size
from engine.view.palette import ROCK, Colour
from engine.view.scenery import BRIDGE, SQUARE, STREET, Cells, Scenery
from engine.view.woods import crowns

FINENESS = 8.0  # pixels of the picture per cell, where it is not too large for that
ROUNDED = 0.6  # cells: how far the corners of cells are rounded off, so that single cells stay
HILLY = 30.0  # cells that a slope of no capacity would be high, for its light
SHADOW = 0.8  # cells to the right and down that what stands up throws its shadow

# Of the ground; soldiers of every palette stand out from those on which they can stand.
DEEP, SHORE, FOAM = (24, 50, 66), (52, 84, 92), (150, 172, 166)
FORD, PEBBLE = (104, 112, 98), (176, 172, 150)
MIRE, POOL, REED = (62, 60, 36), (26, 34, 34), (150, 146, 84)
SCREE, STONE = (112, 98, 72), (168, 158, 134)
PLASTER, ROOF = (146, 134, 112), (112, 98, 84)
PAVING, JOINT, TRODDEN, FLAGS = (150, 140, 118), (86, 78, 64), (104, 94, 74), (118, 110, 92)

Plane = Float[np.ndarray, "h w"]  # a value for each pixel


def painted_scenery(scenery: Scenery) -> UInt8[np.ndarray, "h w 4"]:
    """Return what lies over the meadow: red, green, blue times their cover, and the cover, from 0 to 255."""
    sheet = _Sheet(scenery)
    for name, paint in PAINTERS.items():
        if scenery.has(name):
            paint(sheet, scenery.cells(name))
    return sheet.pixels()


class _Sheet:
    """The picture in the making, and what painters need: planes of noise, soft outlines, light."""

    def __init__(self, scenery: Scenery) -> None:
        self.height = scenery.height
        self.fineness, (width, height) = painted_size(scenery.cover.shape, FINENESS)
        self.size = width, height
        self._light = np.zeros((height, width, 3), np.float32)
        self._cover = np.zeros((height, width), np.float32)
        self.x = (np.arange(width, dtype=np.float32) + 0.5)[None, :] / self.fineness  # of each pixel, in cells
        self.y = (np.arange(height, dtype=np.float32) + 0.5)[:, None] / self.fineness

    def lay(self, cover: Plane, colour: Colour | Float[np.ndarray, "h w 3"]) -> None:
        """Lay a colour over what is there; `cover` is from 0 to 1."""
        rows, columns = (np.flatnonzero((cover > 0.0).any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]  # beyond it nothing changes
        cover = np.clip(cover[part], 0.0, 1.0).astype(np.float32)
        colour = np.asarray(colour, np.float32)
        self._light[part] *= (1.0 - cover)[..., None]
        self._light[part] += cover[..., None] * (colour[part] if colour.ndim == 3 else colour)
        self._cover[part] += cover * (1.0 - self._cover[part])

    def enlarged(self, field: Float[np.ndarray, "H W"], smooth: bool = True) -> Plane:
        """Return a field of the cells for each pixel."""
        way = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
        return np.asarray(Image.fromarray(np.ascontiguousarray(field, np.float32)).resize(self.size, way))

    def noise(self, cells: float, seed: int) -> Plane:
        """Return smooth chance from 0 to 1 with a new value about every so many cells."""
        columns, rows = (max(round(side / self.fineness / cells), 2) for side in self.size)
        return self.enlarged(np.random.default_rng(seed).random((rows, columns)))

    def outline(self, cells: Cells, frayed: float = 0.3) -> Plane:
        """Return from 0 to 1 how far within these cells a pixel lies; 0.5 is their edge, frayed by noise."""
        rounded = gaussian_filter(cells.astype(np.float32), ROUNDED, mode="nearest")
        return self.enlarged(rounded) + frayed * (self.noise(0.8, 1) - 0.5)

    def depth(self, cells: Cells, most: int) -> Plane:
        """Return how many cells it is from each pixel to the edge of these cells, `most` at most."""
        inside = distance_transform_cdt(np.pad(cells, 1, mode="edge"), "chessboard")[1:-1, 1:-1]
        return self.enlarged(np.minimum(inside, most).astype(np.float32))

    def lit(self, relief: Plane, strength: float) -> Plane:
        """Return the light on a relief, whose heights are in cells: 1 where it is flat."""
        down, right = np.gradient(relief, 1.0 / self.fineness)
        return np.clip(1.0 + strength * (0.6 * right + 0.8 * down), 0.3, 1.7)

    def shadow(self, inside: Plane, reach: float = SHADOW, darkness: float = 0.55) -> None:
        """Darken the ground to the right of and below what stands up."""
        step = max(round(reach * self.fineness), 1)
        moved = np.pad(inside, ((step, 0), (step, 0)), mode="edge")[:-step, :-step]
        self.lay(darkness * _ramp(np.maximum(inside, moved), 0.25, 0.6), (0, 0, 0))

    def shaded(self, colour: Colour, light: Plane) -> Float[np.ndarray, "h w 3"]:
        """Return a colour in a light."""
        return np.minimum(np.asarray(colour, np.float32) * light[..., None], 255.0)

    def strewn(self, pitch: float, seed: int) -> tuple[Plane, Plane]:
        """Return distance in cells to the dot of a pixel's square, `pitch` cells wide, and a chance for that dot."""
        columns, rows = (int(side / self.fineness / pitch) + 2 for side in self.size)
        random = np.random.default_rng(seed)
        x, y, chance = random.random((3, rows, columns)).astype(np.float32)
        row, column = np.floor(self.y / pitch).astype(int), np.floor(self.x / pitch).astype(int)
        across = self.x - (column + 0.3 + 0.4 * x[row, column]) * pitch
        return np.hypot(across, self.y - (row + 0.3 + 0.4 * y[row, column]) * pitch), chance[row, column]

    def pixels(self) -> UInt8[np.ndarray, "h w 4"]:
        """Return the picture."""
        whole = np.concatenate([self._light, 255.0 * self._cover[..., None]], axis=-1)
        return np.rint(np.clip(whole, 0.0, 255.0)).astype(np.uint8)


def _ramp(values: Plane, low: float, high: float) -> Plane:
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def _stones(sheet: _Sheet, inside: Plane, pitch: float, share: float | Plane, colour: Colour, seed: int) -> None:
    """Strew stones, each with its shadow, over a share of the squares."""
    distance, chance = sheet.strewn(pitch, seed)
    there = inside * (chance < share)
    radius = pitch * 0.25
    step = max(round(0.12 * sheet.fineness), 1)
    below = np.pad(distance, ((step, 0), (step, 0)), mode="edge")[:-step, :-step]
    sheet.lay(0.6 * there * (1.0 - _ramp(below, radius, 1.5 * radius)), (18, 16, 12))
    sheet.lay(0.9 * there * (1.0 - _ramp(distance, 0.7 * radius, 1.1 * radius)), colour)


def _slope(sheet: _Sheet, cells: Cells) -> None:
    """Hillsides: the slower, the higher, the paler and the more strewn with stones."""
    inside = _ramp(sheet.outline(cells, 0.4), 0.25, 0.75)
    steep = sheet.enlarged(sheet.height)
    rise = sheet.enlarged(gaussian_filter(sheet.height, 2.0, mode="nearest"))
    light = sheet.lit(HILLY * rise + 0.5 * sheet.noise(1.5, 3), 0.45)
    sheet.lay(inside * (0.35 + 0.4 * np.clip(steep, 0.0, 1.0)), sheet.shaded(SCREE, light))
    sheet.lay(inside * 0.6 * np.clip(1.0 - light, 0.0, 1.0), (0, 0, 0))
    for pitch, seed in ((0.95, 5), (0.6, 6)):
        _stones(sheet, inside, pitch, np.clip(0.15 + 0.7 * steep, 0.0, 0.6), STONE, seed)


def _ford(sheet: _Sheet, cells: Cells) -> None:
    """Shallow water over a pale bed: pebbles, and many bright ripples."""
    inside = _ramp(sheet.outline(cells), 0.3, 0.6)
    sheet.lay(0.9 * inside, sheet.shaded(FORD, 0.85 + 0.3 * sheet.noise(2.5, 7)))
    waves = np.sin(6.0 * sheet.y + 5.0 * sheet.noise(3.0, 8) + 1.5 * np.sin(0.7 * sheet.x))
    sheet.lay(0.55 * inside * _ramp(waves, 0.75, 0.95), (206, 216, 206))
    _stones(sheet, inside, 1.3, 0.5, PEBBLE, 9)


def _swamp(sheet: _Sheet, cells: Cells) -> None:
    """Mire with pools, and reeds that stand in tufts."""
    inside = _ramp(sheet.outline(cells, 0.5), 0.3, 0.65)
    sheet.lay(0.8 * inside, sheet.shaded(MIRE, 0.7 + 0.6 * sheet.noise(1.2, 10)))
    pools = _ramp(sheet.noise(2.2, 11), 0.52, 0.6)
    sheet.lay(0.85 * inside * pools, POOL)
    sheet.lay(0.5 * inside * _ramp(pools, 0.05, 0.5) * (1.0 - _ramp(pools, 0.5, 0.95)), (120, 124, 96))
    distance, chance = sheet.strewn(1.5, 12)
    for offset, seed in ((0.0, 13), (0.25, 14), (0.5, 15)):
        blade = np.abs((sheet.x + offset + 0.15 * sheet.y) % 0.75 - 0.375)
        tall = sheet.noise(0.5, seed) > 0.4
        sheet.lay(0.8 * inside * (chance < 0.45) * tall * (distance < 0.5) * (1.0 - _ramp(blade, 0.04, 0.12)), REED)


def _water(sheet: _Sheet, cells: Cells) -> None:
    """Deep water: dark and still, with a pale shore and few long glints."""
    edge = sheet.outline(cells, 0.15)
    depth = sheet.depth(cells, 4) + 0.8 * (sheet.noise(4.0, 16) - 0.5)
    sheet.lay(0.5 * _ramp(edge, 0.1, 0.5), (40, 34, 24))
    inside = _ramp(edge, 0.45, 0.55)
    sheet.lay(inside, SHORE)
    sheet.lay(inside * _ramp(depth, 0.8, 3.5), DEEP)
    sheet.lay(0.7 * _ramp(edge, 0.42, 0.5) * (1.0 - _ramp(edge, 0.55, 0.68)), FOAM)
    waves = np.sin(3.4 * sheet.y + 9.0 * sheet.noise(6.0, 17))
    sheet.lay(0.22 * inside * _ramp(waves, 0.93, 1.0) * _ramp(sheet.noise(2.5, 18), 0.45, 0.65), (190, 214, 220))


def _rock(sheet: _Sheet, cells: Cells) -> None:
    """Crags: grey, steep at their edge, with a long shadow."""
    edge = sheet.outline(cells, 0.5)
    sheet.shadow(edge, 1.1, 0.6)
    inside = _ramp(edge, 0.38, 0.5)
    broad = sheet.depth(cells, 5)
    ridges = np.abs(sheet.noise(3.2, 19) - 0.5) + 0.5 * np.abs(sheet.noise(1.4, 20) - 0.5)
    relief = 0.45 * broad + (1.6 + 0.35 * broad) * ridges + 0.5 * sheet.noise(0.6, 21) + 1.2 * np.minimum(edge, 1.0)
    light = sheet.lit(relief, 0.42)
    grain = 0.9 + 0.2 * sheet.noise(0.3, 22)
    sheet.lay(inside, sheet.shaded(ROCK, light * grain * (0.95 + 0.06 * broad)))


def _trees(sheet: _Sheet, cells: Cells) -> None:
    """A wood: round crowns, lit each for itself, over dark ground."""
    sheet.shadow(sheet.outline(cells, 0.2), 0.9, 0.6)
    light, cover, tint = crowns(cells, sheet.fineness, sheet.size)
    colour = np.stack([30 + 26 * tint, 58 + 22 * tint, 34 + 6 * tint], axis=-1) * light[..., None]
    sheet.lay(0.8 * _ramp(sheet.outline(cells, 0.2), 0.35, 0.6), (14, 22, 14))
    sheet.lay(cover, np.minimum(colour, 255.0))


def _walls(sheet: _Sheet, cells: Cells) -> None:
    """Buildings from above: a pale rim, a roof whose sides are lit or dark, rows of shingles, a hard shadow."""
    crisp = sheet.enlarged(cells.astype(np.float32), smooth=False)
    sheet.shadow(crisp, 1.0, 0.65)
    far = distance_transform_cdt(np.pad(cells, 1, mode="edge"), "chessboard")[1:-1, 1:-1].astype(np.float32)
    height = sheet.enlarged(far)
    down, right = np.gradient(height, 1.0 / sheet.fineness)
    light = np.clip(1.0 + 0.25 * right + 0.35 * down, 0.5, 1.6)
    courses = 0.9 + 0.1 * np.sign(np.sin(2.0 * np.pi * 1.6 * height))
    sheet.lay(crisp, sheet.shaded(ROOF, light * courses * (0.92 + 0.16 * sheet.noise(0.4, 23))))
    rim = crisp * (1.0 - _ramp(sheet.enlarged(cells.astype(np.float32)), 0.6, 0.72))
    sheet.lay(rim, sheet.shaded(PLASTER, 0.9 + 0.2 * sheet.noise(0.7, 24)))


def _bridge(sheet: _Sheet, cells: Cells) -> None:
    """A bridge of stones laid in rows, with dark edges."""
    crisp = sheet.enlarged(cells.astype(np.float32), smooth=False)
    row = np.floor(sheet.y / 0.9)
    brick = (sheet.x + 0.75 * (row % 2)) % 1.5
    joint = np.minimum(np.minimum(brick, 1.5 - brick), np.minimum(sheet.y % 0.9, 0.9 - sheet.y % 0.9))
    sheet.lay(crisp, sheet.shaded(PAVING, 0.8 + 0.25 * sheet.noise(0.8, 25)))
    sheet.lay(0.7 * crisp * (1.0 - _ramp(joint, 0.05, 0.13)), JOINT)


def _street(sheet: _Sheet, cells: Cells) -> None:
    """Trodden ground around buildings."""
    sheet.lay(
        0.6 * _ramp(sheet.outline(cells, 0.4), 0.2, 0.8), sheet.shaded(TRODDEN, 0.85 + 0.3 * sheet.noise(1.0, 26))
    )


def _square(sheet: _Sheet, cells: Cells) -> None:
    """A market place, laid with flags of two sizes, worn and overgrown here and there."""
    inside = _ramp(sheet.outline(cells, 0.25), 0.35, 0.65)
    row = np.floor(sheet.y / 1.2)
    length = np.where(row % 2 < 1, 1.8, 1.3)
    across, along = (sheet.x + 0.7 * row) % length, sheet.y % 1.2
    joint = np.minimum(np.minimum(across, length - across), np.minimum(along, 1.2 - along))
    worn = 0.6 + 0.3 * sheet.noise(5.0, 27)
    sheet.lay(worn * inside, sheet.shaded(FLAGS, 0.8 + 0.3 * sheet.noise(0.9, 28)))
    sheet.lay(0.6 * worn * inside * (1.0 - _ramp(joint, 0.05, 0.15)), JOINT)


PAINTERS = {  # by cover, lowest first
    STREET: _street,
    SQUARE: _square,
    "slope": _slope,
    "ford": _ford,
    "swamp": _swamp,
    "water": _water,
    BRIDGE: _bridge,
    "rock": _rock,
    "trees": _trees,
    "walls": _walls,
}
