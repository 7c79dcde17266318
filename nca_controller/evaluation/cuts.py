"""How long a mass takes through a gate: the nested-cut bound, over cuts that part a ground in two.

A cut is a set of cells, the start's side; its faces are those between it and the open cells beyond. Mass has at most
the top speed and a cell holds at most its capacity, so a cell sends across its faces at most its capacity times the
speed in each unit of time, and sqrt 2 times that where it leaves along both axes.

Let q be what must cross for the share that is asked for: share x target less the mass that starts beyond, less the
target on the start's side. Let A(s) be the mass that can reach the cut before s, B(d) the target that can be reached
from it in less than d. Then for every s and d with q - A(s) - B(d) > 0

    T >= s + d + (q - A(s) - B(d)) / throughput.

For what has not crossed by T - d is more than d away from all of the target beyond but B(d), so q - B(d) must have
crossed by then; and by then at most A(s) + throughput (T - d - s) has. All lengths stand for times at unit speed:
cells. They are any-angle distances, of which none is too long, so that every cut gives a true bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import label

from engine.fields import Geodesics
from engine.plugin import Ground
from nca_controller.evaluation.any_angle import AnyAngle, Points, cell_centres

LEVEL_STEP = 1.5  # cells between two level sets of one family
TRIED = 8  # cuts of each family whose distances are reckoned: those that keep the mass the longest
SAMPLE_GAP = 0.25  # cells from any point of a face to the nearest of its two ends and its middle


@dataclass(frozen=True, eq=False)
class Cut:
    """A set of cells, what it can send away, and what must leave it."""

    inside: Bool[np.ndarray, "H W"]
    throughput: float  # mass for each cell of way at top speed
    needed: float  # mass


def cut_bound(
    mass: Float[np.ndarray, "H W"],
    target: Float[np.ndarray, "H W"],
    share: float,
    ground: Ground,
    ways: AnyAngle,
) -> float:
    """Return the greatest of the cuts' bounds, in cells; 0 for none, inf where too little has a way.

    `ways` has the ground's cells, or more open ones: distances may be too short.
    """
    start, end = mass > 0, target > 0
    links = ways.links(cell_centres(start)), ways.links(cell_centres(end))
    grid_ways = Geodesics(ground.open_cells, ground.boundary == "torus")
    best = 0.0
    for cut in promising(mass, target, share, ground, grid_ways):
        if cut.throughput == 0:  # some of what is needed has no way
            return np.inf
        here, there = cut.inside[start], ~cut.inside[end]
        masses = mass[start][here].astype(np.float64), target[end][there].astype(np.float64)
        rim = grid_ways.distances(face_cells(cut.inside, ground)) + 1  # never shorter than the distances below
        if crossing(rim[start][here], masses[0], rim[end][there], masses[1], cut) <= best:
            continue
        faces = face_points(cut.inside, ground)
        reach = [
            np.maximum(ways.from_nearest(faces, cell_centres(cells)[chosen], link[chosen]) - SAMPLE_GAP, 0)
            for cells, chosen, link in zip((start, end), (here, there), links, strict=True)
        ]
        best = max(best, crossing(reach[0], masses[0], reach[1], masses[1], cut))
    return best


def crossing(
    before: Float[np.ndarray, " n"],
    mass: Float[np.ndarray, " n"],
    beyond: Float[np.ndarray, " m"],
    target: Float[np.ndarray, " m"],
    cut: Cut,
) -> float:
    """Return the bound of one cut; `before` are the distances of the mass to it, `beyond` those of the target."""
    (s, held), (d, near) = nested(before, mass), nested(beyond, target)
    left = cut.needed - held[:, None] - near
    possible = left > 1e-6  # mass; what rounding leaves is none
    if not possible.any():
        return 0.0
    return float((s[:, None] + d + left / cut.throughput)[possible].max())


def nested(
    far: Float[np.ndarray, " n"], mass: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Return distances in ascending order, and how much mass is nearer than each."""
    each, place = np.unique(np.append(far, 0.0), return_inverse=True)
    at = np.bincount(place[:-1], weights=mass, minlength=len(each))
    return each, np.cumsum(at) - at


