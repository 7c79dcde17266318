"""What is drawn of combat: poses by condition, motion and enemies near; the fallen; a banner over each regiment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from stand_in import StandIn

from engine import formations, units
from engine.battle import Battle
from engine.battle.army import Army
from engine.battle.ledger import CombatReport
from engine.orders import Order
from engine.plugin import Ground
from engine.presentation import compose
from engine.presentation.fighting import ASIDE, threats
from engine.scenarios import Regiment
from engine.soldiers import FADES_AFTER, Fallen
from engine.view import POSES

GRID = (40, 60)
BLOCKS = ((10, 10), (10, 20), (45, 10))  # left and top of each regiment, ten cells wide and deep: two touch
SIDES = (0, 1, 1)
SOLDIERS = 100


@pytest.fixture(scope="module")
def state():
    """Red, facing down, stands upon Blue, facing up; more of Blue stand alone. Nobody moves."""
    mass = np.zeros((3, *GRID), np.float32)
    for one, (left, top) in zip(mass, BLOCKS, strict=True):
        one[top : top + 10, left : left + 10] = 1.0
    regiments = [Regiment(str(r), side, 100.0, SOLDIERS, "one") for r, side in enumerate(SIDES)]
    orders = [Order("square", (left + 5, top + 5), 0) for left, top in BLOCKS]
    battle = Battle(StandIn(), {"one": None}, Ground(np.ones(GRID, bool)), formations.load(), regiments, orders, mass)
    kinds = units.load()
    army = Army(1.0, tuple(kinds[name] for name in ("pikes", "cavalry", "heavy-infantry")), (1.0,) * 3, (1,) * 3)
    return replace(battle.state, tick=100, army=army, combat=report())


def report(condition=("steady",) * 3, facing=(np.pi, 0.0, 0.0), morale=(0.9, 0.8, 0.7)):
    whole, none = (100 << 20,) * 3, (0,) * 3
    calm = np.zeros(3, np.float32)
    towards = np.stack([np.sin(facing), -np.cos(facing)], axis=1).astype(np.float32)
    return CombatReport(whole, whole, none, none, np.array(morale, np.float32), calm, calm, condition, towards)


def posed(state, regiment):
    """The names of the poses of a regiment's soldiers, and where they stand."""
    drawn = compose(state, 1.0).soldiers
    ours = drawn.side == regiment
    return np.array(POSES)[drawn.fighters.pose[ours]], drawn.position[ours], drawn.facing[ours]


def walking(state, regiment):
    soldiers = list(state.soldiers)
    soldiers[regiment] = replace(soldiers[regiment], motion=np.full((SOLDIERS, 2), 0.2, np.float32))
    return replace(state, soldiers=tuple(soldiers))


def test_those_near_enemies_strike_and_the_others_stand(state):
    for regiment, front in ((0, 20.0), (1, 20.0)):
        pose, position, _ = posed(state, regiment)
        near = np.abs(position[:, 1] - front)
        assert (pose[near < 1.5] == "striking").all() and (pose[near > 3.5] == "standing").all()
    assert (posed(state, 2)[0] == "standing").all()


def test_those_who_move_walk(state):
    assert (posed(walking(state, 2), 2)[0] == "walking").all()
    pose = posed(walking(state, 0), 0)[0]
    assert set(pose) == {"walking", "striking"}


def test_a_broken_regiment_flees_wherever_it_is(state):
    broken = replace(state, combat=report(("broken", "steady", "wavering")))
    assert (posed(broken, 0)[0] == "fleeing").all()
    assert "fleeing" not in posed(broken, 2)[0]


@pytest.mark.parametrize("turned", [0.0, np.pi / 2, np.pi])
def test_whoever_strikes_looks_at_the_enemy_as_far_as_its_regiment_faces_there(state, turned):
    facing = np.pi + turned
    turned_state = replace(state, combat=report(facing=(facing, 0.0, 0.0)))
    pose, position, looks = posed(turned_state, 0)
    inner = (pose == "striking") & (np.abs(position[:, 0] - 15) < 3)
    off = np.abs((looks[inner] - facing + np.pi) % (2 * np.pi) - np.pi)
    assert inner.any() and (off <= ASIDE + 1e-5).all()
    if turned == 0.0:
        assert off.max() < 0.2


