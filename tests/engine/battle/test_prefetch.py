import threading
import time
from dataclasses import replace

import numpy as np
from skirmishers import setup
from stand_in import GROUND, MASS, StandIn

from engine import formations
from engine.app.background import BackgroundTask
from engine.battle.prefetch import Prefetch


class Counting(StandIn):
    ticks = 0

    def tick(self, state, targets):
        self.ticks += 1
        return super().tick(state, targets)


def target(name):
    return formations.form_up(formations.load()[name], MASS, GROUND, centre=(36, 24)).target[None]


def start():
    simulation = Counting()
    return simulation, simulation.reset(formations.crowd(MASS, GROUND)[None], GROUND, [None], 0)


def test_a_tick_that_was_begun_is_taken_and_not_made_twice():
    simulation, state = start()
    prefetch = Prefetch(simulation)
    for _ in range(5):
        state = prefetch.tick(state, target("line"))
        prefetch.begin(state, target("line"))
    assert simulation.ticks == 6


def test_an_order_in_between_is_obeyed_at_once():
    simulation, state = start()
    prefetch = Prefetch(simulation)
    prefetch.begin(state, target("line"))
    expected = StandIn().tick(state, target("wedge")).mass
    assert (expected != StandIn().tick(state, target("line")).mass).any()
    np.testing.assert_array_equal(prefetch.tick(state, target("wedge")).mass, expected)


def test_another_past_is_obeyed_too():
    simulation, state = start()
    prefetch = Prefetch(simulation)
    later = prefetch.tick(state, target("line"))
    prefetch.begin(later, target("line"))
    np.testing.assert_array_equal(prefetch.tick(state, target("line")).mass, later.mass)


def test_a_tick_that_was_begun_for_another_conduct_is_dropped():
    battle = setup().build()
    simulation, state = battle.state.simulation, battle.state.simulation_state
    conduct = simulation.resets[0].conduct
    faster = replace(conduct, pace=2 * conduct.pace)
    prefetch, targets = Prefetch(simulation), np.roll(battle.state.targets(), 4, axis=2)
    begun = prefetch.tick(state, targets, conduct)
    for given, same in ((replace(conduct, pace=conduct.pace.copy()), True), (faster, False)):
        prefetch.begin(state, targets, conduct)
        assert np.array_equal(prefetch.tick(state, targets, given).mass, begun.mass) == same


class OneAtATime(Counting):
    """Takes some time for a tick, from which it must not be asked for another."""

    def __init__(self):
        super().__init__()
        self.at_work, self.threads, self.fails = threading.Lock(), set(), False

    def tick(self, state, targets):
        assert self.at_work.acquire(blocking=False)
        try:
            self.threads.add(threading.get_ident())
            time.sleep(0.01)
            if self.fails:
                raise ValueError("not this time")
            return super().tick(state, targets)
        finally:
            self.at_work.release()


def test_a_tick_begun_beside_the_game_is_the_same_and_the_only_one():
    simulation, beside = OneAtATime(), OneAtATime()
    state = also = simulation.reset(formations.crowd(MASS, GROUND)[None], GROUND, [None], 0)
    at_once, ahead = Prefetch(simulation), Prefetch(beside, BackgroundTask)
    for wanted in ("line", "line", "wedge", "line", "line"):
        state, also = (one.tick(its, target(wanted)) for one, its in ((at_once, state), (ahead, also)))
        np.testing.assert_array_equal(state.mass, also.mass)
        at_once.begin(state, target(wanted))
        ahead.begin(also, target(wanted))
    ahead.settle()
    assert beside.ticks == simulation.ticks == 8  # two of the five orders were new
    assert len(simulation.threads) == 1 < len(beside.threads)


def test_a_tick_that_failed_beside_the_game_is_made_again():
    simulation = OneAtATime()
    state = simulation.reset(formations.crowd(MASS, GROUND)[None], GROUND, [None], 0)
    prefetch, simulation.fails = Prefetch(simulation, BackgroundTask), True
    prefetch.begin(state, target("line"))
    prefetch.settle()
    simulation.fails = False
    expected = StandIn().tick(state, target("line")).mass
    np.testing.assert_array_equal(prefetch.tick(state, target("line")).mass, expected)
