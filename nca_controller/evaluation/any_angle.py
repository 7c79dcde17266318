"""Exact any-angle distances on a ground: the length of the shortest way of a point that passes no closed cell.

Such a way is a polygon that bends only at convex corners of what is closed, and only round them. So the corners that
see each other make a graph (the tangent graph: Liu and Arimoto 1992), and a distance is the least of the straight one,
where it is free, and of those by way of corners. Points are (row, column) in half cells, as in `sight`; distances are
in cells, inf where there is no way.

On a torus segments are looked for up to a whole field long. A way with a longer one is at least as long as the
shorter side of the field, so distances are cut off there: they are never too long, and exact below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from nca_controller.evaluation.sight import closed_around, in_sight

Points = Int[np.ndarray, "n 2"]
SIDES = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])  # of a point, where its four cells lie: (rows, columns)


def cell_centres(cells: Bool[np.ndarray, "H W"]) -> Points:
    """Return the centres of cells, in C order."""
    return 2 * np.argwhere(cells) + 1


@dataclass(frozen=True, eq=False)
class AnyAngle:
    """The any-angle distances of one ground; what its questions share is computed once."""

    open_cells: Bool[np.ndarray, "H W"]
    torus: bool = False

    @cached_property
    def closed(self) -> Bool[np.ndarray, "R C"]:
        """The closed cells on the field and around it, for lines of sight."""
        return closed_around(self.open_cells, self.torus)

    @cached_property
    def shifts(self) -> Points:
        """Where a point lies beside its own place, in half cells: on a torus also a field further on every side."""
        steps = np.vstack([[[0, 0]], SIDES, [[0, 1], [0, -1], [1, 0], [-1, 0]]])
        return 2 * steps[: 9 if self.torus else 1] * np.array(self.open_cells.shape)

    @cached_property
    def corners(self) -> tuple[Points, Points]:
        """The points where just one of four cells is closed, and on which side of each, (rows, columns), it lies."""
        height, width = self.open_cells.shape
        cells = self.closed[height - 1 : 2 * height + 1, width - 1 : 2 * width + 1]
        four = np.stack([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]])
        single = four.sum(axis=0) == 1
        if self.torus:  # the last row and column of points are the first
            single[-1], single[:, -1] = False, False
        return 2 * np.argwhere(single), SIDES[four.argmax(axis=0)[single]]

    @cached_property
    def between_corners(self) -> Float[np.ndarray, "c c"]:
        """How far each corner is from each other."""
        points = self.corners[0]
        links = self.links(points)
        # A taut string bends round the corner at both ends of a segment; where it could not, it goes elsewhere.
        first, second = np.nonzero(np.isfinite(links) & np.isfinite(links.T))
        graph = coo_array((links[first, second], (first, second)), shape=links.shape).tocsr()
        return dijkstra(graph) if len(points) else links

    def links(self, points: Points) -> Float[np.ndarray, "n c"]:
        """Return the lengths of straight ways from points to corners, inf where a string would not bend round one."""
        corners, side = self.corners
        taut = np.zeros((len(points), len(corners)), dtype=bool)
        for shift in self.shifts:
            away = (corners + shift)[None] - points[:, None]
            taut |= (away * side).prod(axis=2) <= 0
        first, second = np.nonzero(taut)
        links = np.full(taut.shape, np.inf)
        links[first, second] = self.straight(points[first], corners[second])
        return links

    def straight(
        self, start: Points, end: Points, below: Float[np.ndarray, " n"] | None = None
    ) -> Float[np.ndarray, " n"]:
        """Return the lengths of the straight ways between pairs of points that are shorter than `below`, else that."""
        best = np.full(len(start), np.inf) if below is None else below.copy()
        size = 2 * np.array(self.open_cells.shape)
        for shift in self.shifts:
            away = end + shift - start
            length = np.hypot(*away.T) / 2
            near = np.flatnonzero((length < best) & (np.abs(away) <= size).all(axis=1))
            free = near[in_sight(self.closed, start[near], end[near] + shift)]
            best[free] = length[free]
        return best

    def between(self, start: Points, end: Points) -> Float[np.ndarray, "n m"]:
        """Return how far each end is from each start."""
        first, last = self.links(start), self.links(end)
        used = np.flatnonzero(np.isfinite(first).any(axis=0))
        far = shortest_sums(first[:, used], shortest_sums(self.between_corners[used], last.T))
        one, other = np.indices(far.shape).reshape(2, -1)
        return self.cut_off(self.straight(start[one], end[other], far.ravel()).reshape(far.shape))

    def from_nearest(self, sources: Points, points: Points, links: Float[np.ndarray, "n c"]) -> Float[np.ndarray, " n"]:
        """Return how far each point is from the nearest of the sources; `links` are those of the points."""
        first = self.links(sources).min(axis=0)[None]
        used = np.flatnonzero(np.isfinite(first[0]))
        far = shortest_sums(shortest_sums(first[:, used], self.between_corners[used]), links.T)[0]
        images = (sources[None] + self.shifts[:, None]).reshape(-1, 2)
        lengths = np.hypot(*(points[:, None] - images).transpose(2, 0, 1)) / 2
        order = np.argsort(lengths, axis=1)
        asked = np.arange(len(points))  # whoever sees its nearest source need not ask for the next
        for turn in range(len(images)):
            asked = asked[lengths[asked, order[asked, turn]] < far[asked]]
            if not len(asked):
                break
            nearest = order[asked, turn]
            free = in_sight(self.closed, points[asked], images[nearest])
            far[asked[free]] = lengths[asked, nearest][free]
            asked = asked[~free]
        return self.cut_off(far)

    def cut_off(self, far: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
        """Return distances that are never too long, on a torus either."""
        return np.where(np.isfinite(far), np.minimum(far, min(self.open_cells.shape)), far) if self.torus else far


def shortest_sums(first: Float[np.ndarray, "n k"], second: Float[np.ndarray, "k m"]) -> Float[np.ndarray, "n m"]:
    """Return the least over k of first[n, k] + second[k, m]; inf where there is no k."""
    least = np.full((len(first), second.shape[1]), np.inf)
    for one, other in zip(first.T, second, strict=True):
        rows, columns = np.flatnonzero(np.isfinite(one)), np.isfinite(other)
        if len(rows) == len(first) or not columns.all():
            np.minimum(least, one[:, None] + other, out=least)
        else:
            least[rows] = np.minimum(least[rows], one[rows, None] + other)
    return least
