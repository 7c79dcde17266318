"""Where each man of a formation stands: places in rank and file on a target density. NumPy only.

Coordinates are the formation's own: `across` runs along the front to the right, `ahead` towards the enemy, in cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.fields import bilinear, deposit

Places = Float[np.ndarray, "N 2"]
Field = Float[np.ndarray, "H W"]

UNEVEN = 0.02  # share of the men who may stand in the wrong place before the target may count as uneven
RATHER = 0.2  # of that share is left where places for an uneven target are the right ones
BLUR = 3  # cells, or men's intervals where those are longer, within which a place is not wrong
FINE = 3  # rows of samples to a rank where the density is uneven
NARROWEST = 1.9  # the longer of the two intervals over the shorter, at most, where that can be had
NEARER = 1e-6  # worth of a cell's way towards the middle, in full densities
RIM = 0.05  # cells from the rim of a filled cell to which a man outside is moved
AT_ONCE = 64  # men who are moved there together
THINNEST = 0.05  # share of the full density that gets no rank of its own


@dataclass(frozen=True)
class Box:
    """A full rectangle of men within a formation, in its own coordinates."""

    across: float  # its middle, in cells
    ahead: float
    frontage: float
    depth: float


def places(
    target: Field,
    men: int,
    *,
    centre: tuple[float, float],
    front: float,
    intervals: tuple[float, float] = (1.0, 1.0),
    stagger: bool = False,
    boxes: tuple[Box, ...] = (),
) -> Places:
    """Return where so many men stand, (x, y) in cells, from the front rank's left flank to the rear's right.

    `front` is in radians clockwise from up. `intervals` are those between files and between ranks, of which only the
    proportion counts here; with `stagger` every second rank stands in the gaps of the one before it. A target that is
    made of `boxes` is filled box by box. Raises ValueError for no men, or for a target that holds nothing.
    """
    if men < 1 or not target.any():
        raise ValueError(f"{men} men cannot stand on a mass of {target.sum():g}")
    skew = intervals[0] / intervals[1]
    corner, held = cut_out(target)
    centre = centre[0] - corner[0], centre[1] - corner[1]
    if boxes:
        counts = shared(np.array([box.frontage * box.depth for box in boxes]), men)
        own = np.concatenate([rows(box, int(n), skew, stagger) for box, n in zip(boxes, counts, strict=True) if n])
    else:
        own = lattice(held, men, centre, front, skew, stagger)
        astray = misplaced(world(own, centre, front), held)
        if astray > UNEVEN:
            uneven = ranks(held, men, centre, front, skew)
            own = uneven if misplaced(world(uneven, centre, front), held) < RATHER * astray else own
    own = own[np.lexsort((own[:, 0], -np.round(own[:, 1], 6)))]
    return tucked_in(world(own, centre, front) + np.array(corner), target)


def cut_out(target: Field) -> tuple[tuple[int, int], Field]:
    """Return the part of the field that holds anything, with two empty cells around it, and its corner (x, y)."""
    rows, columns = np.flatnonzero(target.any(axis=1)), np.flatnonzero(target.any(axis=0))
    top, left = max(rows[0] - 2, 0), max(columns[0] - 2, 0)
    return (int(left), int(top)), target[top : rows[-1] + 3, left : columns[-1] + 3]


def world(own: Places, centre: tuple[float, float], front: float) -> Places:
    """Return places (across, ahead) of a formation as (x, y) on the field."""
    cos, sin = math.cos(front), math.sin(front)
    across, ahead = own.T
    # Number by number: a matrix product may round the same place differently when it stands among others.
    return np.stack([across * cos + ahead * sin + centre[0], across * sin - ahead * cos + centre[1]], axis=1)


def tucked_in(position: Places, target: Field) -> Places:
    """Return the places with those that lie on an empty cell moved to the nearest place on a cell that is not."""
    height, width = target.shape
    cell = np.clip(np.floor(position).astype(np.int64), 0, (width - 1, height - 1))
    outside = np.flatnonzero(
        (target[cell[:, 1], cell[:, 0]] == 0) | (position != np.clip(position, cell, cell + 1)).any(1)
    )
    if len(outside):
        position = position.copy()
        filled = np.argwhere(target > 0)[:, ::-1]
        for men in np.array_split(outside, -(-len(outside) // AT_ONCE)):
            inner = np.clip(position[men, None], filled + RIM, filled + 1 - RIM)
            nearest = ((inner - position[men, None]) ** 2).sum(axis=2).argmin(axis=1)
            position[men] = inner[np.arange(len(men)), nearest]
    return position


def shared(weights: Float[np.ndarray, " K"], men: int) -> np.ndarray:
    """Return whole numbers of men in proportion to the weights, by largest remainders."""
    quota = weights * (men / weights.sum())
    counts = np.floor(quota).astype(np.int64)
    counts[np.argsort(counts - quota, kind="stable")[: men - counts.sum()]] += 1
    return counts


def rows(box: Box, men: int, skew: float, stagger: bool) -> Places:
    """Return the places in a box: aligned files, full ranks, and what is left over in the rear rank.

    The rear rank takes the depth that its men are worth, so that the density is the same everywhere.
    """
    deep, files = grid(men, box, skew)
    rear = men - (deep - 1) * files
    interval, distance = box.frontage / files, box.depth / (deep - 1 + rear / files)
    rank = np.repeat(np.arange(deep), [files] * (deep - 1) + [rear])
    file = np.concatenate([np.tile(np.arange(files), deep - 1), spread(rear, files)])
    across = (file + 0.5) * interval - box.frontage / 2
    if stagger and deep > 1:
        across += np.where(rank % 2, 0.25, -0.25) * interval
    # Men of a short rear rank keep their distance from those before them.
    behind = np.where(rank == deep - 1, max(deep - 1 + rear / files / 2, deep - 0.75), rank + 0.5)
    ahead = box.depth / 2 - np.minimum(behind * distance, box.depth)
    return np.stack([box.across + across, box.ahead + ahead], axis=1)


def grid(men: int, box: Box, skew: float) -> tuple[int, int]:
    """Return ranks and files for so many men: intervals as they are wanted, men apart, the rear rank well filled."""
    ratio = box.frontage / box.depth
    ideal = math.sqrt(men * skew / ratio)
    depths = set(range(max(1, math.floor(ideal * 0.85)), min(men, math.ceil(ideal * 1.18)) + 1))
    # Where files are few, not every depth can be had with full ranks.
    depths |= {-(-men // max(1, math.floor(men / ideal) + more)) for more in (0, 1)}
    best, least = (1, men), math.inf
    for deep in sorted(depths):
        files = -(-men // deep)
        rear = men - (deep - 1) * files
        if rear < 1:
            continue
        short, wide = 1 - rear / files, ratio * deep / files  # `wide`: an interval between files in those between ranks
        cost = abs(math.log(wide / skew)) + 0.3 * short + (1.0 if short > 0.6 else 0.0)
        cost += max(abs(math.log(wide)) - math.log(NARROWEST), 0.0) * 10
        if cost < least:
            best, least = (deep, files), cost
    return best


def spread(men: int, files: int) -> np.ndarray:
    """Return the files, evenly apart, in which a rank of fewer men stands."""
    return np.floor((np.arange(men) + 0.5) * files / men).astype(np.int64)


def lattice(target: Field, men: int, centre: tuple[float, float], front: float, skew: float, stagger: bool) -> Places:
    """Return the places on a lattice of ranks and files that have the most target under them.

    The lattice is as dense as the target, so that its sharp edge comes out where half of a cell is wanted.
    """
    full = float(np.quantile(target[target > 0], 0.95))
    area = float(target.sum(dtype=np.float64)) / men / full  # cells to a man
    interval, distance = math.sqrt(area * skew), math.sqrt(area / skew)
    left, right, rear, before = reach(target, centre, front)
    best: Places | None = None
    most = -math.inf
    for shift in (0.0, 0.5):  # a file, or a gap, in the middle
        file = np.arange(math.floor(left / interval) - 1, math.ceil(right / interval) + 2) + shift
        rank = np.arange(math.floor((before - rear) / distance) + 2) + 0.5
        across, ahead = np.meshgrid(file * interval, before - rank * distance)
        if stagger:
            across = across + np.where(np.arange(len(rank)) % 2, 0.25, -0.25)[:, None] * interval
        own = np.stack([across.ravel(), ahead.ravel()], axis=1)
        under = sample_target(target, world(own, centre, front))
        if (under > 0).sum() < men:
            continue
        # Of two places that are as good the one nearer to the middle is taken, so that flanks stay straight.
        worth = np.where(under > 0, under - NEARER * full * np.abs(own).sum(axis=1), -math.inf)
        chosen = np.argpartition(-worth, men - 1)[:men]
        held = float(np.minimum(under[chosen], full).sum())
        if held > most:
            best, most = own[chosen], held
    return ranks(target, men, centre, front, skew) if best is None else best


def reach(target: Field, centre: tuple[float, float], front: float) -> tuple[float, float, float, float]:
    """Return how far the target reaches: to the left and right flank, the rear and the front, in cells."""
    row, column = np.nonzero(target > 0.5 * target.max())
    x, y = column + 0.5 - centre[0], row + 0.5 - centre[1]
    cos, sin = math.cos(front), math.sin(front)
    across, ahead = x * cos + y * sin, x * sin - y * cos
    rim = 0.5 * (abs(cos) + abs(sin))
    return across.min() - rim, across.max() + rim, ahead.min() - rim, ahead.max() + rim


def sample_target(target: Field, position: Places) -> Float[np.ndarray, " N"]:
    """Return the target under each place, interpolated between cells; nothing off the field and on empty cells."""
    height, width = target.shape
    padded = np.pad(target, 1)  # so that places off the field, once clipped, stand on an empty rim
    column = np.clip(np.floor(position[:, 0]).astype(np.int64), -1, width) + 1
    row = np.clip(np.floor(position[:, 1]).astype(np.int64), -1, height) + 1
    under = padded.ravel()[row * (width + 2) + column].astype(np.float64)
    # Where all cells around are alike there is nothing to interpolate.
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


def misplaced(position: Places, target: Field) -> float:
    """Return the share of the men who stand where they should not, half the total variation of blurred densities."""
    men = deposit(position, target.shape) / len(position)
    wanted = target / target.sum(dtype=np.float64)
    reach = math.ceil(BLUR * max(1.0, 1 / math.sqrt(len(position) * float(wanted.max()))))
    return float(np.abs(_blurred(_blurred(men - wanted, reach).T, reach)).sum()) / 2


def _blurred(field: Field, reach: int) -> Field:
    """Return the mean over so many cells to either side along each row, with nothing beyond the border."""
    sums = np.cumsum(np.pad(field, ((0, 0), (reach + 1, reach))), axis=1)
    return (sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) / (2 * reach + 1)


def ranks(target: Field, men: int, centre: tuple[float, float], front: float, skew: float) -> Places:
    """Return places on a target of uneven density: ranks as deep as it is thin, filled by the mass that each holds."""
    full = float(np.quantile(target[target > 0], 0.95))
    share = float(target.sum(dtype=np.float64)) / men
    step = math.sqrt(share / full) / FINE
    row, column = np.nonzero(target > 0)
    outline = np.zeros_like(target)
    outline[row, column] = 1.0
    left, right, rear, before = reach(outline, centre, front)
    across = np.arange(left, right + step, step)
    ahead = np.arange(before, rear - step, -step)
    samples = np.stack(np.meshgrid(across, ahead), axis=-1).reshape(-1, 2)
    held = sample_target(target, world(samples, centre, front)).reshape(len(ahead), len(across))
    along = held.sum(axis=1)
    density = (held * held).sum(axis=1) / np.maximum(along, 1e-12)
    # A rank is as deep as a man's share at that density is long.
    thickness = np.sqrt(share / np.maximum(density, THINNEST * full) / skew)
    depth = np.cumsum(np.where(along > 0, step / thickness, 0.0))
    rank = np.minimum(np.floor(depth - depth[0] * 0.5), max(math.ceil(depth[-1]) - 1, 0)).astype(np.int64)
    found: list[Places] = []
    taken = 0
    mass = np.bincount(rank, along)
    bounds = np.floor(np.cumsum(mass) / mass.sum() * men + 0.5).astype(np.int64)
    for index, bound in enumerate(bounds):
        count = int(bound) - taken
        if count:
            inside = rank == index
            line = held[inside].sum(axis=0)
            reached = np.cumsum(line) / line.sum()
            file = np.interp(
                (np.arange(count) + 0.5) / count,
                np.concatenate([[0.0], reached]),
                np.concatenate([across[:1], across + step]) - step / 2,
            )
            middle = float((ahead[inside] * along[inside]).sum() / along[inside].sum())
            found.append(np.stack([file, np.full(count, middle)], axis=1))
            taken += count
    return np.concatenate(found)
