"""Men moved with OpenGL go where NumPy would have them go, and keep the same promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness import variation
from stand_in import GROUND, MASS, StandIn

from engine import formations
from engine.app.game import Game
from engine.compute import march
from engine.soldiers import GPU_MARCH_ABOVE, Flow, soldiers, spawn, step
from engine.view import open_view

MEN, TICKS = 1500, 200
FIELDS = ("mass", "flux_x", "flux_y")


@pytest.fixture(scope="module")
def opengl(missing_opengl):
    if missing_opengl is not None:
        pytest.skip(missing_opengl)
    view = open_view((320, 180), visible=False, prefer="opengl")
    yield view
    view.close()


@pytest.fixture(scope="module")
def gpu(opengl):
    return march.GpuMarch(opengl.context)


@pytest.fixture(scope="module")
def flowing():
    """The flow of every tick in which a line forms, and the placement that it forms."""
    simulation = StandIn()
    placement = formations.form_up(formations.load()["line"], MASS, GROUND, centre=(36, 24), angle=20.0)
    state = simulation.reset(formations.crowd(MASS, GROUND)[None], GROUND, [None], 0)
    flows = []
    for _ in range(TICKS):
        state = simulation.tick(state, placement.target[None])
        flows.append(Flow(*(simulation.read(state, FIELDS)[name][0] for name in FIELDS)))
    return flows, placement


def crowd():
    return spawn(formations.crowd(MASS, GROUND), MEN, seed=0)


def test_without_neighbours_the_steps_are_those_of_numpy(gpu, flowing, monkeypatch):
    flows, placement = flowing
    monkeypatch.setattr(soldiers, "separation", lambda position, room: np.zeros_like(position))
    monkeypatch.setattr(march, "ROOM", 0.0)
    men = crowd()
    for tick, flow in enumerate(flows):
        by_numpy, by_opengl = step(men, flow, 0.3, placement), gpu.step(men, flow, 0.3, placement)
        apart = np.abs(by_numpy.position - by_opengl.position).max(axis=1)
        # Where a man stands on the brink of a rule, the last bit decides: that may be a man or two.
        assert np.quantile(apart, 0.995) < 2e-3, tick
        men = by_numpy


def test_they_keep_the_promises_of_soldiers(gpu, flowing):
    flows, placement = flowing
    men = by_numpy = crowd()
    likeness, of_numpy = [], []
    for flow in flows:
        before = men.position
        men, by_numpy = gpu.step(men, flow, 0.3, placement), step(by_numpy, flow, 0.3, placement)
        np.testing.assert_array_equal(men.last_position, before)
        assert np.isfinite(men.position).all()
        assert np.hypot(*(men.position - before).T).max() <= 1.6 * 0.5
        likeness.append(variation(men.position, men.mass_per_soldier, flow.mass))
        of_numpy.append(variation(by_numpy.position, by_numpy.mass_per_soldier, flow.mass))
    assert max(likeness) < max(of_numpy) + 0.005
    assert likeness[-1] < of_numpy[-1] + 0.002
    assert men.slots.position is not None
    assert np.quantile(np.hypot(*(men.position - men.slots.position).T), 0.99) < 0.05


def test_men_on_one_another_step_apart(gpu, flowing):
    flows, _ = flowing
    still = Flow(flows[-1].mass, np.zeros_like(flows[-1].flux_x), np.zeros_like(flows[-1].flux_y))
    men = crowd()
    crowded = replace(men, position=np.float32(0.5) * np.floor(2 * men.position) + np.float32(0.25))
    crowded = replace(crowded, position=crowded.position + np.float32(0.02) * men.position % np.float32(0.1))
    for _ in range(25):
        crowded = gpu.step(crowded, still, 0.0)
    _, counts = np.unique(np.floor(crowded.position / 0.2), axis=0, return_counts=True)
    assert counts.max() <= 4


MANY = 300  # instead of GPU_MARCH_ABOVE, so that a battle with more is soon mustered


@pytest.fixture
def few_are_many(monkeypatch):
    monkeypatch.setattr("engine.app.game.GPU_MARCH_ABOVE", MANY)


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize(("men", "by_view"), [(MANY, False), (MANY + 1, True)])
def test_the_game_has_many_men_moved_by_the_view(opengl, men, by_view, campaign):
    check_who_moves(opengl, men, by_view, campaign)


@pytest.mark.long
@pytest.mark.parametrize(("men", "by_view"), [(GPU_MARCH_ABOVE, False), (GPU_MARCH_ABOVE + 1, True)])
def test_the_game_has_truly_many_men_moved_by_the_view(opengl, men, by_view, campaign):
    check_who_moves(opengl, men, by_view, campaign)


def check_who_moves(opengl, men, by_view, campaign):
    (army,) = campaign.scenario.regiments
    scenario = replace(campaign.scenario, regiments=(replace(army, soldiers=men),))
    game = Game(replace(campaign, scenario=scenario), opengl)
    while game.battle is None:
        game.frame()
    if by_view:
        owner = game.battle.step_soldiers.keywords["displacement"].__self__
        assert isinstance(owner, march.GpuMarch) and owner.step is game.battle.step_soldiers
    else:
        assert game.battle.step_soldiers is step
    before = game.battle.state.soldiers[0]
    game.battle.tick()
    assert not np.array_equal(before.position, game.battle.state.soldiers[0].position)
    game.frame()


@pytest.mark.usefixtures("few_are_many")
def test_where_the_driver_cannot_move_them_numpy_does(opengl, campaign, monkeypatch):
    def broken(context):
        raise RuntimeError("no transform\nfeedback")

    monkeypatch.setattr("engine.compute.GpuMarch", broken)
    (army,) = campaign.scenario.regiments
    many = replace(army, soldiers=MANY + 1)
    game = Game(replace(campaign, scenario=replace(campaign.scenario, regiments=(many,))), opengl)
    while game.battle is None:
        game.frame()
    assert game.battle.step_soldiers == soldiers.step
    assert game.notice == "soldiers march without OpenGL: no transform feedback"
