"""Lines of sight on a grid, in whole numbers: whether a straight way leads from one point to another over open cells.

Points are (row, column) in half cells, counted from the field's upper left corner: cell centres are odd, corners of
cells even.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

PAIRS_AT_ONCE = 200_000  # of points, so that memory stays small
PIECES = 8  # of a segment, whose boxes are looked at first
TOUCH = 0.01  # half cells by which a box is larger, so that it has what it touches


def closed_around(open_cells: Bool[np.ndarray, "H W"], torus: bool) -> Bool[np.ndarray, "R C"]:
    """Return which cells are closed on the field and around it, where it is itself again or closed ground."""
    height, width = open_cells.shape
    margin = (height, height), (width, width)
    return ~np.pad(open_cells, margin, mode="wrap") if torus else ~np.pad(open_cells, margin)


def in_sight(
    closed: Bool[np.ndarray, "R C"], start: Int[np.ndarray, "n 2"], end: Int[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Return whether each segment from start to end is a way; `closed` is from `closed_around`.

    A segment is none where it meets the inside of a closed cell, runs between two closed ones, or passes the point
    where two closed ones touch. It may run along closed cells. Ends lie on the field or at most its size beyond it.
    """
    seen = np.empty(len(start), dtype=bool)
    closed_before = np.pad(closed.astype(np.int32).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    for first in range(0, len(start), PAIRS_AT_ONCE):
        some = np.arange(first, min(first + PAIRS_AT_ONCE, len(start)))
        seen[some] = surely_in_sight(closed_before, start[some], end[some])
        some = some[~seen[some]]
        seen[some] = walk_in_sight(closed, start[some], end[some])
    return seen


def surely_in_sight(
    closed_before: Int[np.ndarray, "R+1 C+1"], start: Int[np.ndarray, "n 2"], end: Int[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Return which segments have nothing closed in the boxes around their PIECES; most are decided so, at little cost.

    `closed_before` is how many cells above and to the left of each point are closed.
    """
    free = np.ones(len(start), dtype=bool)
    offset = np.array(closed_before.shape) // 3  # of the field in what is around it
    columns = closed_before.shape[1]
    flat = closed_before.ravel()
    for piece in range(PIECES):
        ends = [start + (end - start) * (part / PIECES) for part in (piece, piece + 1)]
        low = np.floor((np.minimum(*ends) - TOUCH) / 2).astype(np.int64) + offset
        high = np.ceil((np.maximum(*ends) + TOUCH) / 2).astype(np.int64) + offset
        known = (high < closed_before.shape).all(axis=1)  # a box at the outermost border reaches beyond what is around
        high = np.minimum(high, np.array(closed_before.shape) - 1)
        above, below = low[:, 0] * columns, high[:, 0] * columns
        closed = flat[below + high[:, 1]] - flat[above + high[:, 1]] - flat[below + low[:, 1]] + flat[above + low[:, 1]]
        free &= known & (closed == 0)
    return free


def walk_in_sight(
    closed: Bool[np.ndarray, "R C"], start: Int[np.ndarray, "n 2"], end: Int[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Return the same exactly, and more dearly: all walk along their longer axis until they meet a wall."""
    rows, columns = closed.shape
    flat = closed.ravel()
    start, end = start.astype(np.int64), end.astype(np.int64)
    along_rows = np.abs(end[:, 0] - start[:, 0]) > np.abs(end[:, 1] - start[:, 1])
    swap = np.where(along_rows, end[:, 0] < start[:, 0], end[:, 1] < start[:, 1])[:, None]
    start, end = np.where(swap, end, start), np.where(swap, start, end)
    # The longer axis is the major one, along which all go up; the minor one is mirrored where a segment goes down it.
    major, minor = np.where(along_rows, start[:, 0], start[:, 1]), np.where(along_rows, start[:, 1], start[:, 0])
    last = np.where(along_rows, end[:, 0], end[:, 1])
    run, rise = last - major, np.where(along_rows, end[:, 1], end[:, 0]) - minor
    down = rise < 0
    minor, rise = np.where(down, -minor, minor), np.abs(rise)
    major_stride, minor_stride = np.where(along_rows, columns, 1), np.where(along_rows, 1, columns)
    origin = (rows // 3) * columns + columns // 3 - np.where(down, minor_stride, 0)
    minor_stride = np.where(down, -minor_stride, minor_stride)

    seen = np.ones(len(start), dtype=bool)
    walk = np.flatnonzero(run > 0)
    slab, unit = major // 2, 2 * run  # the cell along the major axis; a cell's height in parts of the segment's slope
    height = minor * run  # of the segment at the start of the slab, in parts
    row, rest = np.divmod(height[walk], unit[walk])
    while len(walk):
        run_, rise_, unit_, last_ = run[walk], rise[walk], unit[walk], last[walk]
        until = np.minimum(last_, 2 * slab[walk] + 2)
        next_row, next_rest = np.divmod(minor[walk] * run_ + (until - major[walk]) * rise_, unit_)
        place = origin[walk] + slab[walk] * major_stride[walk]
        stride = minor_stride[walk]
        lower, upper = flat[place + row * stride], flat[place + (next_row - (next_rest == 0)) * stride]
        level, going = rise_ == 0, until < last_
        on_line = level & (rest == 0)
        blocked = np.where(on_line, lower & upper, np.where(level, lower, lower | upper))
        # At a point of the grid two closed cells may touch; where the end is reached nothing lies beyond.
        at_point = going & (next_rest == 0)
        beyond = np.where(at_point, place + major_stride[walk], place)
        below, above = flat[beyond + next_row * stride], flat[beyond + (next_row - 1) * stride]
        blocked |= at_point & ~level & flat[place + next_row * stride] & above
        blocked |= at_point & level & ((lower & above) | (upper & below))
        seen[walk[blocked]] = False
        keep = going & ~blocked
        walk, row, rest = walk[keep], next_row[keep], next_rest[keep]
        slab[walk] += 1
    return seen
