from dataclasses import replace

import numpy as np
import pytest
from stand_in import GROUND, MASS, MEN, StandIn

from engine import formations
from engine.battle.battle import Battle
from engine.formations import FormationError
from engine.orders.commands import GiveOrders, SetController
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment


def test_an_order_is_carried_out_and_no_mass_is_lost(battle):
    start = battle.state.overlaps[0]
    for _ in range(200):
        battle.tick()
    assert start < 0.8
    assert battle.state.overlaps[0] > 0.95
    assert battle.state.mass_now == battle.state.mass_start == MASS
    assert battle.state.tick == 200


def test_orders_may_change_on_the_way(battle):
    for formation in ("wedge", "circle", "column", "square"):
        battle.form(formation)
        for _ in range(7):
            battle.tick()
        assert battle.state.mass_now == MASS
    assert battle.state.orders[0].formation == "square"


def test_turn_and_move_keep_the_rest_of_the_order(battle):
    battle.form("testudo")
    x, y = battle.state.orders[0].centre
    battle.turn(15)
    battle.turn(-30)
    stand = battle.move(4, -4)
    order = battle.state.orders[0]
    assert order == Order("testudo", (x + 4, y - 4), 345)
    assert stand.target.sum(dtype=np.float64) == MASS


def test_an_order_is_pushed_inside_and_remembered_there(battle):
    for _ in range(50):
        battle.move(4, 0)
    order = battle.state.orders[0]
    assert order.centre[0] < GROUND.grid[1]
    # One step back moves it at once: the steps into the border were not saved up.
    battle.form("testudo")
    right = battle.state.orders[0].centre[0]
    battle.move(-4, 0)
    assert battle.state.orders[0].centre[0] == pytest.approx(right - 4)


def test_an_unknown_formation_changes_nothing(battle):
    before = battle.state.orders[0], battle.state.book.version
    with pytest.raises(FormationError, match="did you mean wedge"):
        battle.form("wege")
    assert (battle.state.orders[0], battle.state.book.version) == before


def test_an_order_to_come_outlives_the_file_of_its_formation(battle):
    known = formations.load()
    battle.add_formations(known | {"spear": replace(known["wedge"], name="spear", ratio=0.5)})
    queued = replace(battle.state.orders[0], formation="spear")
    battle.execute(GiveOrders(((0, queued),), queued=True))
    battle.add_formations(known)
    for _ in range(200):
        battle.tick()
    assert battle.state.orders[0].formation == "spear"


def test_the_version_changes_with_the_order_alone(battle):
    version = battle.state.book.version
    battle.tick()
    assert battle.state.book.version == version
    battle.turn(15)
    assert battle.state.book.version != version


def test_another_controller_takes_over_with_mass_and_soldiers_as_they_are(battle):
    for _ in range(10):
        battle.tick()
    mass, soldiers = battle.state.mass, battle.state.soldiers[0]
    successor = object()
    battle.add_controller("two", successor)
    battle.execute(SetController(0, "two"))
    np.testing.assert_array_equal(battle.state.mass, mass)
    assert battle.state.soldiers[0] is soldiers
    assert battle.state.simulation.resets[-1] == (successor,)
    battle.tick()
    assert battle.state.tick == 11
    assert battle.state.mass_now == MASS


def test_a_warm_up_changes_nothing(battle):
    battle.tick()
    mass, soldiers = battle.state.mass, battle.state.soldiers[0]
    battle.warm_up(object())
    assert battle.state.mass is mass
    assert battle.state.soldiers[0] is soldiers
    assert battle.state.tick == 1


def test_a_mass_that_is_not_finite_scores_nothing(battle):
    state = replace(battle.state, mass=np.full_like(battle.state.mass, np.nan))
    with pytest.raises(FloatingPointError):
        _ = state.overlaps


def test_two_regiments_obey_an_order_each():
    mass = np.stack([formations.crowd(60.0, GROUND, centre=(x, 24.0)) for x in (18.0, 54.0)])
    orders = [Order("line", (18, 24)), Order("testudo", (54, 24), 90)]
    regiments = [Regiment(name, 0, 60.0, 150, "one") for name in ("left", "right")]
    battle = Battle(StandIn(), {"one": None}, GROUND, formations.load(), regiments, orders, mass)
    battle.form("wedge", regiment=1)
    for _ in range(120):
        battle.tick()
    assert [order.formation for order in battle.state.orders] == ["line", "wedge"]
    assert battle.state.overlaps[0] > 0.9
    assert battle.state.overlaps[1] > 0.9
    assert [len(soldiers) for soldiers in battle.state.soldiers] == [150, 150]
    assert battle.state.soldiers[0].position[:, 0].max() < 40 < battle.state.soldiers[1].position[:, 0].min()


def test_soldiers_of_a_battle_number_what_was_asked(battle):
    assert len(battle.state.soldiers[0]) == MEN
