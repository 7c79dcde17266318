"""Any-angle distances against all straight ways of a small ground, and the bound against an exact flow in time."""

import math

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, maximum_flow

from engine.fields import Geodesics
from engine.plugin import Ground
from nca_controller.evaluation.any_angle import AnyAngle, cell_centres
from nca_controller.evaluation.bound import PRECISION, bottleneck_distance, bound_of, digest, least_distance
from nca_controller.evaluation.cuts import cut_bound, throughput
from nca_controller.evaluation.sight import closed_around, in_sight

SIDE = 24
AHEAD = 0.5  # cells: this flow carries whole cells, whose front lies so far ahead of the centres that bounds go by


def by_all_points(open_cells):
    """Return any-angle distances between open cells, by way of every corner of every cell."""
    height, width = open_cells.shape
    centres, lattice = cell_centres(open_cells), 2 * np.argwhere(np.ones((height + 1, width + 1)))
    points = np.concatenate([centres, lattice])
    touch = np.pad(~open_cells, 1, constant_values=True).astype(int)
    four = touch[:-1, :-1] + touch[:-1, 1:] + touch[1:, :-1] + touch[1:, 1:]
    allowed = np.concatenate([np.ones(len(centres), bool), four.ravel() <= 1])  # no way through where two walls meet
    points = points[allowed]
    one, other = np.triu_indices(len(points), 1)
    free = in_sight(closed_around(open_cells, False), points[one], points[other])
    lengths = np.hypot(*(points[one] - points[other]).T) / 2
    graph = coo_array((lengths[free], (one[free], other[free])), shape=(len(points), len(points))).tocsr()
    return dijkstra(graph, directed=False)[: len(centres), : len(centres)]


@pytest.mark.parametrize("seed", range(4))
def test_any_angle_distances_are_exact(seed):
    open_cells = np.random.default_rng(seed).random((9, 11)) < 0.8
    ways, cells = AnyAngle(open_cells), cell_centres(open_cells)
    exact = by_all_points(open_cells)
    np.testing.assert_allclose(ways.between(cells, cells), exact, atol=1e-9)
    some = [0, len(cells) // 2, len(cells) - 1]
    np.testing.assert_allclose(
        ways.from_nearest(cells[some], cells, ways.links(cells)), exact[some].min(axis=0), atol=1e-9
    )


@pytest.mark.parametrize("torus", [False, True])
def test_any_angle_distances_lie_below_those_of_the_grid_and_have_the_same_parts(torus):
    open_cells = np.random.default_rng(7).random((20, 26)) < 0.8
    ways, cells = AnyAngle(open_cells, torus), cell_centres(open_cells)
    start = np.zeros_like(open_cells)
    start[tuple(np.argwhere(open_cells)[40])] = True
    exact, grid = ways.between(cells[40:41], cells)[0], Geodesics(open_cells, torus).distances(start)[open_cells]
    assert (np.isfinite(exact) == np.isfinite(grid)).all() and (exact <= grid + 1e-9).all()
    assert exact[np.isfinite(exact)].sum() > 0.8 * grid[np.isfinite(grid)].sum()


def test_a_line_of_sight_knows_walls_seams_and_touching_corners():
    open_cells = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 1]], dtype=bool)
    closed = closed_around(open_cells, False)

    def sees(start, end):
        return bool(in_sight(closed, np.array([start]), np.array([end]))[0])

    assert not sees((1, 1), (3, 3))  # where two closed cells touch
    assert not sees((1, 1), (1, 5)) and sees((5, 1), (5, 5)) and sees((1, 5), (5, 5))
    assert sees((4, 0), (4, 6))  # along the side of a closed cell
    assert sees((0, 4), (0, 6))  # along the border
    torus = closed_around(open_cells, True)
    assert in_sight(torus, np.array([[1, 5]]), np.array([[1, 7]]))[0] and not sees((1, 5), (1, 7))
    assert in_sight(torus, np.array([[5, 5]]), np.array([[12, 5]]))[0]  # to the end of what is around the field


