"""Queued orders behind one that cannot be filled: they wait while it makes progress, and then no longer."""

import math
from dataclasses import replace

import numpy as np
import pytest
from stand_in import GROUND, StandIn

from engine import formations
from engine.battle.progress import STALLED_TICKS, follow, middle
from engine.orders.commands import GiveOrders, Scatter
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment

PLACEMENT = formations.form_up(formations.load()["square"], 60.0, GROUND, centre=(54, 24))
TAKEN, BEYOND = Order("square", (32, 24)), Order("square", (56, 24))


def stalls_at(path, ticks=2000):
    """Return the tick at which a regiment on a path of (x, y, overlap) stalls, or None."""
    progress = None
    for tick in range(ticks):
        x, y, overlap = path(tick)
        mass = np.zeros(GROUND.grid, np.float32)
        column, row, right, down = int(x), int(y), x % 1, y % 1  # four cells whose middle is at (x + 1, y + 1)
        mass[row : row + 2, column : column + 2] = np.outer((1 - down, down), (1 - right, right))
        progress = follow(progress, PLACEMENT, mass, overlap, tick)
        if progress.stalled(tick):
            return tick
    return None


def test_a_middle_is_in_cells():
    mass = np.zeros((48, 72), np.float32)
    mass[10, 20], mass[10, 21] = 1.0, 1.0
    assert middle(mass) == (21.0, 10.5)


STUCK = {
    "still": lambda tick: (20, 20, 0.0),
    "sways": lambda tick: (20 + 3 * math.sin(tick / 9), 20 + 2 * math.cos(tick / 7), 0.4 + 0.3 * math.sin(tick / 11)),
    "comes ever less near": lambda tick: (40 - 20 * math.exp(-tick / 40), 20, 0.0),
}


@pytest.mark.parametrize("path", STUCK.values(), ids=STUCK)
def test_whoever_gets_no_further_stalls(path):
    assert STALLED_TICKS <= stalls_at(path) < 600


ON_THE_WAY = {
    "slowly": lambda tick: (2 + tick / 120, 20, 0.0),
    "away, round a wall": lambda tick: (60 - tick / 100, 20, 0.0),
    "there and round and back": lambda tick: (20 + 15 * math.sin(tick / 60), 2 + tick / 50, 0.0),
    "fills little by little": lambda tick: (40, 20, 0.85 * tick / 20_000),
}


@pytest.mark.parametrize("path", ON_THE_WAY.values(), ids=ON_THE_WAY)
def test_whoever_makes_progress_never_stalls(path):
    assert stalls_at(path) is None


class Taken(StandIn):
    """Who is ordered to the middle of the field never gets there; anybody else is there at once."""

    def tick(self, state, targets):
        taken = np.array([abs(middle(target)[0] - TAKEN.centre[0]) < 4 for target in targets])
        return replace(state, mass=np.where(taken[:, None, None], state.mass, targets))


@pytest.fixture
def queue(campaign):
    """A regiment that stands elsewhere, and one that is ordered to a place that is taken, and then beyond it."""
    scenario = replace(
        campaign.scenario,
        regiments=(Regiment("S", 0, 60.0, 2, "one"), Regiment("P", 1, 60.0, 2, "one")),
        orders=(Order("square", (60, 40)), Order("square", (12, 24))),
        heaped=False,
        schedule=((1, GiveOrders(((1, TAKEN),))), (1, GiveOrders(((1, BEYOND),), queued=True))),
    )
    return replace(campaign, simulation=Taken, scenario=scenario)


def play(battle, ticks):
    remarks = []
    for _ in range(ticks):
        battle.tick()
        remarks += [(battle.state.tick, remark) for remark in battle.state.remarks]
    return remarks


def test_an_order_that_cannot_be_filled_lets_the_next_one_through_and_says_so(queue):
    battle = queue.build()
    assert play(battle, STALLED_TICKS + 1) == []
    assert battle.state.orders[1].centre == TAKEN.centre
    assert play(battle, 1) == [(STALLED_TICKS + 2, "P gets no nearer to its place, and takes up its next order")]
    assert battle.state.orders[1].centre == BEYOND.centre
    assert battle.state.waiting_orders == ((), ())
    assert battle.state.overlaps[1] == 1.0
    # The same after a step back.
    ending = battle.state.mass
    battle.step_back(20)
    assert battle.state.orders[1].centre == TAKEN.centre
    assert [tick for tick, _ in play(battle, 20)] == [STALLED_TICKS + 2]
    np.testing.assert_array_equal(battle.state.mass, ending)


def test_whoever_is_scattered_has_time_to_re_form(queue):
    battle = queue.build()
    play(battle, STALLED_TICKS - 10)
    battle.execute(Scatter((12, 24), 8.0))
    assert play(battle, 100) == []
    assert len(play(battle, STALLED_TICKS)) == 1


def test_a_waiting_order_that_has_become_void_is_dropped_and_said(queue, monkeypatch):
    battle = queue.build()
    play(battle, 2)
    battle.execute(GiveOrders(((0, Order("line", (20, 40))),), queued=True))

    def place_order(*wanted):
        raise formations.FormationError("no room")

    monkeypatch.setattr(formations, "place_order", place_order)
    assert play(battle, 3) == [(3, "no room")]
    assert battle.state.orders[0].formation == "square" and battle.state.waiting_orders[0] == ()


@pytest.mark.long
@pytest.mark.parametrize("side", [0, 1])
def test_a_place_that_friend_or_foe_has_taken(side):
    from engine.app.installed import make_simulation, makers
    from engine.battle import BattleSetup
    from engine.plugin import Ground
    from engine.scenarios import Scenario

    scenario = Scenario(
        "F3",
        Ground.plain(48, 64),
        (Regiment("S", 0, 60.0, 240, "plan"), Regiment("P", side, 60.0, 240, "plan")),
        (Order("square", (32, 24)), Order("square", (12, 24))),
        schedule=(
            (1, GiveOrders(((1, Order("square", (32, 24))),))),
            (1, GiveOrders(((1, Order("square", (54, 24))),), queued=True)),
        ),
    )
    battle = BattleSetup(make_simulation, makers(["plan"]), formations.load(), scenario).build()
    assert len(play(battle, 500)) == 1
    assert battle.state.orders[1].centre == (54, 24)
    assert battle.state.overlaps[1] > 0.5
