"""From what the player draws to orders: for one regiment, or for several that share a line. Pure geometry.

Places and lengths are in cells, x to the right and y downwards; angles in degrees clockwise from up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np

from engine.fields import wrap_degrees
from engine.orders.order import Order, Place, moved, turned, with_formation

GAP = 1.5  # cells between two regiments that share a line
LEAST_FRONT = 0.4  # of the side of a square as large as the regiment: a front's least share of it
LEEWAY = 0.35  # cells by which a line drawn by hand may be straightened
AREA_BLOCK = 2  # cells along each side of the blocks that describe a part of a painted area

Given = tuple[tuple[int, Order], ...]  # regiment, order
Disc = tuple[float, float, float]  # x, y, radius


@dataclass(frozen=True)
class Chosen:
    """A regiment that is to be ordered: its mass, and the order that the new one starts from."""

    regiment: int
    mass: float
    order: Order
    place: Place | None = None  # where it would take up another formation; None: at the order's centre


def reformed(chosen: Sequence[Chosen], formation: str) -> Given:
    """Return the orders that take up another formation, each where it is, as wide as the formation's file says."""
    return tuple((one.regiment, with_formation(one.order, formation, one.place)) for one in chosen)


def shifted(chosen: Sequence[Chosen], right: float, down: float) -> Given:
    """Return the orders that keep everything but the place."""
    return tuple((one.regiment, moved(one.order, right, down)) for one in chosen)


def moved_to(chosen: Sequence[Chosen], place: Place) -> Given:
    """Return the orders that move all to a place and keep how they lie to each other."""
    x, y = _middle(chosen)
    return shifted(chosen, place[0] - x, place[1] - y)


def wheeled(chosen: Sequence[Chosen], degrees: float) -> Given:
    """Return the orders that wheel all about their common middle."""
    x, y = _middle(chosen)
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    given = []
    for one in chosen:
        across, down = one.order.centre[0] - x, one.order.centre[1] - y
        right, lower = across * (cos - 1) - down * sin, across * sin + down * (cos - 1)
        given.append((one.regiment, moved(turned(one.order, degrees), right, lower)))
    return tuple(given)


def facing_at(chosen: Sequence[Chosen], first: Place, last: Place) -> Given:
    """Return the orders that move all to `first`, as wide as before, and turn each to face as on a line to `last`."""
    angle = _angle(first, last)
    moved_there = moved_to(chosen, first)
    return tuple((one, turned(order, wrap_degrees(angle - order.angle))) for one, order in moved_there)


def least_front(chosen: Sequence[Chosen]) -> float:
    """Return how long a line has to be, in cells, to be a front for all: one on which nobody stands too deep."""
    return LEAST_FRONT * sum(math.sqrt(one.mass) for one in chosen)


def along_front(chosen: Sequence[Chosen], first: Place, last: Place, depth: Callable[[int, Order], float]) -> Given:
    """Return the orders that draw all up with their first rank on the line from one flank to the other.

    They face to the left of the direction in which the line was drawn. Each gets a share of it in proportion to its
    mass, from the first flank on in the order of their centres now. `depth` returns how deep one stands, in cells.
    """
    length = math.dist(first, last)
    across, down = (last[0] - first[0]) / length, (last[1] - first[1]) / length
    given = []
    for one, begin, end in _shares(chosen, length, (across, down)):
        middle = (begin + end) / 2
        place = first[0] + across * middle, first[1] + down * middle
        order = Order(one.order.formation, place, _angle(first, last), end - begin)
        # The front looks to (down, -across), a quarter turn to the left of the line.
        back = depth(one.regiment, order) / 2
        given.append((one.regiment, replace(order, centre=(place[0] - down * back, place[1] + across * back))))
    return tuple(sorted(given, key=_regiment))


def along_path(chosen: Sequence[Chosen], points: Sequence[Place]) -> Given:
    """Return the orders to stand along a line drawn by hand, shared in proportion to mass."""
    line = straightened(points)
    lengths = list(accumulate((math.dist(*pair) for pair in pairwise(line)), initial=0.0))
    length = max(math.dist(line[0], line[-1]), 1e-9)
    along = (line[-1][0] - line[0][0]) / length, (line[-1][1] - line[0][1]) / length
    given = []
    for one, begin, end in _shares(chosen, lengths[-1], along):
        part = _part(line, lengths, begin, end)
        centre = _part(line, lengths, (begin + end) / 2, end)[0]
        given.append((one.regiment, Order(one.order.formation, centre, _angle(part[0], part[-1]), path=part)))
    return tuple(sorted(given, key=_regiment))


def over_area(chosen: Sequence[Chosen], discs: Sequence[Disc]) -> Given:
    """Return the orders to stand on what a brush painted, cut across its longer side in proportion to mass.

    Where it is too little for several regiments it is widened before it is cut, so that no two share ground.
    """
    if len(chosen) == 1:
        return ((chosen[0].regiment, _on(chosen[0].order, tuple(discs))),)
    cells = _widened(discs, sum(one.mass for one in chosen))
    spread = cells - cells.mean(axis=0)
    axis = np.linalg.svd(spread, full_matrices=False)[2][0]
    ranked = cells[np.argsort(spread @ axis, kind="stable")]
    given = []
    for one, begin, end in _shares(chosen, float(len(cells)), (float(axis[0]), float(axis[1])), gap=0.0):
        part = ranked[round(begin) : max(round(end), round(begin) + 1)]
        given.append((one.regiment, _on(one.order, _covering(part))))
    return tuple(sorted(given, key=_regiment))


