"""Slots: the place of each soldier in rank and file, on a target density. NumPy only.

Coordinates are the formation's own: `across` runs along the front to the right, `ahead` towards the enemy, in cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.fields import bilinear, deposit

Slots = Float[np.ndarray, "N 2"]
Field = Float[np.ndarray, "H W"]

UNEVEN = 0.02  # share of the soldiers that may be misplaced before the target may count as uneven
BETTER = 0.2  # slots for an uneven target are taken where they leave less than this part of that share
BLUR = 3  # cells, or intervals where those are longer, within which a slot is not misplaced
SAMPLES_PER_RANK = 3  # rows of samples, where the density is uneven
MOST_ELONGATED = 1.9  # the longer of the two intervals over the shorter, at most, where possible
CENTRE_BIAS = 1e-6  # full densities that a slot one cell nearer to the middle is worth
RIM = 0.05  # cells within the rim of a filled cell, where a slot outside is moved
SNAP_BATCH = 64  # slots moved there together, which bounds the memory
THINNEST_RANK = 0.05  # share of the full density: where it is less, ranks are as if it were this


@dataclass(frozen=True)
class Box:
    """A full rectangle within a formation, in the formation's own coordinates."""

    across: float  # its middle, in cells
    ahead: float
    frontage: float
    depth: float


def slots_on(
    target: Field,
    count: int,
    *,
    centre: tuple[float, float],
    front: float,
    intervals: tuple[float, float] = (1.0, 1.0),
    stagger: bool = False,
    boxes: tuple[Box, ...] = (),
) -> Slots:
    """Return so many slots, (x, y) in cells, from the front rank's left flank to the rear's right.

    `front` is in radians clockwise from up. `intervals` are those between files and between ranks, of which only the
    proportion counts here; with `stagger` every second rank stands in the gaps of the one before it. A target that is
    made of `boxes` is filled box by box. Raises ValueError for a count below 1, or for a target that holds nothing.
    """
    if count < 1 or not target.any():
        raise ValueError(f"{count} men cannot stand on a mass of {target.sum():g}")
    skew = intervals[0] / intervals[1]
    corner, part = cut_out(target)
    centre = centre[0] - corner[0], centre[1] - corner[1]
    if boxes:
        counts = apportioned(np.array([box.frontage * box.depth for box in boxes]), count)
        local = np.concatenate([rows(box, int(n), skew, stagger) for box, n in zip(boxes, counts, strict=True) if n])
    else:
        local = lattice(part, count, centre, front, skew, stagger)
        misplaced_share = misplaced(world(local, centre, front), part)
        if misplaced_share > UNEVEN:
            uneven = ranks(part, count, centre, front, skew)
            local = uneven if misplaced(world(uneven, centre, front), part) < BETTER * misplaced_share else local
    local = local[np.lexsort((local[:, 0], -np.round(local[:, 1], 6)))]
    return snapped(world(local, centre, front) + np.array(corner), target)


def cut_out(target: Field) -> tuple[tuple[int, int], Field]:
    """Return the part of the field that holds anything, with two empty cells around it, and its corner (x, y)."""
    rows, columns = np.flatnonzero(target.any(axis=1)), np.flatnonzero(target.any(axis=0))
    top, left = max(rows[0] - 2, 0), max(columns[0] - 2, 0)
    return (int(left), int(top)), target[top : rows[-1] + 3, left : columns[-1] + 3]


def world(local: Slots, centre: tuple[float, float], front: float) -> Slots:
    """Return slots (across, ahead) of a formation as (x, y) on the field, in cells."""
    cos, sin = math.cos(front), math.sin(front)
    across, ahead = local.T
    # Number by number: a matrix product may round the same slot differently among others.
    return np.stack([across * cos + ahead * sin + centre[0], across * sin - ahead * cos + centre[1]], axis=1)