def least_steps(mass, target, share, ground, fewest):
    """Return the least steps of an exact flow of which each takes as long as a cell at top speed, from `fewest` on.

    In a step mass stays or goes to one of four neighbours, and a cell holds at most its capacity. Every such flow is
    one that soldiers can march.
    """
    open_cells, scale = ground.open_cells, 256
    number = np.full(open_cells.shape, -1)
    number[open_cells] = np.arange(open_cells.sum())
    pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
    one, other = (np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1))
    both = (one >= 0) & (other >= 0)
    one, other = one[both], other[both]
    cells = int(open_cells.sum())
    room = np.broadcast_to(ground.capacity, open_cells.shape)[open_cells] * scale
    stay = np.arange(cells)
    first, second = np.concatenate([stay, one, other]), np.concatenate([stay, other, one])

    def carried(steps):
        arrive = [2 * cells * step for step in range(steps + 1)]  # each cell has a way in and a way out, at each step
        begin = [at + stay for at in arrive] + [at + cells + first for at in arrive[:-1]]
        end = [at + cells + stay for at in arrive] + [at + second for at in arrive[1:]]
        most = [room] * (steps + 1) + [np.full(len(first), 4 * scale)] * steps
        source, sink = 2 * cells * (steps + 1), 2 * cells * (steps + 1) + 1
        begin += [np.full(cells, source), arrive[-1] + cells + stay]
        end += [stay, np.full(cells, sink)]
        most += [np.ceil(mass[open_cells] * scale), np.ceil(target[open_cells] * scale)]
        begin, end, most = (np.concatenate(part) for part in (begin, end, most))
        graph = coo_array((most.astype(np.int32), (begin, end)), shape=(sink + 1, sink + 1)).tocsr()
        return maximum_flow(graph, source, sink).flow_value

    needed = share * target.sum(dtype=np.float64) * scale
    steps = fewest
    while carried(steps) < needed:
        steps += 1
    return steps


def small_order(seed):
    """Return a ground of SIDE squared with a gate, or blocks, or a ford, and an army before and a target behind it."""
    rng = np.random.default_rng(seed)
    open_cells, capacity = np.ones((SIDE, SIDE), dtype=bool), np.ones((SIDE, SIDE))
    kind = seed % 4
    if kind in (0, 1):
        open_cells[:, 11:13] = False
        for _ in range(kind + 1):
            row = rng.integers(1, SIDE - 4)
            open_cells[row : row + rng.integers(1, 4), 11:13] = True
    if kind == 2:
        for row, column in rng.integers((0, 8), (SIDE, 15), (9, 2)):
            open_cells[row : row + 4, column : column + 3] = False
    if kind == 3:
        open_cells[:, 10:14] = False
        row = rng.integers(2, SIDE - 6)
        open_cells[row : row + 4, 10:14], capacity[row : row + 4, 10:14] = True, 0.5
    mass, target = np.zeros((2, SIDE, SIDE), np.float32)
    tops = rng.integers(1, SIDE - 10, 2)
    mass[tops[0] : tops[0] + 9, 1:7], target[tops[1] : tops[1] + 9, 17:23] = 1, 1
    assert not (mass.astype(bool) | target.astype(bool))[~open_cells].any()
    return mass, target, Ground(open_cells, capacity)


def check_against_the_flow(seed):
    mass, target, ground = small_order(seed)
    least = least_distance(mass, target, 0.95, ground)
    if math.isinf(least):
        return None
    straight = bottleneck_distance(mass, target, 0.95)
    assert straight <= least + PRECISION
    exact = least_steps(mass, target, 0.95, ground, max(math.ceil(least) - 2, 0))
    assert least <= exact + AHEAD, (seed, least, exact)
    return least / exact


def test_the_bound_is_never_above_an_exact_flow():
    assert check_against_the_flow(0) > 0.8


@pytest.mark.long
def test_the_bound_is_never_above_an_exact_flow_on_many_grounds():
    ratios = [ratio for ratio in map(check_against_the_flow, range(40)) if ratio is not None]
    assert len(ratios) >= 30 and np.mean(ratios) > 0.7 and min(ratios) > 0.4


def test_a_gate_keeps_an_army():
    """Whose rear goes 20 cells to the gate: it waits until all have passed."""
    open_cells = np.ones((30, 60), dtype=bool)
    open_cells[:, 30] = False
    open_cells[14:16, 30] = True
    mass, target = np.zeros((2, 30, 60), np.float32)
    mass[5:25, 8:28], target[5:25, 32:52] = 1, 1
    ground = Ground(open_cells)
    ways = AnyAngle(open_cells)
    assert throughput(np.arange(60) + np.zeros((30, 1)) <= 30, Ground(open_cells)) == 2
    assert 0.95 * 400 / 2 < cut_bound(mass, target, 0.95, ground, ways) < 400 / 2 + 20
    wide = Ground(np.ones((30, 60), dtype=bool))
    assert least_distance(mass, target, 0.95, wide) == bottleneck_distance(mass, target, 0.95)
    assert least_distance(mass, target, 0.95, Ground(wide.open_cells, 0.25)) > bottleneck_distance(mass, target, 0.95)
    open_cells[14:16, 30] = False
    assert math.isinf(bound_of(mass, target, 0.5, 0.95, Ground(open_cells)))


def test_a_name_knows_the_ground_and_open_ground_has_the_old_name():
    mass, target, ground = small_order(3)
    names = [digest(mass, target, 0.95, one) for one in (None, Ground(np.ones_like(mass, bool)), ground)]
    assert names[0] == names[1] != names[2]
    assert digest(mass, target, 0.95, Ground(ground.open_cells)) != names[2]
