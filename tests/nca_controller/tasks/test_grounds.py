"""The benchmark of grounds: as named, feasible, of exact mass, the same again from the same seed."""

from pathlib import Path

import numpy as np
import pytest

from engine.fields import Geodesics
from engine.plugin import Ground
from nca_controller.tasks import CHECK_SEED, ground_orders, orders_on
from nca_controller.tasks.ground_kinds import KINDS
from nca_controller.tasks.grounds import SEED, largest_part


@pytest.fixture(scope="module")
def benchmark():
    return ground_orders()


def check_feasible(order):
    ground = order.ground
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    assert order.mass.sum(dtype=np.float64) == order.wanted.sum(dtype=np.float64) > 0
    assert (order.mass <= room).all() and (order.wanted <= room).all()
    parts = Geodesics(ground.open_cells, ground.boundary == "torus").parts
    assert len(np.unique(parts[(order.mass > 0) | (order.wanted > 0)])) == 1


@pytest.mark.parametrize("name", KINDS)
def test_every_ground_is_feasible(benchmark, name):
    (order,) = [order for order in benchmark if order.name == name]
    check_feasible(order)
    assert KINDS[name].masses[0] <= order.mass.sum() <= KINDS[name].masses[1]
    assert np.minimum(order.mass, order.wanted).sum() < 0.5 * order.mass.sum()  # there is a way to go
    assert not order.ground.open_cells.all() or (np.asarray(order.ground.capacity) < 1).any()


def test_there_are_24_of_300_to_1500(benchmark):
    assert [order.name for order in benchmark] == list(KINDS) and len(benchmark) == 24
    assert all(300 <= order.mass.sum() <= 1500 for order in benchmark)
    page = (Path(__file__).resolve().parents[3] / "docs" / "grounds.md").read_text(encoding="utf-8")
    assert all(name in page for name in KINDS) and f"its seed is {SEED}" in page


def test_a_seed_gives_the_same_again_and_another_gives_others(benchmark):
    again, others = ground_orders(), ground_orders(CHECK_SEED)
    for one, same, other in zip(benchmark, again, others, strict=True):
        assert (one.mass == same.mass).all() and (one.ground.open_cells == same.ground.open_cells).all()
        check_feasible(other)
        assert not np.array_equal(one.mass, other.mass)
    walls = [
        not np.array_equal(one.ground.open_cells, other.ground.open_cells)
        for one, other in zip(again, others, strict=True)
    ]
    assert sum(walls) >= 20


def test_orders_on_a_ground_of_ones_own_stay_in_its_largest_part():
    open_cells = np.ones((40, 60), dtype=bool)
    open_cells[:, 20] = False
    for order in orders_on(Ground(open_cells), 3):
        check_feasible(order)
        assert not order.mass[:, :20].any() and order.mass.sum() == pytest.approx(0.2 * 39 * 40, abs=1)


def test_the_largest_part_of_a_torus_goes_on_beyond_its_border():
    open_cells = np.ones((6, 12), dtype=bool)
    open_cells[:, [4, 9]] = False
    assert largest_part(Ground(open_cells, boundary="torus"))[0].tolist() == [True] * 4 + [False] * 6 + [True] * 2
    assert largest_part(Ground(open_cells))[0].tolist() == [True] * 4 + [False] * 8
