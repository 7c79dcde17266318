"""Lines of sight on a grid, in whole numbers: whether a straight way leads from one point to another over open cells.

Points are (row, column) in half cells, counted from the field's upper left corner: cell centres are odd, corners of
cells even.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

PAIRS_AT_ONCE = 200_000  # of points, so that memory stays small


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
    for first in range(0, len(start), PAIRS_AT_ONCE):
        chunk = slice(first, first + PAIRS_AT_ONCE)
        seen[chunk] = chunk_in_sight(closed, start[chunk], end[chunk])
    return seen


def chunk_in_sight(
    closed: Bool[np.ndarray, "R C"], start: Int[np.ndarray, "n 2"], end: Int[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Return the same for few pairs: all walk along their longer axis, a cell at a time, until they meet a wall."""
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
