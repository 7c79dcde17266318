"""Combat in the tick, the rollout and at the game's border: the ledger, pace, rest, and what is refused."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from engine.plugin import QUANTUM, TRAITS, Combat, Conduct, Ground, has_combat
from engine.units import Traits, load
from nca_controller import JaxSimulation, Poisson, Terrain, rollout, tick
from nca_controller.dynamics import RestRule, conduct, init_state
from nca_controller.dynamics.combat import paced
from nca_controller.physics.combat import DISSOLVED

HEIGHT, WIDTH = 24, 40
GROUND, TERRAIN = Ground.plain(HEIGHT, WIDTH), Terrain.plain(HEIGHT, WIDTH)
SIDES = (0, 1)


def block(left, width=6, top=6, height=12, density=1.0):
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    field[top : top + height, left : left + width] = density
    return field


APART = np.stack([block(4), block(30)])
TOUCHING = np.stack([block(12), block(19)])
AHEAD = np.stack([block(14), block(17)])  # each is ordered into the other
FACING = np.array([[1.0, 0.0], [-1.0, 0.0]], np.float32)
LEFT_AND_RIGHT = ([Poisson()] * 2, 0)


def row(**traits):
    """Return heavy infantry's traits, some of them others, of two regiments."""
    own = load()["heavy-infantry"].traits.columns() | traits
    return np.array([[own[name] for name in TRAITS]] * 2, np.float32)


def borne(pace=0.5, **traits):
    return Conduct(row(**traits), FACING, np.full(2, pace, np.float32), np.zeros(2, bool))


def asked(told, share=0.25, cell_metres=1.0):
    return Combat(cell_metres, (4.0, 4.0), (share, share), told)


@pytest.fixture(scope="module")
def simulation():
    return JaxSimulation(RestRule(ticks=3))


def fought(simulation, mass, targets, ticks, told, **given):
    state = simulation.reset(mass, GROUND, *LEFT_AND_RIGHT, SIDES, asked(told, **given))
    for _ in range(ticks):
        state = simulation.tick(state, targets, told)
    return state


def ledger(simulation, state):
    """Return, for each regiment, the whole quanta that stand, have fallen and have fled."""
    read = simulation.read(state, ("mass", "fallen", "fled"))
    standing = (read["mass"].astype(np.float64) / QUANTUM).sum(axis=(1, 2)).astype(np.int64)
    return standing, *(read[name].sum(axis=(1, 2), dtype=np.int64) for name in ("fallen", "fled"))


def test_soldiers_fall_where_they_fight_and_the_ledger_holds_to_the_quantum(simulation):
    state = fought(simulation, TOUCHING, AHEAD, 60, borne())
    standing, fallen, fled = ledger(simulation, state)
    assert (standing + fallen + fled == TOUCHING.sum(axis=(1, 2)) / QUANTUM).all()
    assert (fallen > 0).all() and (fled == 0).all()
    there = simulation.read(state, ("fallen",))["fallen"]
    assert there[:, :, :10].sum() == there[:, :, 28:].sum() == 0  # nobody falls where no enemy reaches
    read = simulation.read(state, ("morale", "fatigue", "engaged", "condition", "facing"))
    assert (read["engaged"] > 0).all() and (read["morale"] < 1).all() and (read["fatigue"] > 0).all()
    assert read["condition"].dtype == np.int8 and read["facing"].shape == (2, 2)
    np.testing.assert_allclose(np.hypot(*read["facing"].T), 1, atol=1e-6)


def test_the_game_and_a_rollout_fight_the_same_battle(simulation):
    told = borne()
    played = fought(simulation, TOUCHING, AHEAD, 12, told)
    end = rollout(
        Poisson(),
        TOUCHING,
        AHEAD,
        ticks=12,
        sides=SIDES,
        rest=RestRule(ticks=3),
        combat=conduct(["heavy-infantry"] * 2, FACING, pace=[0.5, 0.5]),
        final=True,
    )
    assert (np.asarray(end.combat.fallen) > 0).any()
    np.testing.assert_allclose(played.mass, end.mass, atol=1e-5)
    np.testing.assert_allclose(played.combat.morale, end.combat.morale, atol=1e-5)


