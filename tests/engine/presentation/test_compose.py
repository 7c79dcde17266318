"""From a battle to a scene: what is switched on shows what the battle is."""

from dataclasses import replace

import numpy as np
import pytest

from engine.fields import block_sums
from engine.orders.commands import GiveOrders
from engine.orders.order import Order
from engine.presentation.compose import compose
from engine.presentation.hud_rows import cards, status
from engine.presentation.options import ViewOptions
from engine.presentation.overlays import arrows
from engine.presentation.plot import EVERY, KEPT_TICKS, PlotHistory
from engine.scenarios.regiment import Regiment


@pytest.fixture
def two(campaign):
    """A battle of two regiments, one of each side, some ticks on their way."""
    regiments = (Regiment("Guards", 0, 100.0, 300, "one"), Regiment("Raiders", 1, 60.0, 200, "two"))
    orders = (Order("line", (20.0, 12.0)), Order("square", (50.0, 34.0)))
    scenario = replace(campaign.scenario, regiments=regiments, orders=orders, heaped=False)
    battle = replace(campaign, scenario=scenario).build()
    battle.give(Order("line", (44.0, 20.0)), 0)
    for _ in range(6):
        battle.tick()
    return battle


def test_everything_is_off_at_first_and_the_words_are_on(two):
    scene = compose(two.state)
    assert (scene.overlays, scene.plot, scene.profile) == ((), None, None)
    assert ViewOptions().words
    assert scene.minimap.density is two.state.mass
    assert scene.open_cells is two.state.ground.open_cells


def test_fields_are_those_of_the_battle(two):
    def field(name):
        (overlay,) = compose(two.state, options=ViewOptions(field=name)).overlays
        assert overlay.kind == name
        return overlay.field

    ordered = two.state.placements[0].target + two.state.placements[1].target
    np.testing.assert_array_equal(field("density"), two.state.mass.sum(axis=0))
    np.testing.assert_array_equal(field("target"), ordered)
    np.testing.assert_allclose(field("error"), two.state.mass.sum(axis=0) - ordered)


def test_arrows_lie_on_the_soldiers_and_point_where_they_go(two):
    velocity, plan = compose(two.state, options=ViewOptions(velocity=True, plan=True), scale=5.0).overlays
    assert (velocity.kind, plan.kind) == ("velocity", "plan")
    crowd = two.state.mass.sum(axis=0)
    assert all(crowd[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].max() > 0.1 for x, y in velocity.place)
    guards = velocity.place[:, 1] < 24
    assert velocity.velocity[guards].mean(axis=0)[0] > 0.05  # to the right, where they are ordered
    assert np.hypot(*velocity.velocity.T).max() <= 1.0


def test_a_simulation_that_cannot_tell_its_plan_is_said_so(two):
    assert two.state.planned is None  # the stand-in plans nothing
    (plan,) = compose(two.state, options=ViewOptions(plan=True)).overlays
    assert not plan.known
    assert len(plan.place) == 0


def test_arrows_are_means_weighted_by_mass():
    mass, velocity = np.zeros((1, 5, 6), np.float32), np.zeros((1, 5, 6, 2), np.float32)
    mass[0, 0, :2], mass[0, 4, 5] = (1.0, 0.5), 1.0
    velocity[0, 0, 0], velocity[0, 0, 1], velocity[0, 4, 5] = (0.3, 0.0), (0.0, 0.3), (0.0, -0.5)
    shown = arrows("velocity", mass, velocity, 2)
    np.testing.assert_allclose(shown.place, [[1, 1], [5, 5]])
    np.testing.assert_allclose(shown.velocity, [[0.2, 0.1], [0.0, -0.5]], atol=1e-6)
    assert block_sums(mass, 4).sum() == mass.sum()


def test_each_regiment_wears_its_own_shade(two):
    scene = compose(two.state)
    assert len(scene.teams) == 2
    assert (np.bincount(scene.soldiers.side) == [300, 200]).all()


def test_cards_tell_who_how_and_what_waits(two, campaign):
    two.give(Order("wedge", (30.0, 20.0)), 1)
    two.execute(GiveOrders(((1, Order("line", (40.0, 30.0))),), queued=True))
    (card,) = cards(two.state, campaign.formations, ("Romans", "Gauls"), (1,))
    assert (card.name, card.team, card.overlap) == ("Raiders", 1, two.state.overlaps[1])
    assert card.remarks == ("Wedge · two", "Gauls · 1 order waits")


def test_several_regiments_have_totals_and_one_its_order(two, battle, campaign):
    rows = dict(status(two.state, campaign.formations))
    assert (rows["regiments"], rows["soldiers"]) == ("2", "500")
    assert rows["overlap"] == f"{100 * (100 * two.state.overlaps[0] + 60 * two.state.overlaps[1]) / 160:.1f} %"
    assert rows["mass"] == "160.000000 (+0)"
    assert dict(status(battle.state, campaign.formations))["formation"] == "Line"


def test_what_is_measured_once_is_measured_anew_when_it_changes(two):
    def said():
        return two.state.overlaps[0], compose(two.state).target_outline

    before = said()
    assert said()[0] == before[0] == two.state.overlaps[0]
    two.give(Order("line", (22.0, 13.0)), 0)
    ordered = said()
    assert ordered[0] == two.state.overlaps[0] != before[0]
    assert (ordered[1] != before[1]).any()
    two.tick()
    assert said()[0] == two.state.overlaps[0] != ordered[0]
    two.step_back(1)
    assert said()[0] == two.state.overlaps[0]


def test_one_field_at_a_time_and_every_other_switch_by_itself():
    shown = ViewOptions().switched("density").switched("velocity").switched("error")
    assert shown == ViewOptions(field="error", velocity=True)
    assert shown.switched("error").switched("velocity") == ViewOptions()
    assert not ViewOptions().switched("words").words


class TestPlotHistory:
    def test_they_say_what_was(self, two):
        history = PlotHistory()
        noted = {}
        for _ in range(4 * EVERY):
            two.tick()
            history.record(two.state)
            noted[two.state.tick] = [two.state.overlaps[0], two.state.overlaps[1]]
        plot = history.plot(two.state)
        assert len(plot.ticks) == 4
        assert (np.diff(plot.ticks) == EVERY).all()
        np.testing.assert_array_equal(plot.overlap, [noted[tick] for tick in plot.ticks])
        assert (plot.drift == 0).all()
        assert plot.names == ("Guards", "Raiders")

    def test_a_step_back_forgets_the_future_that_was_left(self, two):
        history = PlotHistory()
        for _ in range(4 * EVERY):
            two.tick()
            history.record(two.state)
        two.step_back(2 * EVERY)
        history.record(two.state)
        assert (history.plot(two.state).ticks <= two.state.tick).all()
        two.tick()
        history.record(two.state)
        assert (np.diff(history.plot(two.state).ticks) > 0).all()

    def test_they_are_empty_at_first_and_keep_no_more_than_they_show(self, two):
        history = PlotHistory()
        assert history.plot(two.state).overlap.shape == (0, 2)
        start = two.state.tick
        for tick in range(start, start + KEPT_TICKS + 10 * EVERY):
            history.record(replace(two.state, tick=tick))
        assert len(history.plot(two.state).ticks) == KEPT_TICKS // EVERY
