"""The scenery of a scene: what each cell of the field is covered with, and how high the ground stands there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from scipy.ndimage import binary_fill_holes, binary_opening, distance_transform_cdt

from engine.io import CLOSED_MATERIALS, MATERIALS, SLOW_MATERIALS
from engine.view.scene import Scene

BRIDGE, STREET, SQUARE = "bridge", "street", "square"  # open ground that is seen to be one, by what lies beside it
COVERS = (*MATERIALS, BRIDGE, STREET, SQUARE)  # what an index of a cover stands for; 0 is meadow
NARROW = 14  # cells across between water and water up to which open ground is a bridge
LONG = 4  # cells along which it is so, at least
NEAR = 3  # cells from a building up to which open ground is a street
GATE = 8  # cells from either side up to which a gap between buildings is one of a town, and no way out of it
ROOMY = 6  # cells from buildings beyond which a street is a square

Cells = Bool[np.ndarray, "H W"]


@dataclass(frozen=True, eq=False)
class Scenery:
    """What the field is covered with; two are the same where they are the same object."""

    cover: UInt8[np.ndarray, "H W"]  # of each cell, an index into COVERS
    height: Float[np.ndarray, "H W"]  # 0 on open ground, the share of its capacity that a slope lacks, 1 on rock

    def cells(self, name: str) -> Cells:
        """Return the cells that are covered with it."""
        return self.cover == COVERS.index(name)

    def has(self, name: str) -> bool:
        """Return whether any cell is covered with it."""
        return bool(self.cells(name).any())

    def same_as(self, other: Scenery) -> bool:
        """Return whether another would be painted alike."""
        return np.array_equal(self.cover, other.cover) and np.array_equal(self.height, other.height)


class Survey:
    """Keeps the scenery of the last scene, so that what is the same ground is the same object."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._found: Scenery | None = None

    def of(self, scene: Scene) -> Scenery | None:
        """Return the scenery of a scene; None where all of the field is open ground."""
        asked = (scene.grid, scene.open_cells, scene.capacity, scene.materials)
        if len(self._of) != len(asked) or any(one is not other for one, other in zip(asked, self._of, strict=True)):
            found = scenery(scene)
            if found is None or self._found is None or not found.same_as(self._found):
                self._found = found
            self._of = asked
        return self._found


def scenery(scene: Scene) -> Scenery | None:
    """Return what covers the field of a scene; None where all of it is open ground.

    What its materials say counts where it fits the cell: closed cells of which nothing is said are rock, slow ones a
    slope.
    """
    open_cells = np.ones(scene.grid, bool) if scene.open_cells is None else scene.open_cells
    capacity = np.broadcast_to(np.asarray(scene.capacity, np.float32), scene.grid)
    slow = open_cells & (capacity < capacity[open_cells].max(initial=0.0))
    if open_cells.all() and not slow.any():
        return None
    said = np.zeros(scene.grid, np.uint8) if scene.materials is None else scene.materials
    cover = np.zeros(scene.grid, np.uint8)
    for cells, names in ((~open_cells, CLOSED_MATERIALS), (slow, SLOW_MATERIALS)):
        cover[cells] = COVERS.index(names[0])
        fitting = cells & np.isin(said, [COVERS.index(name) for name in names])
        cover[fitting] = said[fitting]
    free = cover == 0
    walls = cover == COVERS.index("walls")
    if walls.any():
        away = distance_transform_cdt(~walls, "chessboard")
        town = _within(away)
        cover[free & (town | (away <= NEAR))] = COVERS.index(STREET)
        cover[free & town & _roomy(town & (away > ROOMY))] = COVERS.index(SQUARE)
    cover[free & _between(np.isin(cover, [COVERS.index("water"), COVERS.index("ford")]))] = COVERS.index(BRIDGE)
    height = np.where(cover == COVERS.index("slope"), 1.0 - capacity, 0.0)
    height[cover == COVERS.index("rock")] = 1.0
    return Scenery(cover, height.astype(np.float32))


def _within(away: Int[np.ndarray, "H W"]) -> Cells:
    """Return the cells between buildings and within rings of them; `away` is the distance in cells to the nearest."""
    closed = binary_fill_holes(away <= GATE)
    within: Cells = distance_transform_cdt(np.pad(closed, 1), "chessboard")[1:-1, 1:-1] > GATE
    return within


def _roomy(middle: Cells) -> Cells:
    """Return the cells of squares, of which these are the middle; lanes that are a little too wide are none."""
    middle = binary_opening(middle, np.ones((LONG, LONG), bool))
    if not middle.any():
        return middle
    roomy: Cells = distance_transform_cdt(~middle, "chessboard") <= ROOMY // 2
    return roomy


def _between(water: Cells) -> Cells:
    """Return the cells of dry strips at most NARROW across, along rows or columns, with water at both sides.

    A strip is at least LONG cells long: a bend of a river is no bridge.
    """
    across = _dry_runs(water), _dry_runs(water.T).T
    rows, columns = np.ones((LONG, 1), bool), np.ones((1, LONG), bool)
    bridges: Cells = binary_opening(across[0], rows) | binary_opening(across[1], columns)
    return bridges


def _dry_runs(water: Cells) -> Cells:
    """Return the cells of dry runs along rows, at most NARROW long, with water at both ends."""
    found = np.zeros_like(water)
    for line, out in zip(water, found, strict=True):
        wet = np.flatnonzero(line)
        gaps = np.diff(wet)
        narrow = (gaps > 1) & (gaps <= NARROW + 1)
        for start, gap in zip(wet[:-1][narrow], gaps[narrow], strict=True):
            out[start + 1 : start + gap] = True
    return found