def test_far_from_the_enemy_combat_changes_nothing_but_the_pace(simulation):
    """At full pace, far apart, it is the battle without combat."""
    inwards = np.stack([block(8), block(26)])
    state = fought(simulation, APART, inwards, 10, borne(pace=1.0))
    without = simulation.reset(APART, GROUND, *LEFT_AND_RIGHT, SIDES)
    for _ in range(10):
        without = simulation.tick(without, inwards)
    assert without.combat is None
    np.testing.assert_allclose(state.mass, without.mass, atol=0.02)  # a march wears out, and slows, a little
    assert (ledger(simulation, state)[1] == 0).all()


def test_pace_is_a_share_of_top_speed(simulation):
    state = fought(simulation, APART, np.stack([block(14), block(20)]), 1, borne(pace=0.4))
    speed = np.hypot(*np.moveaxis(simulation.read(state, ("velocity",))["velocity"], -1, 0)).max()
    assert speed == pytest.approx(0.5 * 0.4, rel=0.02)


@pytest.mark.parametrize(("cell_metres", "pace", "most"), [(1.0, 0.4, 0.4), (2.0, 0.4, 0.2), (0.5, 0.8, 1.0)])
def test_pace_is_in_metres_whatever_the_cells(cell_metres, pace, most):
    told = conduct(["heavy-infantry"] * 2, FACING, pace=[pace] * 2)
    state = init_state(jnp.asarray(APART), TERRAIN, *LEFT_AND_RIGHT, sides=SIDES, combat=told, cell_metres=cell_metres)
    slower = paced(jnp.ones((2, HEIGHT, WIDTH, 2)), state.combat)
    np.testing.assert_allclose(np.hypot(slower[..., 0], slower[..., 1]), most, rtol=1e-6)


def test_who_fights_does_not_sleep_and_who_stands_alone_does(simulation):
    still = fought(simulation, APART, APART, 12, borne())
    assert np.asarray(still.rest.asleep).all()
    fighting = fought(simulation, TOUCHING, TOUCHING, 12, borne())
    assert not np.asarray(fighting.rest.asleep).any()


def test_less_than_half_a_soldier_is_no_regiment(simulation):
    few = TOUCHING.copy()
    few[1] = 0
    few[1, 12, 20] = 0.1
    state = fought(simulation, few, few, 2, borne(), share=0.25)
    standing, fallen, fled = ledger(simulation, state)
    assert standing[1] == 0 and fallen[1] + fled[1] == int(few[1].sum() / QUANTUM)
    assert np.asarray(state.combat.condition).tolist() == [0, DISSOLVED]
    later = simulation.tick(state, few, borne())
    assert np.isfinite(np.asarray(later.mass)).all() and np.asarray(later.rest.asleep)[1]


def test_another_controller_in_mid_battle_keeps_what_was_suffered(simulation):
    told = borne()
    state = fought(simulation, TOUCHING, AHEAD, 20, told)
    mass = simulation.read(state, ("mass",))["mass"]
    other = simulation.reset(mass, GROUND, *LEFT_AND_RIGHT, SIDES, replace(asked(told), since=state))
    for before, after in zip(ledger(simulation, state), ledger(simulation, other), strict=True):
        assert (before == after).all()
    np.testing.assert_array_equal(other.combat.morale, state.combat.morale)


def test_a_conduct_may_change_at_any_tick(simulation):
    state = fought(simulation, APART, np.stack([block(14), block(20)]), 3, borne(pace=0.2))
    slow = np.abs(simulation.read(state, ("velocity",))["velocity"]).max()
    state = simulation.tick(state, np.stack([block(14), block(20)]), borne(pace=0.6))
    assert np.abs(simulation.read(state, ("velocity",))["velocity"]).max() == pytest.approx(3 * slow, rel=0.02)


