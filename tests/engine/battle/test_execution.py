"""What a player can tell regiments, carried out by a battle of two."""

from dataclasses import replace

import numpy as np
import pytest
from stand_in import GROUND, StandIn

from engine import formations
from engine.battle.battle import Battle
from engine.formations import FormationError
from engine.orders.commands import GiveOrders, Halt, Scatter, SetController
from engine.orders.order import Order
from engine.plugin import Ground
from engine.scenarios.regiment import Regiment

MASS, MEN = 90.0, 240


@pytest.fixture
def battle():
    orders = [Order("testudo", (18, 24)), Order("testudo", (54, 24))]
    known = formations.load()
    mass = np.stack([formations.form_up(known["testudo"], MASS, GROUND, centre=one.centre).target for one in orders])
    regiments = [Regiment("left", 0, MASS, MEN, "one"), Regiment("right", 1, MASS, MEN, "one")]
    return Battle(StandIn(), {"one": None}, GROUND, known, regiments, orders, mass)


def play(battle, ticks):
    for _ in range(ticks):
        battle.tick()
        assert (battle.state.mass.sum(axis=(1, 2), dtype=np.float64) == MASS).all()


def play_on(battle, until, most=400):
    for _ in range(most):
        if until():
            return
        play(battle, 1)
    raise AssertionError("never happened")


def test_several_regiments_take_up_orders_of_their_own(battle):
    battle.execute(GiveOrders(((0, Order("line", (18, 20))), (1, Order("wedge", (50, 28), 90)))))
    assert [order.formation for order in battle.state.orders] == ["line", "wedge"]
    play(battle, 150)
    assert min(battle.state.overlaps[0], battle.state.overlaps[1]) > 0.95


def test_a_form_that_cannot_be_done_changes_nothing_for_anyone(battle):
    before = list(battle.state.orders), battle.state.book.version, list(battle.log)
    for wrong in ((1, Order("wege", (50, 28))), (7, Order("wedge", (50, 28))), (1, Order("wedge", (50, np.nan)))):
        with pytest.raises(FormationError):
            battle.execute(GiveOrders(((0, Order("line", (18, 20))), wrong)))
    assert (list(battle.state.orders), battle.state.book.version, list(battle.log)) == before


def test_queued_orders_wait_until_those_before_them_stand(battle):
    first, second, third = (Order("testudo", (x, 24)) for x in (24, 30, 36))
    battle.execute(GiveOrders(((0, first),)))
    battle.execute(GiveOrders(((0, second),), queued=True))
    battle.execute(GiveOrders(((0, third),), queued=True))
    assert battle.state.orders[0] == first
    assert battle.state.waiting_orders[0] == (second, third)
    play(battle, 3)
    assert battle.state.orders[0] == first
    reached = []
    for waypoint, left in ((second, (third,)), (third, ())):
        play_on(battle, lambda waypoint=waypoint: battle.state.orders[0] == waypoint)
        reached.append(battle.state.tick)
        assert battle.state.waiting_orders[0] == left
    assert reached[0] < reached[1]
    play_on(battle, lambda: battle.state.overlaps[0] > 0.95)


def test_an_order_that_is_not_queued_forgets_the_waypoints(battle):
    battle.execute(GiveOrders(((0, Order("testudo", (30, 24))),), queued=True))
    battle.execute(GiveOrders(((0, Order("testudo", (20, 24))),)))
    assert battle.state.waiting_orders[0] == ()


def test_halt_leaves_everyone_where_he_is_and_forgets_the_waypoints(battle):
    battle.execute(GiveOrders(((0, Order("line", (30, 12))),)))
    battle.execute(GiveOrders(((0, Order("testudo", (30, 24))),), queued=True))
    play(battle, 8)
    battle.execute(Halt((0,)))
    stood, other = battle.state.mass[0].copy(), battle.state.orders[1]
    play(battle, 40)
    assert formations.overlap(battle.state.mass[0], stood) > 0.999
    assert battle.state.placements[0].target.sum(dtype=np.float64) == MASS
    assert battle.state.waiting_orders[0] == ()
    assert battle.state.orders[1] == other
    # It is ordered on from where it stands.
    x, y = battle.state.placements[0].centre
    battle.form("testudo", 0)
    assert battle.state.orders[0].centre == pytest.approx((x, y))


