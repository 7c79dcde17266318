"""Separation: soldiers that stand too close step apart."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

FEW_BINS = 64  # for each soldier: up to so many a table of all is quick, and more could take gigabytes


def separation(position: Float[np.ndarray, "N 2"], room: Float[np.ndarray, " N"]) -> Float[np.ndarray, "N 2"]:
    """Return the step of each soldier, in cells, that opens every pair nearer than its mean `room` half of the way.

    One Jacobi sweep of position-based dynamics (Mueller et al. 2007), averaged over a soldier's neighbours.
    """
    count = len(position)
    first, second, right, down, distance = near_pairs(position, float(room.max()))
    missing = 0.5 * (room.take(first) + room.take(second)) - distance
    close = np.flatnonzero(missing > 0.0)
    first, second, right, down, distance = (each.take(close) for each in (first, second, right, down, distance))
    # Two soldiers on one spot part in a direction that depends on the index, so that no pair stays stuck.
    stuck = distance < 1e-6
    if stuck.any():
        right[stuck], down[stuck], distance[stuck] = np.cos(first[stuck]), np.sin(first[stuck]), 1.0
    move = 0.5 * missing.take(close) / distance
    neighbours = np.bincount(first, minlength=count) + np.bincount(second, minlength=count)
    step = np.empty_like(position)
    for axis, offset in enumerate((right, down)):
        along = move * offset
        step[:, axis] = np.bincount(first, along, count) - np.bincount(second, along, count)
    return step / np.maximum(1.0, 0.5 * neighbours).astype(position.dtype)[:, None]


def near_pairs(
    position: Float[np.ndarray, "N 2"], reach: float
) -> tuple[
    Int[np.ndarray, " P"],
    Int[np.ndarray, " P"],
    Float[np.ndarray, " P"],
    Float[np.ndarray, " P"],
    Float[np.ndarray, " P"],
]:
    """Return every pair of soldiers nearer than `reach` cells once: indices, x and y from second to first, distance.

    Soldiers are sorted into square bins as wide as the reach; each looks in its own, the one to the right and the three
    below.
    """
    column, row = (((along - along.min()) / reach).astype(np.int64) + 1 for along in position.T)
    width = int(column.max()) + 2  # one empty bin on either side, so that no search wraps into the next row
    bins = row * width + column
    order = np.argsort(bins, kind="stable")
    bins, (x, y) = bins[order], position[order].T.copy()
    rank = np.arange(len(bins))
    table: Int[np.ndarray, " B"] | None = None
    if bins[-1] < FEW_BINS * len(bins):
        table = np.searchsorted(bins, np.arange(int(bins[-1]) + width + 3))

    def starts(wanted: Int[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
        return np.searchsorted(bins, wanted) if table is None else table[wanted]

    # Those after it in its own bin and the bin to the right; then the three bins below.
    begin = np.concatenate([rank + 1, starts(bins + width - 1)])
    count = np.concatenate([starts(bins + 2), starts(bins + width + 2)]) - begin
    first = np.repeat(np.concatenate([rank, rank]), count)
    second = np.arange(len(first)) + np.repeat(begin - (np.cumsum(count) - count), count)
    right, down = x.take(first) - x.take(second), y.take(first) - y.take(second)
    squared = right * right + down * down
    near = np.flatnonzero(squared < reach * reach)
    first, second = order.take(first.take(near)), order.take(second.take(near))
    return first, second, right.take(near), down.take(near), np.sqrt(squared.take(near))