def test_who_asks_for_combat_and_says_no_more_has_infantry_that_looks_at_the_enemy():
    arguments = (jnp.asarray(TOUCHING), TERRAIN, *LEFT_AND_RIGHT)
    asked_for = init_state(*arguments, sides=SIDES, combat=True).combat
    np.testing.assert_array_equal(asked_for.conduct.facing, FACING)  # to the enemy's middle
    np.testing.assert_allclose(asked_for.conduct.traits.attack, row()[:, TRAITS.index("attack")])
    assert init_state(*arguments, sides=SIDES).combat is None


def test_kinds_and_formations_make_a_conduct():
    told = conduct(["cavalry", "pikes"], FACING, ["wedge", "phalanx"], pace="run")
    assert told.pace[0] == 1 and told.traits.brace[1] == 1
    np.testing.assert_array_equal(conduct(["pikes"] * 2, 2 * FACING, pace=[0.1, 0]).facing, FACING)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"combat": True, "cell_metres": 0.0}, "cell_metres must be above 0 and finite, not 0.0"),
        ({"combat": True, "cell_metres": float("nan")}, "cell_metres must be above 0"),
        ({"combat": True, "reach": [4.0]}, None),
        ({"combat": True, "reach": [4.0, 4.0, 4.0]}, "reach must be a number, or one for each of 2 regiments"),
        ({"combat": True, "share": -1.0}, "share must be above 0"),
        ({"combat": conduct(["pikes"], FACING[:1])}, "combat must be the conduct of 2 regiments"),
    ],
)
def test_what_is_no_combat_is_refused_in_one_line(given, complaint):
    arguments = (jnp.asarray(TOUCHING), TERRAIN, *LEFT_AND_RIGHT)
    if complaint is None:
        assert init_state(*arguments, sides=SIDES, **given).combat.reach == (4.0, 4.0)
        return
    with pytest.raises(ValueError, match=complaint) as caught:
        init_state(*arguments, sides=SIDES, **given)
    assert "\n" not in str(caught.value)


def test_conduct_is_refused_where_there_is_no_combat():
    state = init_state(jnp.asarray(APART), TERRAIN, *LEFT_AND_RIGHT, sides=SIDES)
    with pytest.raises(ValueError, match="give init_state combat=True"):
        tick(state, APART, conduct(["pikes"] * 2, FACING))


def test_a_simulation_says_by_its_reset_whether_it_has_combat():
    class Old:
        def reset(self, mass, ground, controllers, seed, sides=None): ...

    assert has_combat(JaxSimulation) and not has_combat(Old())


def test_the_default_traits_are_those_of_a_line_of_heavy_infantry():
    own = load()["heavy-infantry"].traits
    assert isinstance(own, Traits)
    told = conduct(["heavy-infantry"], FACING[:1])
    assert float(told.traits.walk[0]) == pytest.approx(own.walk)


@pytest.mark.parametrize("combat", ["no", 0.5, None, borne()])
def test_only_true_and_a_conduct_ask_for_combat(combat):
    with pytest.raises(ValueError, match="combat must be True, False or a Conduct"):
        init_state(jnp.asarray(APART), TERRAIN, *LEFT_AND_RIGHT, sides=SIDES, combat=combat)


def test_who_has_nobody_left_turns_no_enemy_s_front():
    nobody = jnp.asarray(np.stack([*APART, np.zeros_like(APART[0])]))
    state = init_state(nobody, TERRAIN, [Poisson()] * 3, 0, sides=(0, 1, 1), combat=True)
    np.testing.assert_allclose(state.combat.facing, [*FACING, (0, -1)], atol=1e-6)


def test_another_thread_s_conduct_does_not_get_into_a_tick(simulation, monkeypatch):
    """Another battle is warmed up beside the one that is played, by the same simulation."""
    asked_for, others = borne(pace=0.4), borne(pace=0.6)
    same_as = Conduct.same_as

    def meanwhile(one, other):
        monkeypatch.setattr(Conduct, "same_as", same_as)
        simulation._borne(others)
        return same_as(one, other)

    monkeypatch.setattr(Conduct, "same_as", meanwhile)
    assert np.asarray(simulation._borne(asked_for).pace).tolist() == pytest.approx([0.4, 0.4])
