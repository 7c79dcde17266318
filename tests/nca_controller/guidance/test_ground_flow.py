"""The flow and what settles the rest, against ways that are known exactly."""

import jax
import jax.numpy as jnp
import numpy as np

from nca_controller.guidance.ground.flow import cascade, congestion, improved, no_flow, nothing_kept, source_of
from nca_controller.guidance.ground.known_parts import known_parts
from nca_controller.guidance.ground.levels import levels_of
from nca_controller.guidance.ground.settling import divergence, settled_order, solve
from nca_controller.physics import Terrain

SHAPE = (14, 18)


def levels(open_cells, boundary="wall", capacity=1.0):
    return levels_of(Terrain(open_cells, capacity, boundary), known_parts(open_cells, boundary))


@jax.jit
def flow_of(levels, mass, target):
    price = congestion(mass, target)
    start, _ = cascade(levels, mass - target, price, (300,), nothing_kept(levels))
    return improved(levels[0], 0, start, source_of(levels[0], 0, mass - target), price, 2000)


def patch(rows, columns, value=1.0):
    field = np.zeros(SHAPE, np.float32)
    field[rows, columns] = value
    return field


def test_the_flow_takes_everything_there_by_the_shortest_way():
    """A block shifted along a row: |F| adds up to mass x way, and what a face carries is what lies behind it."""
    mass, target = patch(slice(4, 8), slice(2, 5)), patch(slice(4, 8), slice(11, 14))
    flow = flow_of(levels(np.ones(SHAPE, bool)), mass, target)
    np.testing.assert_allclose(divergence(flow.x, flow.y), mass - target, atol=2e-3)
    np.testing.assert_allclose(np.asarray(flow.x)[:, 7].sum(), 12, rtol=1e-3)
    length = np.hypot(flow.x, flow.y).sum()
    assert 12 * 9 * 0.97 < length < 12 * 9 * 1.05


def test_the_flow_goes_round_a_wall_and_never_through():
    open_cells = np.ones(SHAPE, bool)
    open_cells[2:, 9] = False
    mass, target = patch(slice(8, 12), slice(4, 7)), patch(slice(8, 12), slice(12, 15))
    flow = flow_of(levels(open_cells), mass, target)
    assert not np.asarray(flow.x)[2:, 8:10].any()
    np.testing.assert_allclose(np.asarray(flow.x)[:2, 8].sum(), 12, rtol=0.02)


def test_the_shorter_way_leads_over_the_border_of_a_torus():
    mass, target = patch(slice(4, 8), slice(1, 3)), patch(slice(4, 8), slice(15, 17))
    flow = flow_of(levels(np.ones(SHAPE, bool), "torus"), mass, target)
    np.testing.assert_allclose(np.asarray(flow.x)[:, -1].sum(), -8, rtol=0.02)


def test_a_queue_is_shared_among_two_gates():
    """A gate that lies on the way takes most, and one aside the more, the longer the queue would be."""
    open_cells = np.ones(SHAPE, bool)
    open_cells[:, 9] = False
    open_cells[[6, 12], 9] = True
    shares = []
    for value in (0.1, 4.0):
        mass, target = patch(slice(4, 9), slice(2, 7), value), patch(slice(4, 9), slice(12, 17), value)
        passed = np.asarray(flow_of(levels(open_cells), mass, target).x)[:, 9]
        shares.append(passed[12] / passed.sum())
    assert shares[0] < 0.2 and shares[1] > shares[0] + 0.15


def test_sources_are_balanced_in_every_part():
    open_cells = np.ones(SHAPE, bool)
    open_cells[:, 9] = False
    mass, target = patch(slice(2, 6), slice(2, 5)), patch(slice(2, 6), slice(12, 15))
    mass[8, 12] = 1
    for number, level in enumerate(levels(open_cells)):
        source = np.asarray(source_of(level, number, mass - target))
        left = source[:, : 9 // 2**number]
        assert not left.any() and abs(source.sum()) < 1e-6 and source.max() > 0


def test_what_the_flow_leaves_is_settled():
    """The residual of an unfinished flow is spread: with the potential's gradient everything balances."""
    open_cells = np.ones(SHAPE, bool)
    open_cells[5, 3:14] = False
    source = patch(slice(2, 4), slice(6, 8)) - patch(slice(9, 11), slice(6, 8))
    ground = levels(open_cells)
    potential = np.zeros(SHAPE, np.float32)
    left = source
    for _ in range(8):  # each solves for what is left
        potential = potential + np.asarray(solve(ground, jnp.asarray(left)))
        x = np.where(ground[0].room_x > 0, np.roll(potential, -1, 1) - potential, 0)
        y = np.where(ground[0].room_y > 0, np.roll(potential, -1, 0) - potential, 0)
        left = source - np.asarray(divergence(x, y))
    assert np.abs(left).max() < 0.05


def test_who_is_in_place_stands_and_is_near():
    mass = patch(slice(4, 8), slice(3, 9))
    order = np.asarray(settled_order(levels(np.ones(SHAPE, bool)), no_flow(*SHAPE), mass, mass))
    assert not order[..., :2].any() and (order[..., 2] == 1).all()