def _on(order: Order, discs: tuple[Disc, ...]) -> Order:
    """Return the order to stand on discs, facing as before."""
    x, y = np.average([disc[:2] for disc in discs], axis=0, weights=[disc[2] ** 2 for disc in discs])
    return Order(order.formation, (float(x), float(y)), order.angle, area=discs)


def _widened(discs: Sequence[Disc], mass: float) -> np.ndarray:
    """Return the middles (N, 2) of the cells in the discs, and of those nearest to them until all can hold the mass."""
    x, y, radius = np.array(discs).T
    margin = math.sqrt(mass / math.pi) + 2
    left, top = math.floor((x - radius).min() - margin), math.floor((y - radius).min() - margin)
    right, bottom = math.ceil((x + radius).max() + margin), math.ceil((y + radius).max() + margin)
    rows, columns = np.mgrid[top:bottom, left:right] + 0.5
    distance = np.full(rows.shape, np.inf)
    for at_x, at_y, reach in discs:
        np.minimum(distance, np.hypot(columns - at_x, rows - at_y) - reach, out=distance)
    count = max(int((distance < 0).sum()), math.ceil(mass))
    nearest = np.argpartition(distance, count - 1, axis=None)[:count]
    return np.stack([columns.ravel()[nearest], rows.ravel()[nearest]], axis=1)


def _covering(cells: np.ndarray) -> tuple[Disc, ...]:
    """Return discs that cover cells, given by their middles (N, 2): one of the same area for each block of them."""
    blocks, block, count = np.unique(cells // AREA_BLOCK, axis=0, return_inverse=True, return_counts=True)
    x, y = (np.bincount(block.ravel(), cells[:, axis], len(blocks)) / count for axis in (0, 1))
    return tuple(zip(x.tolist(), y.tolist(), np.sqrt(count / math.pi).tolist(), strict=True))


def brush_discs(places: Sequence[Place], radius: float) -> tuple[Disc, ...]:
    """Return the discs of a brush drawn over these places, no farther than half a radius apart."""
    discs = [(*places[0], radius)]
    for place in places[1:]:
        from_x, from_y, _ = discs[-1]
        steps = int(2 * math.dist((from_x, from_y), place) / radius)
        discs += [
            (from_x + (place[0] - from_x) * step / steps, from_y + (place[1] - from_y) * step / steps, radius)
            for step in range(1, steps + 1)
        ]
    return tuple(discs)


def straightened(points: Sequence[Place]) -> tuple[Place, ...]:
    """Return a line with as few of its points as keep it within LEEWAY cells (Douglas and Peucker, 1973)."""
    line = np.array(points, dtype=float)
    kept = np.zeros(len(line), dtype=bool)
    kept[[0, -1]] = True
    stretches = [(0, len(line) - 1)]
    while stretches:
        begin, end = stretches.pop()
        if end - begin < 2:
            continue
        away = _distance(line[begin + 1 : end], line[begin], line[end])
        middle = begin + 1 + int(np.argmax(away))
        if away.max() > LEEWAY:
            kept[middle] = True
            stretches += [(begin, middle), (middle, end)]
    return tuple((float(x), float(y)) for x, y in line[kept])


def length_of(points: Sequence[Place]) -> float:
    """Return how long a line is, in cells."""
    return sum(math.dist(*pair) for pair in pairwise(points))


def _distance(points: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return how far points (N, 2) lie from the segment between two others, in cells."""
    segment = end - begin
    fraction = np.clip((points - begin) @ segment / max(float(segment @ segment), 1e-12), 0.0, 1.0)
    return np.hypot(*(points - begin - fraction[:, None] * segment).T)


def _shares(
    chosen: Sequence[Chosen], length: float, along: tuple[float, float], gap: float = GAP
) -> list[tuple[Chosen, float, float]]:
    """Return each regiment's stretch of a line, from and to in cells: no two ways cross, and gaps are left between."""
    ranked = sorted(chosen, key=lambda one: one.order.centre[0] * along[0] + one.order.centre[1] * along[1])
    gap = min(gap, 0.25 * length / len(ranked))
    room, total = length - gap * (len(ranked) - 1), sum(one.mass for one in ranked)
    stretches, begin = [], 0.0
    for one in ranked:
        end = begin + room * one.mass / total
        stretches.append((one, begin, end))
        begin = end + gap
    return stretches


def _part(line: Sequence[Place], lengths: Sequence[float], begin: float, end: float) -> tuple[Place, ...]:
    """Return the stretch of a line from one length along it to another; `lengths` are those up to its points."""
    inner = [point for point, length in zip(line, lengths, strict=True) if begin < length < end]
    xs, ys = zip(*line, strict=True)
    first, last = (
        (float(np.interp(length, lengths, xs)), float(np.interp(length, lengths, ys))) for length in (begin, end)
    )
    return (first, *inner, last)


def _middle(chosen: Sequence[Chosen]) -> Place:
    total = sum(one.mass for one in chosen)
    x, y = (sum(one.mass * one.order.centre[axis] for one in chosen) / total for axis in (0, 1))
    return x, y


def _angle(first: Place, last: Place) -> float:
    """Return the facing, in degrees clockwise from up, of a line from its left flank to its right one."""
    return wrap_degrees(math.degrees(math.atan2(last[1] - first[1], last[0] - first[0])))


def _regiment(given: tuple[int, Order]) -> int:
    return given[0]
