"""What is said of a battle with combat: soldiers that add up, a ledger to the last digit, news of what has changed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skirmish import Skirmish

from engine import units
from engine.battle import CombatReport, Engagement
from engine.orders.order import Order
from engine.presentation import buttons, cards, news, status, strengths
from engine.presentation.combat import ORDERS, ledger, soldiers_of
from engine.presentation.compose import compose
from engine.scenarios.regiment import Regiment
from engine.soldiers.owed import Losses, Owed
from engine.view import News

QUANTUM = 2.0**-20
SIDES = ("Romans", "Gauls")


def report(*regiments, condition=None, morale=None, fatigue=None):
    """A report of regiments, each by its quanta that stand, fell and fled."""
    standing, fallen, fled = zip(*regiments, strict=True)
    count = len(regiments)
    full, none = np.ones(count, np.float32), np.zeros(count, np.float32)
    return CombatReport(
        tuple(map(sum, regiments)),
        standing,
        fallen,
        fled,
        full if morale is None else np.array(morale, np.float32),
        none if fatigue is None else np.array(fatigue, np.float32),
        none,
        condition or ("steady",) * count,
        np.tile(np.array([0.0, -1.0]), (count, 1)),
    )


@pytest.fixture
def fight(campaign):
    """A state of three regiments, two of them of one side, as it would be late in a battle."""
    regiments = (
        Regiment("Guards", 0, 100.0, 300, "one"),
        Regiment("Raiders", 1, 60.0, 200, "two"),
        Regiment("Levy", 0, 40.0, 100, "two"),
    )
    orders = (Order("line", (20.0, 12.0)), Order("square", (50.0, 34.0)), Order("line", (50.0, 12.0)))
    scenario = replace(campaign.scenario, regiments=regiments, orders=orders, heaped=False, combat=True)
    state = replace(campaign, simulation=Skirmish, units=units.load(), scenario=scenario).build().state
    part = 2**20
    combat = report(
        (75 * part, 25 * part - 1, 1),
        (15 * part + 1, 30 * part, 15 * part - 1),
        (0, 40 * part, 0),
        condition=("wavering", "broken", "dissolved"),
        morale=(0.4, 0.1, 0.0),
        fatigue=(0.25, 0.5, 1.0),
    )
    attack = Engagement("attack", 1, 0, 0, "march")
    return replace(state, combat=combat, paces=("run", "walk", "hold"), engagements=MappingProxyType({0: attack}))


def test_each_side_s_soldiers_are_those_who_mustered(fight):
    romans, gauls = strengths(fight, SIDES, ((1, 2, 3), (4, 5, 6)))
    assert (romans.side, romans.colour, romans.standing, romans.fallen, romans.fled) == (
        "Romans",
        (1, 2, 3),
        225,
        175,
        0,
    )
    assert (romans.broken, romans.regiments) == (1, 2)
    assert (gauls.side, gauls.colour, gauls.standing, gauls.fallen, gauls.fled) == ("Gauls", (4, 5, 6), 51, 100, 49)
    assert (gauls.broken, gauls.regiments) == (1, 1)


@given(st.tuples(*[st.integers(0, 2**31)] * 3).filter(any), st.integers(1, 5000))
def test_soldiers_add_up_and_each_part_is_near_its_mass(quanta, at_start):
    class State:
        regiments = (Regiment("A", 0, 1.0, at_start, "one"),)
        soldiers = (SimpleNamespace(losses=Losses()),)

    counts = soldiers_of(State, report(quanta), 0)
    exact = [part * at_start / sum(quanta) for part in quanta]
    assert sum(counts) == at_start and min(counts) >= 0
    assert counts[0] == -(-quanta[0] * at_start // sum(quanta)), "as many as are drawn"
    assert all(abs(count - part) < 2 for count, part in zip(counts, exact, strict=True))
    assert all(part or not count for part, count in zip(quanta[1:], counts[1:], strict=True) if sum(quanta[1:]))


def test_nobody_rises_from_the_dead_when_more_flee(fight):
    part = 2**20
    share = Fraction(100, 300)
    fallen = Fraction(25) + share * Fraction(9, 10)
    owed = Losses(Owed(float(fallen - 75 * share)))
    own = replace(fight.soldiers[0], losses=owed)
    state = replace(fight, soldiers=(own, *fight.soldiers[1:]))
    found = []
    for fled in range(0, 40):
        quanta = int(fallen * part)
        counts = (100 * part - quanta - fled * part // 20, quanta, fled * part // 20)
        found.append(soldiers_of(state, report(counts, (1, 0, 0), (1, 0, 0)), 0))
    assert {fell for _, fell, _ in found[1:]} == {75}, "those who have gone, not the nearest whole number"
    assert all(sum(one) == 300 for one in found)


def test_the_ledger_adds_up_and_shows_the_last_quantum_that_is_missing(fight):
    rows = dict(status(fight, {}))
    assert rows["mass"] == "200.000000 (+0)"
    assert (rows["standing"], rows["fallen"], rows["fled"]) == ("90.000001", "94.999999", "15.000000")
    for combat in (fight.combat, report((3, 3, 3)), report((2**20 + 1, 1, 2**33 + 1), (1, 1, 1)), report((0, 1, 1))):
        millionths = {name: round(1e6 * float(value.split()[0])) for name, value in ledger(combat)}
        assert millionths["standing"] + millionths["fallen"] + millionths["fled"] == millionths["mass"]
    lost = replace(fight.combat, standing=(75 * 2**20 - 1, *fight.combat.standing[1:]))
    assert dict(ledger(lost))["mass"] == f"199.999999 ({-QUANTUM:+.17g})"
    assert float(dict(ledger(lost))["mass"].split("(")[1][:-1]) == -QUANTUM


def test_without_combat_nothing_of_it_is_said(fight, campaign):
    peace = replace(fight, army=None, combat=None, paces=(), engagements=MappingProxyType({}))
    assert strengths(peace, SIDES) == buttons(peace, (0,)) == ()
    assert [name for name, _ in status(peace, campaign.formations)][:3] == ["regiments", "soldiers", "overlap"]
    assert all(card.fight is None for card in cards(peace, campaign.formations, SIDES, (0, 1)))


def test_cards_tell_how_a_regiment_fares_and_what_it_does(fight, campaign):
    guards, raiders, levy = cards(fight, campaign.formations, SIDES, (0, 1, 2))
    assert (guards.fight.standing, guards.fight.mustered) == (225, 300)
    assert guards.fight.morale == pytest.approx(0.4) and guards.fight.fatigue == pytest.approx(0.25)
    assert guards.remarks == ("wavering · runs at Raiders", "Line · Heavy infantry · one")
    assert (raiders.fight.condition, raiders.remarks[0]) == ("broken", "broken")
    assert (levy.fight.standing, levy.remarks[0]) == (0, "dissolved")


@pytest.mark.parametrize(
    ("kind", "pace", "charging", "does"),
    [
        ("attack", "walk", False, "marches on Raiders"),
        ("attack", "hold", False, "holds against Raiders"),
        ("attack", "walk", True, "charges Raiders"),
        ("relieve", "run", False, "relieves Raiders"),
        ("withdraw", "walk", False, "goes back behind Raiders"),
        (None, "hold", False, "holds"),
    ],
)
def test_what_a_regiment_does_is_said_in_words(fight, campaign, kind, pace, charging, does):
    one = Engagement(kind, 1, 0, 0, "charge" if charging else "march") if kind else None
    state = replace(
        fight,
        paces=(pace, "walk", "walk"),
        engagements=MappingProxyType({0: one} if one else {}),
        combat=replace(fight.combat, condition=("steady", "steady", "steady")),
    )
    (card,) = cards(state, campaign.formations, SIDES, (0,))
    assert card.remarks[0] == f"steady · {does}"


def test_the_bright_button_is_the_pace_that_all_share_and_the_tool_in_hand(fight):
    assert [one.order for one in buttons(fight, (0, 1))] == [*ORDERS]
    assert [one.order for one in buttons(fight, (1,), "attack") if one.on] == ["walk", "attack"]
    assert [one.order for one in buttons(fight, (0, 1)) if one.on] == []
    assert buttons(fight, ()) == ()


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("steady", "steady", None),
        ("steady", "wavering", "Guards: wavering"),
        ("wavering", "steady", None),
        ("wavering", "broken", "Guards: broken, and running"),
        ("steady", "broken", "Guards: broken, and running"),
        ("broken", "steady", "Guards: rallied"),
        ("broken", "wavering", "Guards: rallied"),
        ("broken", "dissolved", "Guards: no more"),
        ("steady", "dissolved", "Guards: no more"),
    ],
)
def test_news_are_of_what_has_changed(was, now, said):
    before, after = (report((1, 0, 0), (1, 0, 0), condition=(one, "steady")) for one in (was, now))
    assert news(before, after, ("Guards", "Levy")) == ((News(0, said),) if said else ())
    assert news(None, None, ("Guards", "Levy")) == ()


def test_outlines_are_drawn_of_orders_that_are_obeyed_and_of_none_of_an_enemy_s(fight):
    targets = [one.target for one in fight.placements]
    steady = replace(fight, combat=replace(fight.combat, condition=("steady",) * 3))
    assert compose(steady).target_outline is fight.book.target_outline
    assert (compose(steady, player=0).target_outline == np.minimum(targets[0] + targets[2], 1.0)).all()
    assert (compose(steady, player=1).target_outline == np.minimum(targets[1], 1.0)).all()
    assert not compose(steady, player=2).target_outline.any()
    broken = replace(fight, combat=replace(fight.combat, condition=("wavering", "steady", "broken")))
    assert (compose(broken, player=0).target_outline == np.minimum(targets[0], 1.0)).all()
    assert compose(broken).target_version != compose(steady).target_version, "what is kept of it is painted anew"