def snapped(position: Slots, target: Field) -> Slots:
    """Return the slots, with those on an empty cell moved to the nearest point of a cell that is not."""
    height, width = target.shape
    cell = np.clip(np.floor(position).astype(np.int64), 0, (width - 1, height - 1))
    outside = np.flatnonzero(
        (target[cell[:, 1], cell[:, 0]] == 0) | (position != np.clip(position, cell, cell + 1)).any(1)
    )
    if len(outside):
        position = position.copy()
        filled = np.argwhere(target > 0)[:, ::-1]
        for batch in np.array_split(outside, -(-len(outside) // SNAP_BATCH)):
            inner = np.clip(position[batch, None], filled + RIM, filled + 1 - RIM)
            nearest = ((inner - position[batch, None]) ** 2).sum(axis=2).argmin(axis=1)
            position[batch] = inner[np.arange(len(batch)), nearest]
    return position


def apportioned(weights: Float[np.ndarray, " K"], count: int) -> np.ndarray:
    """Return whole numbers in proportion to the weights, with `count` as their sum, by largest remainders."""
    quota = weights * (count / weights.sum())
    counts = np.floor(quota).astype(np.int64)
    counts[np.argsort(counts - quota, kind="stable")[: count - counts.sum()]] += 1
    return counts


def rows(box: Box, count: int, skew: float, stagger: bool) -> Slots:
    """Return the slots in a box: aligned files, full ranks, and what is left over in the rear rank.

    The rear rank's depth is in proportion to its soldiers, so that the density is the same everywhere.
    """
    deep, files = grid(count, box, skew)
    rear = count - (deep - 1) * files
    interval, distance = box.frontage / files, box.depth / (deep - 1 + rear / files)
    rank = np.repeat(np.arange(deep), [files] * (deep - 1) + [rear])
    file = np.concatenate([np.tile(np.arange(files), deep - 1), spread(rear, files)])
    across = (file + 0.5) * interval - box.frontage / 2
    if stagger and deep > 1:
        across += np.where(rank % 2, 0.25, -0.25) * interval
    # Soldiers of a short rear rank keep their distance from those before them.
    behind = np.where(rank == deep - 1, max(deep - 1 + rear / files / 2, deep - 0.75), rank + 0.5)
    ahead = box.depth / 2 - np.minimum(behind * distance, box.depth)
    return np.stack([box.across + across, box.ahead + ahead], axis=1)


def grid(count: int, box: Box, skew: float) -> tuple[int, int]:
    """Return ranks and files for so many slots: intervals near `skew` and not elongated, the rear rank well filled."""
    ratio = box.frontage / box.depth
    ideal = math.sqrt(count * skew / ratio)
    depths = set(range(max(1, math.floor(ideal * 0.85)), min(count, math.ceil(ideal * 1.18)) + 1))
    # Where files are few, not every depth has full ranks.
    depths |= {-(-count // max(1, math.floor(count / ideal) + more)) for more in (0, 1)}
    best, least = (1, count), math.inf
    for deep in sorted(depths):
        files = -(-count // deep)
        rear = count - (deep - 1) * files
        if rear < 1:
            continue
        short, wide = 1 - rear / files, ratio * deep / files  # `wide`: interval between files over that between ranks
        cost = abs(math.log(wide / skew)) + 0.3 * short + (1.0 if short > 0.6 else 0.0)
        cost += max(abs(math.log(wide)) - math.log(MOST_ELONGATED), 0.0) * 10
        if cost < least:
            best, least = (deep, files), cost
    return best


def spread(count: int, files: int) -> np.ndarray:
    """Return the files, evenly apart, of a rank with fewer soldiers than files."""
    return np.floor((np.arange(count) + 0.5) * files / count).astype(np.int64)


def lattice(target: Field, count: int, centre: tuple[float, float], front: float, skew: float, stagger: bool) -> Slots:
    """Return the slots of a lattice of ranks and files that have the most target under them.

    The lattice is as dense as the target, so that its sharp edge lies where the target fills half of a cell.
    """
    full = float(np.quantile(target[target > 0], 0.95))
    area = float(target.sum(dtype=np.float64)) / count / full  # cells to a soldier
    interval, distance = math.sqrt(area * skew), math.sqrt(area / skew)
    left, right, rear, before = reach(target, centre, front)
    best: Slots | None = None
    most = -math.inf
    for shift in (0.0, 0.5):  # a file, or a gap, in the middle
        file = np.arange(math.floor(left / interval) - 1, math.ceil(right / interval) + 2) + shift
        rank = np.arange(math.floor((before - rear) / distance) + 2) + 0.5
        across, ahead = np.meshgrid(file * interval, before - rank * distance)
        if stagger:
            across = across + np.where(np.arange(len(rank)) % 2, 0.25, -0.25)[:, None] * interval
        local = np.stack([across.ravel(), ahead.ravel()], axis=1)
        under = sample_target(target, world(local, centre, front))
        if (under > 0).sum() < count:
            continue
        # Of two equally good slots take the one nearer to the middle, so that flanks stay straight.
        worth = np.where(under > 0, under - CENTRE_BIAS * full * np.abs(local).sum(axis=1), -math.inf)
        chosen = np.argpartition(-worth, count - 1)[:count]
        filled = float(np.minimum(under[chosen], full).sum())
        if filled > most:
            best, most = local[chosen], filled
    return ranks(target, count, centre, front, skew) if best is None else best


def reach(target: Field, centre: tuple[float, float], front: float) -> tuple[float, float, float, float]:
    """Return the coordinates of the target's left and right flank, rear and front, in cells."""
    row, column = np.nonzero(target > 0.5 * target.max())
    x, y = column + 0.5 - centre[0], row + 0.5 - centre[1]
    cos, sin = math.cos(front), math.sin(front)
    across, ahead = x * cos + y * sin, x * sin - y * cos
    rim = 0.5 * (abs(cos) + abs(sin))
    return across.min() - rim, across.max() + rim, ahead.min() - rim, ahead.max() + rim


def sample_target(target: Field, position: Slots) -> Float[np.ndarray, " N"]:
    """Return the target under each position, interpolated between cells; 0 off the field and on empty cells."""
    height, width = target.shape
    padded = np.pad(target, 1)  # so that positions off the field, once clipped, lie on an empty rim
    column = np.clip(np.floor(position[:, 0]).astype(np.int64), -1, width) + 1
    row = np.clip(np.floor(position[:, 1]).astype(np.int64), -1, height) + 1
    under = padded.ravel()[row * (width + 2) + column].astype(np.float64)
    # Interpolate only where the cells around differ.
    at_border = np.pad(target, 1, mode="edge")
    low, high = _around(at_border, np.minimum), _around(at_border, np.maximum)
    varied = np.pad((low != high) & (target > 0), 1)
    rim = np.flatnonzero(varied.ravel()[row * (width + 2) + column])
    under[rim] = bilinear(target, position[rim])
    return under


def _around(padded: Field, least: np.ufunc) -> Field:
    """Return the least, or the greatest, of each cell and the eight around it."""
    across = least(least(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    return least(least(across[:-2], across[1:-1]), across[2:])


def misplaced(position: Slots, target: Field) -> float:
    """Return the share of misplaced soldiers: half the total variation between blurred densities."""
    density = deposit(position, target.shape) / len(position)
    wanted = target / target.sum(dtype=np.float64)
    reach = math.ceil(BLUR * max(1.0, 1 / math.sqrt(len(position) * float(wanted.max()))))
    return float(np.abs(_blurred(_blurred(density - wanted, reach).T, reach)).sum()) / 2


def _blurred(field: Field, reach: int) -> Field:
    """Return the mean over so many cells to either side along each row, with nothing beyond the border."""
    sums = np.cumsum(np.pad(field, ((0, 0), (reach + 1, reach))), axis=1)
    return (sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) / (2 * reach + 1)


def ranks(target: Field, count: int, centre: tuple[float, float], front: float, skew: float) -> Slots:
    """Return slots on a target of uneven density: deeper ranks where it is thinner, filled by the mass in each."""
    full = float(np.quantile(target[target > 0], 0.95))
    mass_per_soldier = float(target.sum(dtype=np.float64)) / count
    step = math.sqrt(mass_per_soldier / full) / SAMPLES_PER_RANK
    row, column = np.nonzero(target > 0)
    outline = np.zeros_like(target)
    outline[row, column] = 1.0
    left, right, rear, before = reach(outline, centre, front)
    across = np.arange(left, right + step, step)
    ahead = np.arange(before, rear - step, -step)
    samples = np.stack(np.meshgrid(across, ahead), axis=-1).reshape(-1, 2)
    sampled = sample_target(target, world(samples, centre, front)).reshape(len(ahead), len(across))
    along = sampled.sum(axis=1)
    density = (sampled * sampled).sum(axis=1) / np.maximum(along, 1e-12)
    # A rank is as deep as one soldier's area at that density is long.
    thickness = np.sqrt(mass_per_soldier / np.maximum(density, THINNEST_RANK * full) / skew)
    depth = np.cumsum(np.where(along > 0, step / thickness, 0.0))
    rank = np.minimum(np.floor(depth - depth[0] * 0.5), max(math.ceil(depth[-1]) - 1, 0)).astype(np.int64)
    slots: list[Slots] = []
    placed = 0
    mass = np.bincount(rank, along)
    bounds = np.floor(np.cumsum(mass) / mass.sum() * count + 0.5).astype(np.int64)
    for index, bound in enumerate(bounds):
        files = int(bound) - placed
        if files:
            inside = rank == index
            profile = sampled[inside].sum(axis=0)
            filled = np.cumsum(profile) / profile.sum()
            file = np.interp(
                (np.arange(files) + 0.5) / files,
                np.concatenate([[0.0], filled]),
                np.concatenate([across[:1], across + step]) - step / 2,
            )
            middle = float((ahead[inside] * along[inside]).sum() / along[inside].sum())
            slots.append(np.stack([file, np.full(files, middle)], axis=1))
            placed += files
    return np.concatenate(slots)
