"""Attacks, pursuits and reliefs as they go on by themselves, with a simulation in NumPy."""

from dataclasses import replace

import numpy as np
import pytest
from skirmish import Skirmish
from skirmishers import BLUE, RED, RESERVE, check_ledger, play, setup

from engine.battle import attack
from engine.battle.progress import middle
from engine.formations import FormationError
from engine.orders.commands import Attack, GiveOrders, Halt, Relieve, SetPace
from engine.orders.order import Order
from engine.plugin import Ground


class Gentle(Skirmish):
    """Nobody is hurt much."""

    def __init__(self):
        super().__init__(rate=0.0005)


def engaged(state, regiment=RED):
    return state.engagements.get(regiment)


def test_an_attack_follows_its_enemy_and_charges_at_the_end():
    battle = setup(simulation=Gentle).build()
    battle.execute(Attack((RED,), BLUE))
    battle.give(Order("phalanx", (42, 8), 270), BLUE)
    assert engaged(battle.state).phase == "march"
    start = middle(battle.state.mass[RED])
    play(battle, 60)
    order = battle.state.orders[RED]
    assert order.formation == "phalanx" and 50 < order.angle < 90  # towards where the enemy is by now
    assert order.centre[0] > start[0] + 12
    play(battle, 200, lambda state: engaged(state).charging)
    assert engaged(battle.state).charging
    play(battle, 120, lambda state: sum(state.combat.fallen) > 0)
    assert sum(battle.state.combat.fallen) > 0
    x, y = middle(battle.state.mass[RED])
    ahead = np.subtract(battle.state.orders[RED].centre, (x, y))
    gap = attack.gap(battle.state.mass[RED], battle.state.mass[BLUE])
    assert gap + attack.PRESS - 2 < np.hypot(*ahead) < gap + attack.PRESS + 2  # it presses on, its wings no farther


def test_whoever_faces_elsewhere_forms_up_first(monkeypatch):
    monkeypatch.setattr(attack, "FORM_TICKS", 30)
    battle = setup(angle=0).build()
    battle.execute(Attack((RED,), BLUE))
    assert engaged(battle.state).phase == "form"
    order = battle.state.orders[RED]
    assert order.angle == pytest.approx(90, abs=1) and np.hypot(order.centre[0] - 16, order.centre[1] - 16) < 1
    play(battle, 42, lambda state: engaged(state).phase != "form")
    assert engaged(battle.state).phase == "march"


def test_a_wedge_that_stands_as_it_is_to_attack_marches_at_once():
    """The middle of its mass is not that of its order: to be sent there would be a step back."""
    battle = setup(red="wedge").build()
    x, _ = middle(battle.state.mass[RED])
    assert x < 15
    battle.execute(Attack((RED,), BLUE))
    assert engaged(battle.state).phase == "march"
    assert middle(battle.state.placements[RED].target)[0] == pytest.approx(x + attack.LEAD, abs=0.3)


def test_another_order_ends_an_attack_and_to_hold_only_stays_it():
    battle = setup().build()
    battle.execute(Attack((RED,), BLUE))
    battle.execute(SetPace((RED,), "hold"))
    before = battle.state.orders[RED]
    play(battle, 15)
    assert battle.state.orders[RED] == before
    battle.execute(SetPace((RED,), "walk"))
    play(battle, 6)
    assert engaged(battle.state).placed == 20 and battle.state.orders[RED] != before
    battle.execute(GiveOrders(((RED, Order("line", (20, 16), 90)),), queued=True))
    assert engaged(battle.state)
    battle.execute(Halt((RED,)))
    assert not battle.state.engagements
    play(battle, 15)
    x, y = middle(battle.state.mass[RED])
    assert np.hypot(battle.state.orders[RED].centre[0] - x, battle.state.orders[RED].centre[1] - y) < 1


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Attack((RED,), RESERVE), "Red cannot attack Reserve: they are of one side"),
        (Attack((RED,), 7), "there is no regiment 7"),
        (Attack((9,), BLUE), "there is no regiment 9"),
        (Relieve((RED,), RED), "Red cannot relieve itself"),
        (Relieve((RED,), BLUE), "Red cannot relieve Blue, an enemy"),
        (Relieve((RED, RESERVE), RED), "one regiment at a time relieves another, and not 2"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(command, line):
    battle = shared()
    before = battle.state
    with pytest.raises(FormationError, match=line):
        battle.execute(command)
    assert battle.state is before and not battle.log


def shared(kept=[]):  # noqa: B006  one for all who change nothing
    if not kept:
        kept.append(setup().build())
    return kept[0]


def with_condition(state, regiment, condition):
    """Return a state in which a regiment is in another condition."""
    found = tuple(condition if r == regiment else one for r, one in enumerate(state.combat.condition))
    return replace(state, combat=replace(state.combat, condition=found))


def test_an_attack_ends_where_the_enemy_breaks_and_another_is_a_pursuit():
    battle = setup(simulation=Gentle).build()
    battle.execute(Attack((RED,), BLUE))
    play(battle, 20)
    whole = battle.state
    battle.execute(GiveOrders(((RED, Order("line", (20, 10), 90)),), queued=True))
    battle.state = with_condition(battle.state, BLUE, "broken")
    context = battle._context
    over = attack.ended(battle.state, context)
    assert not over.engagements and over.waiting_orders[RED]
    x, y = middle(over.mass[RED])
    assert np.hypot(over.orders[RED].centre[0] - x, over.orders[RED].centre[1] - y) < 1
    assert over.orders[RED].angle == whole.orders[RED].angle
    battle.execute(Attack((RED,), BLUE))
    assert engaged(battle.state).pursuit and engaged(battle.state).charging
    assert attack.ended(battle.state, context).engagements
    rallied = attack.ended(with_condition(battle.state, BLUE, "steady"), context)
    assert not rallied.engagements[RED].pursuit


def test_an_attack_goes_round_a_wall():
    cells = np.ones((32, 56), bool)
    cells[8:, 28:30] = False
    battle = setup(simulation=Gentle, ground=Ground(cells)).build()
    battle.execute(Attack((RED,), BLUE))
    seen = attack.sighted(battle.state, RED, BLUE)
    assert len(seen.way) == 4 and seen.way[1][1] < 8.6
    assert battle.state.orders[RED].angle < 80
    closed = np.ones((32, 56), bool)
    closed[:, 28:30] = False
    with pytest.raises(FormationError, match="no way leads Red to Blue"):
        setup(ground=Ground(closed)).build().execute(Attack((RED,), BLUE))


def test_a_relief_changes_places_and_takes_over_the_attack():
    battle = setup(simulation=Gentle, apart=9).build()
    battle.execute(Attack((RED,), BLUE))
    play(battle, 60, lambda state: sum(state.combat.fallen) > 0)
    assert sum(battle.state.combat.fallen) > 0
    battle.execute(Relieve((RESERVE,), RED))
    assert engaged(battle.state, RESERVE).kind == "relieve"
    play(battle, 300, lambda state: engaged(state).kind == "withdraw")
    state = battle.state
    assert engaged(state).other == RESERVE and engaged(state, RESERVE).phase == "change"
    assert state.orders[RED].centre[0] < state.orders[RESERVE].centre[0] - 4
    assert state.orders[RED].angle == state.orders[RESERVE].angle
    play(battle, 500, lambda state: engaged(state, RESERVE).kind == "attack")
    assert engaged(battle.state, RESERVE).other == BLUE
    play(battle, 500, lambda state: RED not in state.engagements)
    assert RED not in battle.state.engagements
    check_ledger(battle.state)
