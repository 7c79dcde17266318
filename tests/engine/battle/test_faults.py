"""A controller or a simulation that fails in mid-battle: the last good field stays, and the plan takes over."""

import asyncio
import sys
from dataclasses import replace

import numpy as np
import pytest
from stand_in import StandIn

from engine.battle import replays
from engine.io import InputError, PluginError
from engine.orders.commands import GiveOrders, SetController
from engine.orders.order import Order
from engine.scenarios.regiment import Regiment

AWAY = GiveOrders(((1, Order("square", (56, 24))),))  # the order under which "bad" fails


def fail(kind):
    raise kind


class MuteError(Exception):
    def __str__(self):
        raise KeyError("no words either")


FAULTS = {
    "raises": lambda fields: fail(ZeroDivisionError("no way")),
    "key error": lambda fields: fail(KeyError("plan")),
    "leaves": lambda fields: sys.exit(3),
    "no Exception": lambda fields: fail(asyncio.CancelledError()),
    "mute": lambda fields: fail(MuteError()),
    "input error": lambda fields: fail(InputError("an error of the engine's own")),
    "nan": lambda fields: fields | {"mass": np.full_like(fields["mass"], np.nan)},
    "infinite flux": lambda fields: fields | {"flux_x": np.full_like(fields["flux_x"], np.inf)},
    "wrong shape": lambda fields: fields | {"mass": fields["mass"][:, :-1]},
    "flux of a wrong shape": lambda fields: fields | {"flux_y": fields["flux_x"]},
    "one regiment too few": lambda fields: {name: field[:1] for name, field in fields.items()},
    "integers": lambda fields: fields | {"mass": fields["mass"].astype(int)},
    "objects": lambda fields: fields | {"mass": None},
    "nothing": lambda fields: None,
    "a field too few": lambda fields: {"mass": fields["mass"]},
    "mass below 0": lambda fields: fields | {"mass": fields["mass"] - 0.01},
    "mass from nowhere": lambda fields: fields | {"mass": 2 * fields["mass"]},
}


class Failing(StandIn):
    """Fails in the way that is asked for, in the ticks in which "bad" leads somebody to the right."""

    fault = staticmethod(lambda fields: fields)
    broken = False  # whether it fails whoever leads

    def read(self, state, fields):
        found = super().read(state, fields)
        led = [controller == "bad" for controller in state.controllers]
        right = state.mass.shape[2] // 2
        if "flux_x" in fields and (self.broken or any(led)) and (state.flux_x[led, :, right + 8] > 0).any():
            return type(self).fault(found)
        return found


@pytest.fixture
def war(campaign):
    scenario = replace(
        campaign.scenario,
        regiments=(Regiment("left", 0, 70.0, 20, "good"), Regiment("right", 1, 80.0, 20, "bad")),
        orders=(Order("square", (14, 24)), Order("square", (38, 24))),
        heaped=False,
        schedule=((3, AWAY),),
    )
    controllers = {"good": lambda: "good", "bad": lambda: "bad", "plan": lambda: "plan"}
    return replace(campaign, simulation=Failing, controllers=controllers, scenario=scenario)


def play(battle, ticks):
    remarks = []
    for _ in range(ticks):
        battle.tick()
        assert (battle.state.mass.sum(axis=(1, 2), dtype=np.float64) == battle.state.mustered).all()
        assert all(np.isfinite(soldiers.position).all() for soldiers in battle.state.soldiers)
        remarks += [(battle.state.tick, remark) for remark in battle.state.remarks]
    return remarks


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_plan_takes_over_those_whose_controller_failed_and_nobody_else(war, fault, monkeypatch):
    monkeypatch.setattr(Failing, "fault", staticmethod(fault))
    battle = war.build()
    ((tick, remark),) = play(battle, 7)
    assert tick == 4
    assert [one.controller for one in battle.state.regiments] == ["good", "plan"]
    assert battle.executed_log == ((3, SetController(1, "plan")),)
    assert isinstance(remark, PluginError) and remark.__cause__ is not None
    assert "'bad'" in str(remark) and str(remark).endswith(": the plan takes over right")
    assert "\n" not in str(remark)
    assert battle.state.tick == 7
    # What was recorded is played again to the bit, whether the controller fails again or not.
    replay = replays.record(war, battle, "1")
    for again in (fault, lambda fields: fields):
        monkeypatch.setattr(Failing, "fault", staticmethod(again))
        repeated = replace(war, log=replay.log).build()
        assert play(repeated, 7) == []
        assert replays.check(replay, repeated)["same_to_the_bit"] is True


