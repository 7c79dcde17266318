"""A battle with combat: its ledger, who obeys, its past and its replays, with a simulation in NumPy."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
import skirmish
from skirmish import Skirmish
from skirmishers import BLUE, MASS, RED, RESERVE, check_ledger, play, setup
from stand_in import StandIn

from engine.app.headless import report
from engine.battle import refit, replays
from engine.battle.conduct import conduct_of, drilled, hold_brace
from engine.battle.digests import digest
from engine.battle.history import History
from engine.battle.prefetch import Prefetch
from engine.formations import FormationError
from engine.io import InputError, PluginError
from engine.orders.commands import Attack, GiveOrders, Halt, SetController, SetPace
from engine.orders.order import Order
from engine.plugin import TRAITS
from engine.scenarios.replay_file import load_replay, write_replay

ORDER = Order("phalanx", (20, 16), 90)


class Fierce(Skirmish):
    """Those who meet are done with each other soon."""

    def __init__(self):
        super().__init__(rate=0.06)


def near(**own):
    return setup(simulation=Fierce, apart=10, **own)


def broken(state):
    return "broken" in state.combat.condition


@pytest.fixture(scope="module")
def first():
    """A battle just after the tick in which the first regiment broke: red has attacked, a reserve has not."""
    battle = near().build()
    battle.execute(Attack((RED,), BLUE))
    play(battle, 120, broken)
    assert broken(battle.state)
    return battle


@pytest.fixture
def battle(first):
    """A battle of the test's own that goes on from there."""
    battle = copy(first)
    battle.log, battle._history = list(first.log), History()
    return battle


def runner(state):
    return state.combat.condition.index("broken")


def test_standing_fallen_and_fled_are_all_that_mustered(battle):
    play(battle, 60, lambda state: sum(state.combat.fled) > 0)
    combat = battle.state.combat
    assert sum(combat.fallen) > 0 and sum(combat.fled) > 0
    assert battle.state.mass_now < battle.state.mass_start == 3 * MASS
    check_ledger(battle.state)


def test_the_report_has_exact_masses_and_no_new_field_without_combat(battle):
    rows = report(setup(), battle)["regiments"]
    for row, mass, state in zip(rows, battle.state.mass, battle.state.combat.condition, strict=True):
        assert row["standing"] + row["fallen"] + row["fled"] == row["mustered"] == MASS
        assert row["standing"] == mass.sum(dtype=np.float64)
        assert row["state"] == state and 0 <= row["morale"] <= 1
    peace = setup(simulation=StandIn, combat=False)
    assert set(report(peace, peace.build())["regiments"][0]) == {"name", "side", "order", "controller", "overlap"}


def test_a_simulation_without_combat_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"^field 'combat' asks for combat, and the simulation 'jax' has none$"):
        setup(simulation=StandIn).build()


class Careless(Fierce):
    """Loses a quantum on the way."""

    def read(self, state, fields):
        read = super().read(state, fields)
        if "fallen" in fields and read["fallen"].any():
            read["fallen"] = read["fallen"] - (read["fallen"] == read["fallen"].max())
        return read


class Nameless(Skirmish):
    """Has a condition that nobody knows."""

    def read(self, state, fields):
        return {**super().read(state, fields), "condition": np.array([0, 4, 0], np.int8)}


def test_a_simulation_that_loses_a_quantum_is_at_fault(battle):
    battle.state = replace(battle.state, simulation=Careless())
    with pytest.raises(PluginError, match=r"fallen .* quanta are .* together"):
        battle.tick()


def test_a_simulation_with_a_condition_that_nobody_knows_is_at_fault():
    with pytest.raises(PluginError, match=r"condition is \[0, 4, 0\]"):
        setup(simulation=Nameless).build()


def test_the_broken_take_no_orders_and_those_who_rally_take_up_their_last(battle):
    name = battle.state.regiments[runner(battle.state)].name
    before, number = battle.state.orders, runner(battle.state)
    for command in (GiveOrders(((number, ORDER),)), Halt((number,)), SetPace((number,), "hold")):
        with pytest.raises(FormationError, match=f"^{name} is broken and takes no orders$"):
            battle.execute(command)
    assert battle.state.orders == before and len(battle.log) == 1
    battle.execute(GiveOrders(((number, ORDER), (RESERVE, ORDER))))
    assert battle.state.orders[number] == before[number]
    assert battle.state.orders[RESERVE].centre == ORDER.centre
    battle.tick()
    assert battle.state.remarks[0] == f"{name} is broken and takes no orders"
    play(battle, 150, lambda state: not broken(state))
    assert not broken(battle.state)