def test_with_larger_cells_they_strike_no_farther(state):
    coarse = replace(state, army=replace(state.army, cell_metres=2.0))
    assert 0 < (posed(coarse, 0)[0] == "striking").sum() < (posed(state, 0)[0] == "striking").sum()


def test_threats_are_the_enemies_of_each_side_around_each_cell():
    mass = np.random.default_rng(0).random((3, 9, 11)).astype(np.float32)
    found = threats(mass, np.array(SIDES), 2)
    assert found[0, 4, 5] == pytest.approx(mass[1:, 2:7, 3:8].sum(), rel=1e-5)
    assert found[1, 0, 0] == pytest.approx(mass[0, :3, :3].sum(), rel=1e-5)


def test_figures_are_those_of_the_kinds_and_numbers_are_kept(state):
    fighters = compose(state, 1.0).soldiers.fighters
    kinds = np.array(fighters.figures)[fighters.kind]
    assert list(kinds[::SOLDIERS]) == ["pikes", "cavalry", "soldier"]
    assert np.array_equal(fighters.number, np.arange(3 * SOLDIERS))
    fewer = replace(state.soldiers[0], number=np.arange(SOLDIERS) + 7)
    assert compose(replace(state, soldiers=(fewer, *state.soldiers[1:])), 1.0).soldiers.fighters.number[0] == 7


def test_the_fallen_are_drawn_where_they_fell_and_fade(state):
    assert compose(state, 1.0).fallen is None
    who = np.array([1, 0], np.int32)
    places = np.array([[4, 5], [6, 7]], np.float32)
    fallen = Fallen(places, np.zeros(2, np.float32), who, np.array([99, 99 - FADES_AFTER // 2]), np.array([3, 3]))
    drawn = compose(replace(state, fallen=fallen), 0.0).fallen
    assert np.array_equal(drawn.position, places) and np.array_equal(drawn.side, who)
    assert drawn.fighters.faded == pytest.approx([0.0, 0.5])
    assert list(drawn.fighters.number) == [SOLDIERS + 3, 3]
    assert (drawn.fighters.pose == POSES.index("fallen")).all()


def test_each_regiment_on_the_field_has_a_banner(state):
    shown = replace(state, combat=report(("wavering", "broken", "dissolved")))
    soldiers = (*state.soldiers[:2], replace(state.soldiers[2], position=np.zeros((0, 2), np.float32)))
    first, second = compose(shown, 1.0).banners
    assert first.place == pytest.approx((15, 15), abs=0.1) and second.place == pytest.approx((15, 25), abs=1)
    assert (first.condition, second.condition) == ("wavering", "broken")
    assert (first.team, second.team) == (0, 1)
    assert abs(first.facing) == pytest.approx(np.pi) and first.morale == pytest.approx(0.9)
    assert len(soldiers[2]) == 0 and len(compose(state, 1.0).banners) == 3


def test_the_banner_of_a_scattered_regiment_flies_over_some_of_it(state):
    apart = np.concatenate([np.tile([[5.0, 5.0]], (60, 1)), np.tile([[50.0, 30.0]], (40, 1))]).astype(np.float32)
    soldiers = replace(state.soldiers[0], position=apart, last_position=apart)
    fled = replace(state, soldiers=(soldiers, *state.soldiers[1:]), combat=report(("broken", "steady", "steady")))
    assert compose(fled, 1.0).banners[0].place == (5.0, 5.0)


def test_without_combat_nothing_of_it_is_drawn(state):
    scene = compose(replace(state, army=None, combat=None), 1.0)
    assert scene.fallen is None and scene.banners == () and scene.soldiers.fighters is None
    assert scene.teams != compose(state, 1.0).teams