def test_whoever_stands_round_an_island_can_be_halted_and_ordered_on():
    y, x = np.mgrid[:48, :72] + 0.5
    shore = np.hypot(x - 36, y - 24)
    ground = Ground((shore < 5) | (shore > 8))  # an island in a moat, which nobody can reach
    known, ring = (
        formations.load(),
        tuple((36 + 11 * np.cos(a), 24 + 11 * np.sin(a), 2.5) for a in np.arange(0, 6.3, 0.2)),
    )
    painted = Order("line", (36.0, 24.0), area=ring)
    mass = formations.place_order(painted, known["line"], 200.0, ground).target[None]

    def at_the_shore():
        return Battle(StandIn(), {"one": None}, ground, known, [Regiment("a", 0, 200.0, MEN, "one")], [painted], mass)

    for halts in range(3):
        battle = at_the_shore()
        for _ in range(halts):
            battle.execute(Halt((0,)))
            assert np.array_equal(battle.state.placements[0].target, mass[0])
        found = battle.form("wedge")
        assert found.target.sum(dtype=np.float64) == 200 and not found.target[shore < 8].any()
        battle.turn(15)
        battle.execute(Halt((0,)))
    battle = at_the_shore()
    battle.turn(40)  # about the island's middle, as it was painted
    assert np.minimum(battle.state.placements[0].target, mass[0]).sum() > 170
    battle.execute(GiveOrders(((0, painted),), queued=True))
    order, place = battle.state.last_order(0, queued=True)
    assert shore[int(place[1]), int(place[0])] > 8 and order.area == ring
    with pytest.raises(FormationError, match="there is no regiment 7"):
        battle.execute(Halt((0, 7)))


def inside(battle, regiment, disc):
    (x, y), radius = disc.place, disc.radius
    columns, rows = np.meshgrid(np.arange(72) + 0.5, np.arange(48) + 0.5)
    return battle.state.mass[regiment][np.hypot(columns - x, rows - y) < radius].sum()


def test_a_charge_throws_apart_whoever_stands_in_it_and_they_re_form(battle):
    disc = Scatter((18, 24), 3.0)
    before, bystander = inside(battle, 0, disc), battle.state.mass[1].copy()
    battle.execute(disc)
    assert battle.state.overlaps[0] == 1.0  # the order is what it was
    held, walked = [], []
    for _ in range(30):
        play(battle, 1)
        held.append(inside(battle, 0, disc))
        soldiers = battle.state.soldiers[0]
        walked.append(np.linalg.norm(soldiers.position - soldiers.last_position, axis=1).max())
    assert before > 25
    assert min(held) < 0.15 * before
    assert max(walked) <= 0.8 + 1e-9
    np.testing.assert_array_equal(battle.state.mass[1], bystander)
    play_on(battle, lambda: battle.state.overlaps[0] > 0.97)


def test_charges_side_by_side_leave_no_one_in_either(battle):
    discs = [Scatter((16, 24), 2.5), Scatter((20, 24), 2.5)]
    for disc in discs:
        battle.execute(disc)
        play(battle, 2)
    play(battle, 12)
    assert all(inside(battle, 0, disc) < 4 for disc in discs)


@pytest.mark.parametrize("wrong", [Scatter((18, 24), 0), Scatter((np.nan, 24), 3), Scatter((36, 24), 60)])
def test_a_charge_that_leaves_no_open_ground_is_refused(battle, wrong):
    with pytest.raises(FormationError, match="charge"):
        battle.execute(wrong)
    assert battle.log == []


def test_nobody_obeys_a_stranger(battle):
    with pytest.raises(FormationError, match="cannot obey 'nobody'"):
        battle.execute(SetController(0, "nobody"))
    battle.add_controller("two", None)
    battle.execute(SetController(1, "two"))
    assert [regiment.controller for regiment in battle.state.regiments] == ["one", "two"]


def test_velocity_is_what_was_commanded(battle):
    battle.execute(GiveOrders(((0, Order("testudo", (30, 24))),)))
    play(battle, 3)
    assert battle.state.velocity.shape == (2, *GROUND.grid, 2)
    assert np.abs(battle.state.velocity[0]).max() > 0.3


def test_a_regiment_that_is_commanded_leaves_the_schedule_and_the_others_keep_to_it(campaign):
    both = tuple((regiment, Order("circle", (20 + 30 * regiment, 24))) for regiment in (0, 1))
    scenario = replace(
        campaign.scenario,
        regiments=(Regiment("left", 0, 70.0, 150, "one"), Regiment("right", 1, 80.0, 160, "one")),
        orders=(Order("testudo", (16, 24)), Order("testudo", (52, 24))),
        heaped=False,
        schedule=((10, GiveOrders(both)), (20, Halt((0, 1))), (30, GiveOrders(both, queued=True))),
    )
    battle = replace(campaign, scenario=scenario).build()
    for _ in range(5):
        battle.tick()
    battle.execute(SetController(1, "one"))  # who leads is not where to stand
    battle.execute(GiveOrders(((0, Order("wedge", (18, 24))),)))
    while battle.state.tick < 15:
        battle.tick()
    assert [order.formation for order in battle.state.orders] == ["wedge", "circle"]
    # Before that command it was in the schedule, and a step back is to then.
    battle.step_back(12)
    assert battle.state.tick == 3
    battle.execute(GiveOrders(((1, Order("wedge", (52, 24))),)))
    while battle.state.tick < 31:
        battle.tick()
    assert [order.formation for order in battle.state.orders] == ["circle", "wedge"]
