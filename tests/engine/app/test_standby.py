"""A simulation that fails is replaced by the one that stands by; the faster of two is chosen once and remembered."""

import json

import numpy as np
import pytest
from skirmish import Skirmish
from skirmishers import RED, play, setup
from stand_in import GROUND, StandIn

from engine.app import fastest
from engine.app.standby import Standby
from engine.formations import crowd
from engine.io import InputError, choices, paths
from engine.orders import SetController

MASS = crowd(100.0, GROUND)[None]
TARGETS = np.roll(MASS, 6, axis=2)


class Failing(StandIn):
    """Fails in its `fails_at`-th tick, as `how` says: asked for, read, or at reset."""

    def __init__(self, fails_at=0, how="read"):
        super().__init__()
        self.device, self.fails_at, self.how, self.count = "one that fails", fails_at, how, 0

    def reset(self, *given):
        if self.how == "reset":
            raise InputError("it has too many regiments")
        return 0, super().reset(*given)

    def tick(self, state, targets):
        number, inner = state
        if self.how == "tick" and number + 1 >= self.fails_at:
            raise RuntimeError("the context is lost")
        return number + 1, super().tick(inner, targets)

    def read(self, state, fields):
        if self.how == "read" and state[0] >= self.fails_at:
            raise RuntimeError("the context is lost")
        return super().read(state[1], fields)


def played(simulation, ticks=6, read_each=True):
    return simulation.read(states(simulation, ticks, read_each)[-1], ("mass", "flux_x"))


def states(simulation, ticks=6, read_each=True):
    found = [simulation.reset(MASS, GROUND, [object()], 0, (0,))]
    for _ in range(ticks):
        found.append(simulation.tick(found[-1], TARGETS))
        if read_each:
            simulation.read(found[-1], ("mass", "flux_x"))
    return found


def name(standby):
    """Return the name of the simulation that plays, after a tick."""
    state = states(standby, 1)[-1]
    assert standby.used_by(state) is state.simulation
    return standby.name_of(state)


WANTED = played(StandIn())


@pytest.mark.parametrize("read_each", [True, False])
@pytest.mark.parametrize("how", ["tick", "read", "reset"])
def test_what_fails_goes_on_in_the_other_from_the_last_good_field(how, read_each):
    standby = Standby("gl", lambda: Failing(4, how), "jax", StandIn)
    found = played(standby, read_each=read_each)
    assert all(np.array_equal(found[name], WANTED[name]) for name in WANTED)
    (line,) = standby.remarks()
    assert line.endswith(": jax moves the mass instead, and fields may differ by a hair")
    assert ("it has too many regiments" if how == "reset" else "simulation 'gl': the context is lost") in line
    assert standby.remarks() == ()
    assert name(standby) == "jax" or how == "reset"
    assert standby.remarks() == ()


def test_a_battle_that_is_refused_is_the_others_and_the_next_is_not():
    first = Failing(99)
    standby = Standby("gl", lambda: first, "jax", StandIn)
    before = states(standby, 3)
    first.how = "reset"
    refused = standby.reset(MASS, GROUND, [object()], 0, (0,))
    first.how = "read"
    assert standby.name_of(refused) == "jax" and len(standby.remarks()) == 1
    assert standby.name_of(standby.tick(before[-1], TARGETS)) == "gl" and name(standby) == "gl"


def test_once_given_up_older_states_go_on_in_the_other_too():
    first = Failing(5)
    standby = Standby("gl", lambda: first, "jax", StandIn)
    found = states(standby, 6)
    assert [standby.name_of(state) for state in found] == [*["gl"] * 5, "jax", "jax"]
    first.fails_at = 99  # it would play again
    again = standby.tick(found[2], TARGETS)  # stepped back to
    assert standby.name_of(again) == "jax" and len(standby.remarks()) == 1
    fields = (standby.read(state, ("mass",))["mass"] for state in (again, found[3]))
    assert np.array_equal(*fields)


def test_one_that_cannot_be_made_is_told_of():
    def make():
        raise InputError("no OpenGL 3.3")

    standby = Standby("gl", make, "jax", StandIn)
    assert np.array_equal(played(standby)["mass"], WANTED["mass"])
    assert standby.remarks()[0].startswith("no OpenGL 3.3: jax")


def test_one_that_works_goes_on_and_the_other_is_never_made():
    standby = Standby("gl", StandIn, "jax", lambda: pytest.fail("was made"))
    assert np.array_equal(played(standby)["mass"], WANTED["mass"])
    assert name(standby) == "gl" and standby.remarks() == ()


def test_a_fault_of_both_is_the_controllers_and_changes_nothing():
    class Broken(StandIn):
        def tick(self, state, targets):
            raise ValueError("the controller fails")

    standby = Standby("gl", lambda: Failing(2, "tick"), "jax", Broken)
    with pytest.raises(ValueError, match="the controller fails"):
        played(standby)
    assert name(standby) == "gl" and standby.remarks() == ()


def test_a_field_that_it_does_not_have_is_no_failure():
    standby = Standby("gl", StandIn, "jax", StandIn)
    state = standby.reset(MASS, GROUND, [object()], 0)
    with pytest.raises(AttributeError):
        standby.read(state, ("planned",))
    assert name(standby) == "gl"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "platform_folder", lambda kind: tmp_path)
    return tmp_path / choices.FILE


def test_the_faster_one_is_measured_once_and_remembered(cache, monkeypatch):
    class Slow(StandIn):
        def __init__(self):
            super().__init__("slow")

        def tick(self, state, targets):
            clock[0] += 1.0
            return super().tick(state, targets)

    clock = [0.0]
    monkeypatch.setattr(fastest.time, "perf_counter", lambda: clock[0])
    for first, second, wanted in ((Slow, StandIn, "jax"), (StandIn, Slow, "gl")):
        standby = Standby("gl", first, "jax", second, fastest.first_is_faster)
        played(standby)
        assert name(standby) == wanted and standby.remarks() == ()
    known = json.loads(cache.read_text())
    assert len(known) == 2 and all("72x48, 1" in key for key in known)
    monkeypatch.setattr(fastest, "measured", lambda *given: pytest.fail("was measured again"))
    standby = Standby("gl", Slow, "jax", StandIn, fastest.first_is_faster)
    played(standby)
    assert name(standby) == "jax"


def test_one_that_refuses_the_battle_is_the_slower_one(cache):
    standby = Standby("gl", lambda: Failing(0, "reset"), "jax", StandIn, fastest.first_is_faster)
    played(standby)
    assert name(standby) == "jax" and standby.remarks() == () and not cache.exists()


def test_a_battle_with_combat_is_of_the_one_that_has_it_and_its_losses_go_on():
    """The first is passed over in silence; conduct, losses and another controller get through to the second."""
    standby = Standby("gl", StandIn, "jax", Skirmish, prefers=lambda *given: pytest.fail("nothing is to be measured"))
    battle = setup(simulation=lambda: standby).build()
    assert isinstance(battle.state.moving, Skirmish) and battle.state.moving_name == "jax"
    assert standby.remarks() == ()
    play(battle, 3)
    battle.add_controller("two", object())
    battle.execute(SetController(RED, "two"))
    assert battle.state.moving.resets[-1].since.fight is not None
    play(battle, 3)
    assert battle.state.simulation_state.state.fight.conduct.pace.all()