def test_a_step_back_before_the_fault_leads_to_the_same_future(war, monkeypatch):
    monkeypatch.setattr(Failing, "fault", staticmethod(FAULTS["nan"]))
    battle = war.build()
    play(battle, 20)
    ending = battle.state.mass
    battle.execute(GiveOrders(((0, Order("line", (14, 24))),)))
    battle.step_back(20)
    assert [one.controller for one in battle.state.regiments] == ["good", "bad"]
    assert play(battle, 20) == []
    np.testing.assert_array_equal(battle.state.mass, ending)
    assert len(battle.log) == 2


def test_a_command_of_the_future_outlives_a_fault_before_it(war, monkeypatch):
    order = (15, GiveOrders(((0, Order("wedge", (16, 24))),)))
    monkeypatch.setattr(Failing, "fault", staticmethod(FAULTS["raises"]))
    battle = replace(war, log=(order,)).build()
    play(battle, 18)
    assert [type(command) for _, command in battle.executed_log] == [SetController, GiveOrders]
    assert battle.state.orders[0].formation == "wedge"


@pytest.mark.parametrize("plan", [None, "fails, too", "cannot be made"])
def test_where_nobody_can_lead_the_battle_stands_and_nothing_is_lost(war, plan, monkeypatch):
    monkeypatch.setattr(Failing, "fault", staticmethod(FAULTS["raises"]))
    controllers = dict(war.controllers)
    if plan is None:
        del controllers["plan"]
    elif plan == "fails, too":
        controllers["plan"] = lambda: "bad"
    else:
        controllers["plan"] = lambda: sys.exit("no plan")
    battle = replace(war, controllers=controllers).build()
    with pytest.raises(PluginError, match=r"the simulation under 'good', 'bad': ZeroDivisionError: no way") as raised:
        play(battle, 20)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    stood = battle.state
    with pytest.raises(PluginError):
        battle.tick()
    assert battle.state is stood
    assert replays.record(war, battle, "1").ticks == stood.tick
    battle.execute(SetController(1, "good"))
    assert play(battle, 20) == []
    assert battle.state.tick == stood.tick + 20


def test_a_controller_that_cannot_take_its_place_changes_nothing(war, monkeypatch):
    battle = war.build()
    battle.add_controller("worse", "worse")

    def reset(self, mass, ground, controllers, seed, sides=None):
        if "worse" in controllers:
            raise AssertionError("not I")
        return StandIn.reset(self, mass, ground, controllers, seed, sides)

    monkeypatch.setattr(Failing, "reset", reset)
    before = battle.state
    with pytest.raises(PluginError, match=r"under 'worse', 'bad': AssertionError: not I"):
        battle.execute(SetController(0, "worse"))
    assert battle.state is before and battle.log == []
    # The same where the schedule has it: the old one leads on.
    scenario = replace(war.scenario, schedule=((5, SetController(0, "worse")),))
    controllers = war.controllers | {"worse": lambda: "worse"}
    with pytest.raises(PluginError, match=r"^worse: AssertionError: not I$"):
        replace(war, scenario=scenario, controllers=controllers).build()
    monkeypatch.undo()
    battle = replace(war, scenario=scenario, controllers=controllers).build()
    monkeypatch.setattr(Failing, "reset", reset)
    ((_, remark),) = play(battle, 8)
    assert "not I" in str(remark) and battle.state.regiments[0].controller == "good"


@pytest.mark.parametrize("velocity", [np.zeros((2, 48, 72)), np.full((2, 48, 72, 2), np.nan), None])
def test_velocities_that_are_none_are_not_shown(war, velocity, monkeypatch):
    battle = war.build()
    battle.tick()
    monkeypatch.setattr(Failing, "read", lambda self, state, fields: dict.fromkeys(fields, velocity))
    assert battle.state.velocity is None
    assert battle.state.planned is None
