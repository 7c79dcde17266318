"""Battles on grounds of their own: every one can be fought."""

import numpy as np
import pytest
from scipy.ndimage import label

from engine.plugin import Ground
from nca_controller.tasks import OwnGrounds


@pytest.fixture(scope="module")
def drawn():
    """Sixty battles: capacity, mass, target, a later order, and the mass wounded."""
    orders, battles = OwnGrounds(48, (80.0, 250.0), 180.0, np.random.default_rng(1)), []
    for _ in range(60):
        capacity = orders.draw_ground()
        (mass,) = orders.starts(1)
        total = float(mass.sum(dtype=np.float64))
        battles.append((capacity, mass, orders.order(total)))
    again = []
    for capacity, mass, target in battles:
        orders.enter(capacity)
        again.append((capacity, mass, target, orders.order(float(mass.sum(dtype=np.float64))), orders.wound(mass)))
    return again


def test_everything_lies_within_capacity_and_has_the_exact_mass(drawn):
    for capacity, mass, *others in drawn:
        for field in (mass, *others):
            assert field.dtype == np.float32 and (field >= 0).all() and (field <= capacity).all()
            assert field.sum(dtype=np.float64) == mass.sum(dtype=np.float64) > 0


def test_every_target_can_be_reached(drawn):
    for capacity, mass, target, later, _ in drawn:
        parts = label(capacity > 0)[0]
        assert len(np.unique(parts[(mass > 0) | (target > 0) | (later > 0)])) == 1


def test_grounds_differ_and_some_are_open(drawn):
    grounds = np.stack([capacity for capacity, *_ in drawn])
    plain = (grounds == 1).all(axis=(1, 2))
    assert 0.3 < plain.mean() < 0.7 and len(np.unique(grounds[~plain], axis=0)) > 0.8 * (~plain).sum()
    assert ((grounds > 0) & (grounds < 1)).any()


def test_a_ground_that_is_given_is_refused():
    with pytest.raises(ValueError, match="draw their own grounds"):
        OwnGrounds(48, (80.0, 250.0), 180.0, np.random.default_rng(0), Ground.plain(48, 48))
