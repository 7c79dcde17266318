"""Targets fitted to their ground by way: an order never takes cells across a wall that separates.

A target that touches no closed cell is what the order alone makes of it. Any other keeps to the part of the ground
that the regiment can reach, and there to what hangs together with the order's place inside the order's own outline;
what that cannot hold goes to the cells that are nearest to it by way.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float

from engine.formations.formation import FormationError
from engine.formations.mass import FULLEST, fill
from engine.formations.ways import cell_at, nearest_cell, ways_on
from engine.orders import Place
from engine.plugin import Ground

Field = Float[np.ndarray, "H W"]
Cells = Bool[np.ndarray, "H W"]

ROOMY = 0.95  # of the most room around any place, that has to lie around where an army musters
OCTILE = 1.0824  # ways over open cells are at most so many times as long as straight lines: `fields.geodesics`
MUSTER_RIM = 3.0  # cells around a crowd that are kept open where it musters
RIM = 0.5  # of a signed distance: the outline's edge covers a cell in part below it
FIRST_REACH = 8.0  # cells of way that are looked at first beyond an outline, and a square's side as large as the army


def laid_out(
    distance: Field,
    mass: float,
    space: Field,
    ground: Ground,
    *,
    place: Cells,
    around: Cells | None = None,
    part: int | None = None,
    softness: float = 1.0,
) -> Field:
    """Return a target of exactly that mass, on the ground and by way.

    `distance` is signed, to the order's outline, in units of `softness` cells; `space` is what each cell may hold, at
    the formation's density and on the lattice. `place` are the cells that the order names: the one at its centre, those
    under a line, those painted; and `around` those that belong together if ways inside of them connect them, by default
    all that would be filled on open ground. `part` is the part of the ground that the army stands in; None: it stands
    nowhere yet. Raises FormationError where no way leads there, or where the part has too little room.
    """
    target = fill(distance, mass, space)
    if ground.open_cells.all():
        return target
    if not place.any():  # a line off the field, or paint smaller than a cell
        place = distance == distance.min()
    ways, filled = ways_on(ground), target > 0
    touched = distance <= distance[filled].max()
    named = _named(place, distance, ground.open_cells)
    own = ways.parts == (_part_of(named, place, ways.parts) if part is None else part)
    if own[filled].all() and ground.open_cells[touched].all():
        return target
    if 2 * (named & own).sum() < named.sum():
        raise FormationError("no way leads there from where they stand")
    space = _space_in(own, space, mass, ground)
    near = _joined((touched if around is None else around) & own, place & own, place, own)
    reach = FIRST_REACH + math.sqrt(mass)
    known = np.minimum(distance, distance[np.isfinite(distance)].max())  # of painted ground: near the paint alone
    while True:
        by_way = np.maximum(known, ways.distances(near, reach) / softness)
        by_way = np.where(near, known, np.where(own, by_way, np.inf))
        if space[np.isfinite(by_way)].sum() * FULLEST >= mass or math.isinf(reach):
            target = fill(by_way, mass, space)
            if by_way[target > 0].max() * softness <= reach:
                return target
        reach = math.inf if reach > sum(ground.grid) else 2 * reach


def _named(place: Cells, distance: Field, open_cells: Cells) -> Cells:
    """Return the open cells that an order names, or else those that its outline covers in part; there may be none."""
    named = place & open_cells
    return named if named.any() else (distance < RIM) & open_cells


def _part_of(named: Cells, place: Cells, parts: np.ndarray) -> int:
    """Return the part that most of the named cells lie in, or that of the open cell nearest to the place."""
    if named.any():
        return int(np.bincount(parts[named]).argmax())
    return int(parts[_nearest(place, parts >= 0)])


def _space_in(own: Cells, space: Field, mass: float, ground: Ground) -> Field:
    """Return the space in a part, at full density where the formation's own would not do. Raises FormationError."""
    within = np.where(own, space, 0.0)
    if within.sum() * FULLEST >= mass:
        return within
    room = np.where(own, np.broadcast_to(ground.capacity, ground.grid), 0.0).astype(np.float64)
    if room.sum() * FULLEST < mass:
        most = room.sum() * FULLEST
        raise FormationError(f"there is too little room there: for a mass of {most:g}, and not of {mass:g}")
    return room


