"""The commander's solvers against what is known exactly."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.formations import crowd, form_up, load
from engine.plugin import Ground
from nca_controller.guidance import plan as transport
from nca_controller.guidance import urgency as haste
from nca_controller.guidance.clouds import cloud
from nca_controller.guidance.poisson import poisson_flow, solve_poisson
from nca_controller.guidance.sinkhorn import FIRST_ROUNDS, sinkhorn, squared_distances

GROUND = Ground(np.ones((48, 64), dtype=bool))


def formation(name, centre, angle=0.0):
    return form_up(load()[name], 150.0, GROUND, centre=centre, angle=angle).target


def test_the_potential_solves_the_equation_with_walls():
    source = np.random.default_rng(0).normal(size=(20, 33)).astype(np.float32)
    potential = np.pad(np.asarray(solve_poisson(source)), 1, mode="edge")
    laplace = potential[:-2, 1:-1] + potential[2:, 1:-1] + potential[1:-1, :-2] + potential[1:-1, 2:]
    laplace -= 4 * potential[1:-1, 1:-1]
    np.testing.assert_allclose(laplace, source - source.mean(), atol=2e-4)


def test_the_flow_leads_from_mass_to_target():
    flow = np.asarray(poisson_flow(formation("circle", (16, 24)), formation("circle", (48, 24))))
    assert flow[24, 16, 0] > 0.9 and abs(flow[24, 16, 1]) < 0.2
    assert np.hypot(flow[..., 0], flow[..., 1]).max() <= 1 + 1e-6


def plan_of(mass, target, refreshes=10):
    plan = transport.empty_plan(*mass.shape)
    for _ in range(refreshes):
        plan = transport.plan_transport(plan, jnp.asarray(mass), jnp.asarray(target))
    return plan


def test_who_stands_right_stays():
    stand = formation("square", (30, 24), 20)
    way = np.asarray(plan_of(stand, stand).displacement)
    assert np.abs(way[stand > 0.5]).max() < 0.1


@pytest.mark.parametrize("shift", [(5, 0), (0, -4), (3, 4)])
def test_a_formation_shifted_a_little_is_told_the_shift(shift):
    """Optimal transport to a translate is the translation, for every man."""
    there = (22 + shift[0], 24 + shift[1])
    mass, target = formation("wedge", (22, 24)), formation("wedge", there)
    way = np.asarray(plan_of(mass, target).displacement)
    error = np.abs(way[mass > 0.5] - shift)
    assert error.mean() < 0.25 and error.max() < 1.5


@pytest.mark.parametrize("shift", [(24, 0), (18, -9)])
def test_nobody_of_a_formation_shifted_far_goes_farther_than_the_shift(shift):
    """Where some may lag nobody needs to, and hardly anybody is told less than the shift."""
    there = (22 + shift[0], 24 + shift[1])
    mass, target = formation("wedge", (22, 24)), formation("wedge", there)
    plan = plan_of(mass, target)
    ways = np.hypot(*np.asarray(plan.displacement)[mass > 0.5].T)
    assert 0.9 * np.hypot(*shift) < ways.mean() <= np.hypot(*shift)
    assert plan.longest < np.hypot(*shift) + 1.5


@pytest.mark.parametrize(("source", "aim"), [("line", "wedge"), pytest.param("wedge", "line", marks=pytest.mark.long)])
def test_haste_shortens_the_longest_way(source, aim, monkeypatch):
    """A plan of the least squared distances sends somebody farther than one in haste."""
    mass, target = formation(source, (16, 24), 20), formation(aim, (46, 24), 110)
    hasty = float(plan_of(mass, target).longest)
    monkeypatch.setattr(haste, "GREATEST_URGENCY", 0.0)
    monkeypatch.setattr(haste, "SLACK", haste.LEAST_SLACK)
    transport.plan_transport.clear_cache()  # compiled with the haste of before
    calm = float(plan_of(mass, target).longest)
    transport.plan_transport.clear_cache()
    assert hasty < calm - 0.5


def test_orders_from_far_are_at_full_speed_and_at_rest_none():
    near, far = formation("phalanx", (40, 30)), crowd(150.0, GROUND, centre=(12, 12))
    marching = np.asarray(transport.follow(plan_of(far, near), jnp.asarray(far), jnp.asarray(near)))
    standing = np.asarray(transport.follow(plan_of(near, near), jnp.asarray(near), jnp.asarray(near)))
    held = far > 0.9
    assert np.hypot(marching[..., 0], marching[..., 1])[held].min() > 0.99
    assert np.hypot(standing[..., 0], standing[..., 1])[near > 0.9].max() < 0.05
    assert standing[..., 2][near > 0.9].min() > 0.9 > marching[..., 2][held].max()


def test_an_army_that_outgrows_the_cloud_is_seen_more_coarsely():
    """On 128 x 192 cells clouds of 96 and of 256 points hold about 1,500 and 4,000 cells at the finest."""
    field = Ground(np.ones((128, 192), dtype=bool))
    for mass, level in ((250.0, 0), (2500.0, 1), (8000.0, 2)):
        here, there = (form_up(load()["phalanx"], mass, field, centre=(96, y), angle=0).target for y in (50.0, 70.0))
        plan = transport.plan_transport(transport.empty_plan(128, 192), jnp.asarray(here), jnp.asarray(there))
        assert int(plan.level) == level
        assert np.abs(np.asarray(plan.displacement)[here > 0.9] - (0, 20)).mean() < 1.5


def test_a_new_order_is_planned_afresh():
    mass, first, second = formation("line", (30, 24)), formation("circle", (12, 12)), formation("circle", (52, 36))
    told = transport.plan_transport(plan_of(mass, first), jnp.asarray(mass), jnp.asarray(second))
    afresh = transport.plan_transport(transport.empty_plan(*mass.shape), jnp.asarray(mass), jnp.asarray(second))
    np.testing.assert_allclose(told.displacement, afresh.displacement, atol=1e-4)


def test_sinkhorn_matches_every_point_of_the_target():
    """The plan's marginals are the clouds' shares, which is what Sinkhorn's iterations are for."""
    held, wanted = (cloud(jnp.asarray(formation(*where)), 4) for where in (("line", (20, 12)), ("square", (44, 30))))
    cost = squared_distances(held.points, wanted.points)
    potential = sinkhorn(cost, held.log_share, wanted.log_share, jnp.zeros_like(wanted.log_share), 16.0, FIRST_ROUNDS)
    plan = jax.nn.softmax((potential - cost) / 16 + wanted.log_share, axis=1) * jnp.exp(held.log_share)[:, None]
    assert np.abs(np.asarray(plan.sum(axis=0) - jnp.exp(wanted.log_share))).sum() < 0.02


def test_gradients_through_the_guides_are_finite_on_empty_ground():
    mass, target = jnp.asarray(formation("line", (20, 10))), jnp.asarray(formation("circle", (40, 30)))

    def speed(mass):
        plan = transport.plan_transport(transport.empty_plan(*mass.shape), mass, target)
        return (transport.follow(plan, mass, target)[..., :2] ** 2).sum()

    assert np.isfinite(jax.jit(jax.grad(speed))(mass)).all()