def promising(
    mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], share: float, ground: Ground, ways: Geodesics
) -> list[Cut]:
    """Return the cuts of each family that keep the mass the longest, without those that keep none."""
    from_start, from_end = ways.distances(mass > 0), ways.distances(target > 0)
    with np.errstate(invalid="ignore"):
        difference = from_start - from_end
    families = -from_end, from_start, difference  # they grow on the way
    best: list[Cut] = []
    for family in families:
        cuts = {cut.inside.tobytes(): cut for cut in level_cuts(family, mass, target, share, ground)}
        best += sorted(cuts.values(), key=lambda cut: cut.needed / max(cut.throughput, 1e-9), reverse=True)[:TRIED]
    return sorted(best, key=lambda cut: cut.needed / max(cut.throughput, 1e-9), reverse=True)


def level_cuts(
    family: Float[np.ndarray, "H W"],
    mass: Float[np.ndarray, "H W"],
    target: Float[np.ndarray, "H W"],
    share: float,
    ground: Ground,
) -> Iterator[Cut]:
    """Yield the cuts at level sets of a field that grows on the way, those that mass must cross."""
    finite = family[np.isfinite(family) & ground.open_cells]
    if not len(finite):
        return
    for level in np.arange(finite.min() + LEVEL_STEP / 2, finite.max(), LEVEL_STEP):
        inside = without_holes((family < level) & ground.open_cells, mass, target, ground.open_cells)
        beyond = ground.open_cells & ~inside
        needed = (
            share * target.sum(dtype=np.float64)
            - mass[beyond].sum(dtype=np.float64)
            - target[inside].sum(dtype=np.float64)
        )
        if needed > 0:
            yield Cut(inside, throughput(inside, ground), float(needed))


def without_holes(
    inside: Bool[np.ndarray, "H W"],
    mass: Float[np.ndarray, "H W"],
    target: Float[np.ndarray, "H W"],
    open_cells: Bool[np.ndarray, "H W"],
) -> Bool[np.ndarray, "H W"]:
    """Return the cells without parts that hold no mass, and with parts beyond that hold no target: fewer faces."""
    labels, count = label(inside)
    held = np.bincount(labels.ravel(), weights=mass.ravel(), minlength=count + 1) > 0
    inside = inside & held[labels]
    labels, count = label(open_cells & ~inside)
    wanted = np.bincount(labels.ravel(), weights=target.ravel(), minlength=count + 1) > 0
    return inside | (open_cells & ~inside & ~wanted[labels])


def faces(inside: Bool[np.ndarray, "H W"], ground: Ground) -> dict[tuple[int, int], Bool[np.ndarray, "H W"]]:
    """Return, for each step to a neighbour (rows, columns), which cells of a set it leads out of the set."""
    torus = ground.boundary == "torus"
    beyond = np.pad(ground.open_cells & ~inside, 1, mode="wrap" if torus else "constant")
    height, width = inside.shape
    return {
        (dy, dx): inside & beyond[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        for dy, dx in ((0, -1), (0, 1), (-1, 0), (1, 0))
    }


def face_cells(inside: Bool[np.ndarray, "H W"], ground: Ground) -> Bool[np.ndarray, "H W"]:
    """Return the cells of a set that have faces to open cells beyond."""
    return np.any(list(faces(inside, ground).values()), axis=0)


def throughput(inside: Bool[np.ndarray, "H W"], ground: Ground) -> float:
    """Return how much mass can leave a set of cells while it goes one cell at top speed."""
    out = faces(inside, ground)
    axes = (out[0, -1] | out[0, 1]).astype(np.float64) + (out[-1, 0] | out[1, 0])
    return float((np.sqrt(axes) * np.where(ground.open_cells, ground.capacity, 0.0)).sum())


def face_points(inside: Bool[np.ndarray, "H W"], ground: Ground) -> Points:
    """Return both ends and the middle of every face of a set of cells, in half cells."""
    points = []
    for (dy, dx), cells in faces(inside, ground).items():
        middle, along = cell_centres(cells) + np.array([dy, dx]), np.array([dx, dy])
        points += [middle, middle + along, middle - along]
    return np.unique(np.concatenate(points), axis=0)
