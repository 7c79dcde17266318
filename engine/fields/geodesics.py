"""Ways over open cells: how far each cell is from others, and the shortest way between places.

All distances are those of the 8-neighbour graph of open cells, in cells between cell centres: 1 for a step across a
face, sqrt 2 for a diagonal one, which needs both cells beside it open, so that no way cuts a corner and none passes
where two closed cells touch. Two cells have a way between them exactly where mass can flow between them. Such a
distance is never below the any-angle (Euclidean round corners) one; on open ground it is at most 8.24 % above it. How
much a cell may hold does not matter: slow cells are as long as others. By Dijkstra's algorithm, scipy.sparse.csgraph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

if TYPE_CHECKING:
    from scipy.sparse import csr_array

STEPS = tuple((dy, dx) for dy, dx in product((-1, 0, 1), repeat=2) if (dy, dx) != (0, 0))


@dataclass(frozen=True, eq=False)
class Geodesics:
    """The ways of one ground. The graph is built at the first question and kept: ask one object many questions.

    At 512x512 the graph and the distances each take some tenths of a second.
    """

    open_cells: Bool[np.ndarray, "H W"]
    torus: bool = False  # whether ways lead across the border to the other side

    @cached_property
    def graph(self) -> csr_array:
        """The 8-neighbour graph, (H W, H W), cells in C order, weights in cells."""
        from scipy.sparse import csr_array  # late, here and below: a list of formations needs no SciPy

        height, width = self.open_cells.shape
        around = np.pad(self.open_cells, 1, mode="wrap" if self.torus else "constant")
        numbers = np.arange(height * width, dtype=np.int32).reshape(height, width)
        numbers = np.pad(numbers, 1, mode="wrap")
        passable = np.empty((height, width, len(STEPS)), dtype=bool)
        ends = np.empty((height, width, len(STEPS)), dtype=np.int32)
        for step, (dy, dx) in enumerate(STEPS):
            rows, columns = slice(1 + dy, 1 + dy + height), slice(1 + dx, 1 + dx + width)
            here_rows, here_columns = slice(1, 1 + height), slice(1, 1 + width)
            passable[..., step] = around[rows, columns] & around[rows, here_columns] & around[here_rows, columns]
            ends[..., step] = numbers[rows, columns]
        passable &= self.open_cells[..., None]
        lengths = np.broadcast_to(np.array([np.hypot(*step) for step in STEPS]), passable.shape)
        starts = np.concatenate([[0], np.cumsum(passable.sum(axis=2).ravel())]).astype(np.int32)
        size = height * width
        return csr_array((lengths[passable], ends[passable], starts), shape=(size, size))

    @cached_property
    def parts(self) -> Int[np.ndarray, "H W"]:
        """The part of the ground that each open cell lies in, numbered from 0; -1 where a cell is closed."""
        from scipy.sparse.csgraph import connected_components

        _, labels = connected_components(self.graph, directed=False)
        labels = np.where(self.open_cells.ravel(), labels, -1)
        _, numbered = np.unique(labels, return_inverse=True)
        return (numbered - int((labels < 0).any())).reshape(self.open_cells.shape)

    def distances(self, cells: Bool[np.ndarray, "H W"], limit: float = np.inf) -> Float[np.ndarray, "H W"]:
        """Return how far each cell is from the nearest of some cells, in cells: inf where there is no way.

        Closed ones among the cells count for nothing. What lies beyond `limit` is inf, too, and costs nothing.
        """
        from scipy.sparse.csgraph import dijkstra

        sources = np.flatnonzero(cells & self.open_cells)
        if not len(sources):
            return np.full(self.open_cells.shape, np.inf)
        return dijkstra(self.graph, indices=sources, min_only=True, limit=limit).reshape(self.open_cells.shape)

    def way(self, start: Bool[np.ndarray, "H W"], end: Bool[np.ndarray, "H W"]) -> Int[np.ndarray, "n 2"]:
        """Return the shortest way from some cells to some others as its cells, (row, column); empty if there is none.

        Neighbours in it are neighbours on the ground: on a torus they may lie on opposite sides of the border.
        """
        from scipy.sparse.csgraph import dijkstra

        sources = np.flatnonzero(start & self.open_cells)
        goals = np.flatnonzero(end & self.open_cells)
        if not len(sources) or not len(goals):
            return np.empty((0, 2), dtype=np.int64)
        far, before, _ = dijkstra(self.graph, indices=sources, min_only=True, return_predecessors=True)
        last = goals[np.argmin(far[goals])]
        if not np.isfinite(far[last]):
            return np.empty((0, 2), dtype=np.int64)
        way = [last]
        while before[way[-1]] >= 0:
            way.append(before[way[-1]])
        return np.stack(np.unravel_index(np.array(way[::-1]), self.open_cells.shape), axis=1)

    def predecessors(self, row: int, column: int) -> Int[np.ndarray, " cells"]:
        """Return the cell before each one on the shortest way from a cell, in C order; below 0 where there is none."""
        from scipy.sparse.csgraph import dijkstra

        start = row * self.open_cells.shape[1] + column
        _, before, _ = dijkstra(self.graph, indices=[start], min_only=True, return_predecessors=True)
        return before