def test_of_a_dissolved_regiment_nothing_is_left_to_order(battle, monkeypatch):
    monkeypatch.setattr(skirmish, "RALLIES_AFTER", 1000)
    waiting = battle.state.book.with_waiting(BLUE, ORDER, battle.state.placements[BLUE], (20, 16))
    battle.state = replace(battle.state, book=waiting)
    play(battle, 200, lambda state: state.combat.is_gone(BLUE))
    battle.tick()
    state = battle.state
    assert len(state.soldiers[BLUE]) == 0 and state.waiting_orders[BLUE] == ()
    assert state.book.target.sum() < sum(state.book.masses) - 1  # where it was ordered is no order any more
    with pytest.raises(FormationError, match="is dissolved and takes no orders"):
        battle.give(ORDER, BLUE)
    with pytest.raises(FormationError, match="is dissolved"):
        battle.preview(BLUE, ORDER)
    with pytest.raises(FormationError, match="nobody to attack"):
        battle.execute(Attack((RESERVE,), BLUE))


def test_targets_follow_the_losses_and_keep_their_front(battle):
    state = battle.state
    lost = [regiment for regiment in (RED, BLUE) if state.combat.fallen[regiment]]
    assert lost
    for regiment in (RED, BLUE, RESERVE):
        if state.takes_orders(regiment):
            lately = state.book.masses[regiment] - state.standing(regiment)  # within ten ticks, of a percent each here
            assert lately <= 0.12 * state.standing(regiment)
    first = near().build().state.placements[BLUE]
    front = [placement.centre[0] - placement.depth / 2 for placement in (first, state.placements[BLUE])]
    assert state.placements[BLUE].depth < 0.95 * first.depth
    assert front[1] == pytest.approx(front[0], abs=0.05)
    assert state.placements[BLUE].frontage == pytest.approx(first.frontage, rel=0.01)


