"""An order onto a friend's own place is shifted beside it, to the bit the same in the ghost and in a replay."""

from dataclasses import replace

import numpy as np
import pytest
from stand_in import GROUND, StandIn

from engine import formations
from engine.battle import Battle, BattleSetup, replays
from engine.battle.placing import SOON
from engine.formations import FormationError
from engine.orders import GiveOrders, Order, deployment
from engine.plugin import Ground
from engine.scenarios import Regiment, Scenario

MASS, MEN = 90.0, 240
PLACES = ((18, 24), (44, 24), (60, 24))


def setup(ground=GROUND, schedule=(), sides=(0, 0, 1)):
    regiments = tuple(Regiment(name, side, MASS, MEN, "one") for name, side in zip("abx", sides, strict=True))
    orders = tuple(Order("testudo", place) for place in PLACES)
    scenario = Scenario("three", ground, regiments, orders, schedule=schedule)
    return BattleSetup(StandIn, {"one": object}, formations.load(), scenario)


@pytest.fixture
def battle():
    return setup().build()


def shared(battle, one, other):
    """Return the mass that two placements hold beyond what their cells can."""
    together = battle.state.placements[one].target.astype(float) + battle.state.placements[other].target
    return np.maximum(together - battle.state.ground.capacity, 0).sum()


def test_it_lies_beside_the_friend_as_near_as_can_be_and_the_ghost_shows_it(battle):
    order = Order("testudo", (45, 25))
    ghost = battle.preview(0, order)
    battle.give(order, 0)
    found = battle.state.placements[0]
    assert np.array_equal(ghost.target, found.target) and np.array_equal(ghost.slots(MEN), found.slots(MEN))
    assert found.target.sum(dtype=np.float64) == MASS
    assert shared(battle, 0, 1) == 0 and shared(battle, 0, 2) < 0.01 * MASS  # nor on an enemy
    side = np.sqrt(MASS)
    assert side < np.hypot(found.centre[0] - 44, found.centre[1] - 24) < side + 5
    assert found.centre[0] < 44 - 8 or abs(found.centre[1] - 24) > 8
    assert battle.state.orders[0].centre == found.centre
    assert found.depth == pytest.approx(ghost.depth) and found.angle == 0  # shifted, and not squeezed


def test_who_swap_places_are_in_nobody_s_way(battle):
    both = GiveOrders(((0, Order("testudo", PLACES[1])), (1, Order("testudo", PLACES[0]))))
    battle.execute(both)
    assert [one.centre for one in battle.state.placements[:2]] == [PLACES[1], PLACES[0]]


@pytest.mark.parametrize(("ticks", "swapped"), [(0, True), (20, True), (SOON, True), (SOON + 1, False)])
def test_they_swap_by_two_commands_of_which_one_comes_soon_after_the_other(ticks, swapped):
    battle = setup().build()
    battle.give(Order("testudo", (33, 24)), 0)  # next to the other, so that each is in the other's way
    battle.give(Order("testudo", PLACES[1]), 0)
    assert battle.state.placements[0].centre != PLACES[1]
    battle.state = replace(battle.state, tick=ticks)
    ghost = battle.preview(1, Order("testudo", (33, 24)))
    battle.give(Order("testudo", (33, 24)), 1)
    assert np.array_equal(ghost.target, battle.state.placements[1].target)
    assert shared(battle, 0, 1) == 0
    assert ([one.centre for one in battle.state.placements[:2]] == [PLACES[1], (33, 24)]) is swapped


def test_who_only_turns_keeps_its_place_from_whoever_was_shifted(battle):
    battle.give(Order("testudo", PLACES[1]), 0)
    before = battle.state.placements[0]
    battle.execute(GiveOrders(((0, Order("testudo", (20, 40))),), queued=True))
    battle.turn(90, 1)
    assert battle.state.placements[0] is before
    battle.give(Order("testudo", (56, 40)), 1)
    assert battle.state.placements[0].centre == PLACES[1] and not battle.state.placements[0].beside
    assert len(battle.state.waiting_orders[0]) == 1  # and goes on from there


@pytest.mark.parametrize("ticks", [0, 1, 20])
def test_whoever_is_ordered_to_a_place_first_has_it_before_it_arrives(battle, ticks):
    battle.give(Order("testudo", (36, 40)), 0)
    for _ in range(ticks):
        battle.tick()
    ghost = battle.preview(1, Order("testudo", (37, 40)))
    battle.give(Order("testudo", (37, 40)), 1)
    assert battle.state.overlaps[0] < 0.5  # it stands nowhere yet
    assert battle.state.placements[0].centre == (36, 40) and shared(battle, 0, 1) == 0
    assert np.array_equal(ghost.target, battle.state.placements[1].target)


def test_orders_to_one_place_that_are_given_together_lie_beside_each_other(battle):
    given = tuple((regiment, Order("testudo", (30, 38))) for regiment in (0, 1))
    ghosts = battle.previews(given)
    battle.execute(GiveOrders(given))
    assert battle.state.placements[0].centre == (30, 38) and shared(battle, 0, 1) == 0
    for ghost, found in zip(ghosts, battle.state.placements, strict=False):
        assert np.array_equal(ghost.target, found.target)