def _joined(around: Cells, anchors: Cells, place: Cells, own: Cells) -> Cells:
    """Return the cells of `around` that hang together with the anchors, or with the own cell nearest to the place."""
    from scipy.ndimage import label  # late, here and below: a list of formations needs no SciPy

    if not anchors.any():
        anchors = np.zeros_like(own)
        anchors[_nearest(place, own)] = True
    pieces, _ = label(around | anchors)
    return np.isin(pieces, np.unique(pieces[anchors]))


def _nearest(place: Cells, among: Cells) -> tuple[int, int]:
    """Return the row and column of the one of some cells that is nearest to a place, as the crow flies."""
    from scipy.ndimage import distance_transform_edt

    away = np.where(among, distance_transform_edt(~place), np.inf)
    row, column = np.unravel_index(int(np.argmin(away)), away.shape)
    return int(row), int(column)


def centre_cell(centre: Place, grid: tuple[int, int]) -> Cells:
    """Return the cell at a centre, or the nearest one of the field, as the only one that an order names."""
    cells = np.zeros(grid, dtype=bool)
    cells[cell_at(centre, grid)] = True
    return cells


def pushed_by_way(place: Place, pushed: Place, ground: Ground) -> Place:
    """Return the place that an order is pushed to, or where that lies behind a wall the last one before it.

    That is the last on the straight line between the two to which a way leads, from `place`, no longer than over open
    ground. A place on closed ground stands for the nearest open cell, at both ends.
    """
    start = np.clip(place, 0.0, ground.grid[::-1])
    shift = np.asarray(pushed) - start
    length = math.hypot(*shift)
    if length == 0 or ground.open_cells.all():
        return pushed
    cells = np.zeros(ground.grid, dtype=bool)
    cells[_open_cell(place, ground)] = True
    away = ways_on(ground).distances(cells, OCTILE * (length + math.sqrt(2)))
    shares = np.linspace(0, 1, math.ceil(2 * length) + 1)  # every half a cell
    points = [(float(x), float(y)) for x, y in start + shares[:, None] * shift]
    ways = np.array([away[cell_at(point, ground.grid)] for point in points])
    ways[-1] = away[_open_cell(pushed, ground)]
    reached = np.flatnonzero(ways <= OCTILE * (shares * length + math.sqrt(2)))  # from middle to middle of cells
    return points[reached[-1]] if len(reached) and reached[-1] < len(points) - 1 else pushed


def _open_cell(place: Place, ground: Ground) -> tuple[int, int]:
    """Return the row and the column of the cell at a place, or of the nearest one that is open."""
    at = cell_at(place, ground.grid)
    return at if ground.open_cells[at] else nearest_cell(place, ground.open_cells)


def largest_part(ground: Ground) -> Cells:
    """Return the cells of the part of the ground that holds most."""
    parts = ways_on(ground).parts
    room = np.broadcast_to(ground.capacity, ground.grid)[parts >= 0]
    return parts == int(np.bincount(parts[parts >= 0], room).argmax())


def largest_room(ground: Ground) -> float:
    """Return the mass that the largest part of the ground holds."""
    return float(np.where(largest_part(ground), ground.capacity, 0.0).sum(dtype=np.float64))


def reachable_place(place: Place, ground: Ground) -> Place:
    """Return the place, or where it does not lie in the largest part of the ground the nearest cell that does."""
    if ground.open_cells.all():
        return place
    own = largest_part(ground)
    if own[cell_at(place, ground.grid)]:
        return place
    row, column = _nearest(centre_cell(place, ground.grid), own)
    return column + 0.5, row + 0.5


def muster_place(mass: float, ground: Ground) -> Place:
    """Return where an army of that mass has room to muster: the field's middle, if it is open around.

    Else it is the cell nearest to that, in the largest part, around which about as much room lies as anywhere: in a
    disc that holds the mass and a rim of MUSTER_RIM.
    """
    if ground.open_cells.all():
        return ground.middle
    from scipy.signal import fftconvolve

    own, reach = largest_part(ground), math.sqrt(mass / math.pi) + MUSTER_RIM
    y, x = np.ogrid[-int(reach) : int(reach) + 1, -int(reach) : int(reach) + 1]
    around = fftconvolve(np.where(own, ground.capacity, 0.0), (np.hypot(x, y) <= reach).astype(float), mode="same")
    enough = own & (around >= ROOMY * around[own].max())
    if enough[cell_at(ground.middle, ground.grid)]:
        return ground.middle
    row, column = _nearest(centre_cell(ground.middle, ground.grid), enough)
    return column + 0.5, row + 0.5
