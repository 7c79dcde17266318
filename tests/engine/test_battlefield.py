from dataclasses import replace

import numpy as np
import pytest
from stand_in import GROUND, MASS, MEN, StandIn

from engine import formations
from engine.battlefield import Battlefield
from engine.commands import Form, Obey
from engine.formations import FormationError
from engine.orders import Order
from engine.regiments import Regiment


def test_an_order_is_carried_out_and_no_mass_is_lost(battlefield):
    start = battlefield.overlap()
    for _ in range(200):
        battlefield.tick()
    assert start < 0.8
    assert battlefield.overlap() > 0.95
    assert battlefield.mass_now == battlefield.mass_start == MASS
    assert battlefield.ticks == 200


def test_orders_may_change_on_the_way(battlefield):
    for formation in ("wedge", "circle", "column", "square"):
        battlefield.form(formation)
        for _ in range(7):
            battlefield.tick()
        assert battlefield.mass_now == MASS
    assert battlefield.orders[0].formation == "square"


def test_turn_and_move_keep_the_rest_of_the_order(battlefield):
    battlefield.form("testudo")
    x, y = battlefield.orders[0].centre
    battlefield.turn(15)
    battlefield.turn(-30)
    stand = battlefield.move(4, -4)
    order = battlefield.orders[0]
    assert order == Order("testudo", (x + 4, y - 4), 345)
    assert stand.target.sum(dtype=np.float64) == MASS


def test_an_order_is_pushed_inside_and_remembered_there(battlefield):
    for _ in range(50):
        battlefield.move(4, 0)
    order = battlefield.orders[0]
    assert order.centre[0] < GROUND.grid[1]
    # One step back moves it at once: the steps into the border were not saved up.
    battlefield.form("testudo")
    right = battlefield.orders[0].centre[0]
    battlefield.move(-4, 0)
    assert battlefield.orders[0].centre[0] == pytest.approx(right - 4)


def test_an_unknown_formation_changes_nothing(battlefield):
    before = battlefield.orders[0], battlefield.version
    with pytest.raises(FormationError, match="did you mean wedge"):
        battlefield.form("wege")
    assert (battlefield.orders[0], battlefield.version) == before


def test_an_order_to_come_outlives_the_file_of_its_formation(battlefield):
    known = formations.load()
    battlefield.enlist(known | {"spear": replace(known["wedge"], name="spear", ratio=0.5)})
    queued = replace(battlefield.orders[0], formation="spear")
    battlefield.carry_out(Form(((0, queued),), queued=True))
    battlefield.enlist(known)
    for _ in range(200):
        battlefield.tick()
    assert battlefield.orders[0].formation == "spear"


def test_the_version_changes_with_the_order_alone(battlefield):
    version = battlefield.version
    battlefield.tick()
    assert battlefield.version == version
    battlefield.turn(15)
    assert battlefield.version != version


def test_another_controller_takes_over_with_mass_and_men_as_they_are(battlefield):
    for _ in range(10):
        battlefield.tick()
    mass, men = battlefield.mass, battlefield.troops[0]
    successor = battlefield.leaders["two"] = object()
    battlefield.carry_out(Obey(0, "two"))
    np.testing.assert_array_equal(battlefield.mass, mass)
    assert battlefield.troops[0] is men
    assert battlefield.simulation.resets[-1] == (successor,)
    battlefield.tick()
    assert battlefield.ticks == 11
    assert battlefield.mass_now == MASS


def test_a_rehearsal_changes_nothing(battlefield):
    battlefield.tick()
    mass, men = battlefield.mass, battlefield.troops[0]
    battlefield.rehearse(object())
    assert battlefield.mass is mass
    assert battlefield.troops[0] is men
    assert battlefield.ticks == 1


def test_a_mass_that_is_not_finite_scores_nothing(battlefield):
    battlefield.mass = np.full_like(battlefield.mass, np.nan)
    with pytest.raises(FloatingPointError):
        battlefield.overlap()


def test_two_regiments_obey_an_order_each():
    mass = np.stack([formations.blob(60.0, GROUND, centre=(x, 24.0)) for x in (18.0, 54.0)])
    orders = [Order("line", (18, 24)), Order("testudo", (54, 24), 90)]
    regiments = [Regiment(name, 0, 60.0, 150, "one") for name in ("left", "right")]
    battlefield = Battlefield(StandIn(), {"one": None}, GROUND, formations.load(), regiments, orders, mass)
    battlefield.form("wedge", regiment=1)
    for _ in range(120):
        battlefield.tick()
    assert [order.formation for order in battlefield.orders] == ["line", "wedge"]
    assert battlefield.overlap(0) > 0.9
    assert battlefield.overlap(1) > 0.9
    assert [len(troops) for troops in battlefield.troops] == [150, 150]
    assert battlefield.troops[0].position[:, 0].max() < 40 < battlefield.troops[1].position[:, 0].min()


def test_men_of_a_battle_number_what_was_asked(battlefield):
    assert len(battlefield.troops[0]) == MEN