def test_a_line_of_regiments_keeps_its_layout(battle):
    chosen = [deployment.Chosen(r, MASS, battle.state.orders[r]) for r in (0, 1)]
    given = deployment.along_front(chosen, (20, 36), (50, 36), battle.depth)
    battle.execute(GiveOrders(given))
    assert [one.beside for one in battle.state.placements[:2]] == [False, False]
    assert [one.centre for one in battle.state.placements[:2]] == [order.centre for _, order in given]


def test_enemies_and_orders_that_touch_are_not_shifted(battle):
    assert battle.give(Order("testudo", PLACES[2]), 0).centre == PLACES[2]
    assert battle.give(Order("testudo", (44 - 9.4, 24)), 0).centre == (44 - 9.4, 24)


def test_the_schedule_is_known_beforehand_and_counts_until_a_regiment_is_commanded():
    away = (40, GiveOrders(((1, Order("line", (44, 40))),)))
    come = (10, GiveOrders(((0, Order("testudo", PLACES[1])),)))
    scheduled = setup(schedule=(come, away)).build()
    for _ in range(11):
        scheduled.tick()
    assert scheduled.state.placements[0].centre == PLACES[1]
    commanded = setup(schedule=(come, away)).build()
    commanded.give(Order("testudo", PLACES[1], 90), 1)
    for _ in range(11):
        commanded.tick()
    assert commanded.state.placements[0].centre != PLACES[1]


@pytest.mark.parametrize(("ticks", "shifted"), [(SOON, False), (SOON + 1, True)])
def test_the_schedule_counts_where_it_is_due_soon(ticks, shifted):
    battle = setup(schedule=((ticks, GiveOrders(((1, Order("testudo", (60, 40))),))),)).build()
    battle.give(Order("testudo", PLACES[1]), 0)
    assert battle.state.placements[0].beside is shifted


def test_of_two_orders_of_one_tick_the_schedule_knows_which_is_done():
    onto = tuple((2, GiveOrders(((regiment, Order("testudo", (36, 40))),))) for regiment in (1, 0))
    battle = setup(schedule=onto).build()
    for _ in range(3):
        battle.tick()
    assert battle.state.placements[1].centre == (36, 40) and shared(battle, 0, 1) == 0


def test_an_order_that_waits_is_shifted_when_its_turn_comes(battle):
    battle.execute(GiveOrders(((0, Order("testudo", (20, 24))),)))
    battle.execute(GiveOrders(((0, Order("testudo", PLACES[1])),), queued=True))
    assert battle.state.waiting_orders[0][0].centre == PLACES[1]
    while battle.state.waiting_orders[0]:
        battle.tick()
        assert battle.state.tick < 100
    assert battle.state.placements[0].centre != PLACES[1] and shared(battle, 0, 1) == 0


def test_near_walls_it_is_beside_on_open_ground_and_without_room_refused():
    cells = np.zeros((48, 72), bool)
    cells[15:33, 5:70] = True  # a street, in which both stand abreast
    battle = setup(Ground(cells)).build()
    battle.give(Order("testudo", (44, 22)), 0)
    target = battle.state.placements[0].target
    assert target.sum(dtype=np.float64) == MASS and not target[~cells].any() and shared(battle, 0, 1) == 0
    narrow = np.zeros((48, 72), bool)
    narrow[19:29, 11:27], narrow[19:29, 37:51], narrow[19:29, 54:66] = True, True, True
    apart = setup(Ground(narrow)).build()
    before = apart.state
    with pytest.raises(FormationError, match="no way leads there"):
        apart.give(Order("testudo", PLACES[1]), 0)
    assert apart.state is before and apart.log == []
    regiments = tuple(Regiment(name, 0, 1300.0, MEN, "one") for name in "ab")  # two that fill the field between them
    orders = (Order("testudo", (18, 24)), Order("testudo", (54, 24)))
    full = replace(setup(), scenario=Scenario("two", GROUND, regiments, orders)).build()
    with pytest.raises(FormationError, match="friends stand there, and there is no room beside them"):
        full.give(Order("line", (36, 24), frontage=68), 0)


def test_a_replay_is_the_same_and_no_warning_is_given(battle):
    for tick in range(12):
        if tick == 5:
            battle.give(Order("testudo", PLACES[1]), 0)
            assert battle.state.placements[0].centre != PLACES[1]
        if tick == 8:
            battle.give(Order("testudo", PLACES[0]), 1)
        battle.tick()
    assert [one.centre for one in battle.state.placements[:2]] == [PLACES[1], PLACES[0]]
    battle.give(Order("testudo", PLACES[0]), 0)  # and one that stays beside
    assert battle.state.placements[0].beside
    replay = replays.record(setup(), battle, "v")
    played = replace(setup(), log=replay.log)
    assert replays.warnings(replay, played, "v") == []
    again = played.build()
    for _ in range(12):
        again.tick()
    assert replays.check(replay, again)["same_to_the_bit"] is True
    assert isinstance(again, Battle)