def test_whoever_halted_keeps_its_shape_as_it_thins(battle):
    battle.execute(Halt((RESERVE,)))
    placement = replace(battle.state.placements[RESERVE])
    x, y = placement.target.nonzero()[1].mean(), placement.target.nonzero()[0].mean()
    mass = (placement.target.sum(dtype=np.float64) * 2**20 * 0.77 // 1) / 2**20
    thin = refit.thinned(placement, mass).target
    assert thin.sum(dtype=np.float64) == mass and (thin * 2.0**20 % 1 == 0).all()
    assert (thin <= placement.target).all()
    assert (thin.nonzero()[1].mean(), thin.nonzero()[0].mean()) == pytest.approx((x, y), abs=0.1)
    combat = battle.state.combat
    fewer = replace(combat, standing=(*combat.standing[:RESERVE], round(mass * 2**20)))
    assert refit.overfull(replace(battle.state, combat=fewer))[0] == RESERVE
    after = refit.refitted(replace(battle.state, combat=fewer), RESERVE, battle._context)
    np.testing.assert_array_equal(after.placements[RESERVE].target, thin)


def test_another_controller_in_mid_battle_keeps_what_was_lost(battle):
    before = battle.state.combat
    battle.add_controller("two", object())
    battle.execute(SetController(RED, "two"))
    combat = battle.state.simulation.resets[-1]
    assert combat.since is not None and combat.conduct.facing.shape == (3, 2)
    battle.tick()
    check_ledger(battle.state)
    assert sum(battle.state.combat.fallen) >= sum(before.fallen) > 0
    battle.warm_up(object(), (BLUE,))
    assert battle.state.simulation.resets[-1].since is battle.state.simulation_state


class Jammed(Fierce):
    """Fails under one controller."""

    def tick(self, state, targets, conduct=None):
        if "jams" in state.controllers:
            raise RuntimeError("the controller jams")
        return super().tick(state, targets, conduct)


def test_where_a_controller_fails_the_plan_takes_over_and_losses_go_on(battle):
    before = battle.state.combat
    battle.state = replace(battle.state, simulation=Jammed())
    battle._prefetch = Prefetch(battle.state.simulation)
    for name, controller in (("bad", "jams"), ("plan", "plan")):
        battle.add_controller(name, controller)
    battle.execute(SetController(RED, "bad"))
    battle.tick()
    assert battle.state.regiments[RED].controller == "plan" and "takes over Red" in str(battle.state.remarks[0])
    assert sum(battle.state.combat.fallen) >= sum(before.fallen) > 0
    check_ledger(battle.state)


def test_a_step_back_raises_the_dead_and_leads_to_the_same_again(first):
    state = first.state
    first.step_back(30)
    assert sum(first.state.combat.fallen) < sum(state.combat.fallen)
    assert len(first.state.fallen) < len(state.fallen)
    check_ledger(first.state)
    for _ in range(30):
        first.tick()
    again = first.state
    assert replays.ending(again) == replays.ending(state)
    assert again.combat.condition == state.combat.condition and again.engagements == state.engagements
    for one, other in zip(again.soldiers, state.soldiers, strict=True):
        np.testing.assert_array_equal(one.position, other.position)
    np.testing.assert_array_equal(again.fallen.position, state.fallen.position)


def test_a_replay_fights_the_same_battle_and_knows_if_it_does_not(first, tmp_path):
    played = near(log=first.executed_log)
    write_replay(tmp_path / "war.toml", replays.record(played, first, "0"))
    replay = load_replay(tmp_path / "war.toml")
    assert replay.scenario.combat
    again = near(log=replay.log).build()
    for _ in range(replay.ticks):
        again.tick()
    assert replays.check(replay, again)["same_to_the_bit"] is True
    elsewhere = {**again.state.lost, "fallen": np.roll(again.state.lost["fallen"], 1, axis=2)}
    again.state = replace(again.state, lost=elsewhere)
    assert replays.check(replay, again)["same_to_the_bit"] is False


def test_orders_for_fewer_are_no_other_formations_to_a_replay(battle):
    """The digest of targets is of those who mustered, so that losses do not look like formations of another game."""
    left = next(regiment for regiment in (RED, BLUE) if battle.state.takes_orders(regiment))
    assert battle.state.combat.fallen[left]
    for queued in (False, True):
        battle.execute(GiveOrders(((left, Order("line", (30, 10), 90)), (RESERVE, ORDER)), queued))
    assert battle.state.book.masses[left] < MASS
    assert battle.state.ordered.text == near(log=battle.executed_log).targets[1].text


def test_a_digest_counts_every_quantum():
    many = np.array([[2**24, 2**24]], np.int32)
    assert digest(many) != digest(many + np.array([[1, 0]], np.int32))


def test_paces_become_shares_of_the_top_speed_and_holding_braces():
    battle = setup().build()
    run, walk = TRAITS.index("run"), TRAITS.index("walk")
    battle.execute(SetPace((RED,), "run"))
    before = conduct_of(battle.state, battle.state.army, battle.formations)
    battle.execute(SetPace((RESERVE,), "hold"))
    battle.tick()
    conduct, brace = battle.state.simulation_state.fight.conduct, TRAITS.index("brace")
    assert conduct.pace[RED] == conduct.traits[RED, run] > conduct.traits[RED, walk] > 0 == conduct.pace[RESERVE]
    assert conduct.pace[BLUE] == conduct.traits[BLUE, walk]
    assert conduct.traits[RESERVE, brace] == before.traits[RESERVE, brace] + np.float32(hold_brace()) > hold_brace()
    np.testing.assert_array_equal(conduct.facing, [(1, 0), (-1, 0), (1, 0)])
    battle.give(Order("line", (8, 16), 90), RESERVE)  # whoever is ordered elsewhere holds no longer
    assert battle.state.paces == ("run", "walk", "walk")


def test_a_formation_counts_once_it_stands():
    battle = setup().build()
    battle.form("square", RESERVE)
    battle.tick()
    assert battle.state.drills[RESERVE].formed == "line"
    state = replace(battle.state, tick=152)
    assert drilled(state).drills[RESERVE].formed == "square"  # in five seconds it counts in any case
    there = np.stack([placement.target for placement in state.placements])
    assert drilled(replace(battle.state, mass=there)).drills[RESERVE].formed == "square"


@pytest.mark.parametrize("command", [Attack((RED,), BLUE), SetPace((RED,), "run")])
def test_without_combat_nobody_is_ordered_to_fight(command):
    battle = setup(simulation=StandIn, combat=False).build()
    with pytest.raises(FormationError, match="no combat"):
        battle.execute(command)
    assert battle.state.combat is None and battle.state.army is None
