from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from skirmishers import BLUE, RED, RESERVE, setup

from engine.battle.lanes import GAP, spaced
from engine.battle.progress import middle
from engine.orders.commands import Attack

places = st.lists(st.tuples(st.floats(-50, 50), st.floats(1, 30)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(places)
def test_places_are_in_order_and_apart_and_as_near_as_can_be(given):
    wanted, widths = [one for one, _ in given], [width for _, width in given]
    found = spaced(wanted, widths, [1.0] * len(given))
    for number in range(len(found) - 1):
        room = (widths[number] + widths[number + 1]) / 2 + GAP
        assert found[number + 1] - found[number] >= room - 1e-6
    # On the whole they are neither to the left nor to the right of what they wanted.
    assert sum(found) == approx(sum(wanted), abs=1e-6)
    apart = [sum(widths[:n]) * 2 + 100 * n for n in range(len(widths))]
    assert spaced(apart, widths, [1.0] * len(widths)) == approx(apart)  # who has room goes where it wants


def test_whoever_fights_stays_and_the_next_goes_beside():
    fixed, beside = spaced([0.0, 1.0], [20.0, 10.0], [1e3, 1.0])
    assert abs(fixed) < 0.02 and beside == approx(fixed + 16)


def test_two_who_attack_one_enemy_go_beside_each_other():
    """The reserve stands right behind: it does not follow the other's footsteps, and both keep their breadth apart."""
    battle, replayed = setup().build(), setup().build()
    battle.execute(Attack((RED, RESERVE), BLUE))
    for one in (RED, RESERVE):  # as a replay's file has it
        replayed.execute(Attack((one,), BLUE))
    assert replayed.state.engagements == battle.state.engagements and replayed.state.orders == battle.state.orders
    for _ in range(11):
        battle.tick()
    y = {regiment: battle.state.orders[regiment].centre[1] for regiment in (RED, RESERVE)}
    for _ in range(60):
        battle.tick()
    assert abs(y[RED] - y[RESERVE]) > 3
    fronts = [battle.state.orders[one].angle for one in y]
    assert fronts == approx([90, 90], abs=10) and fronts[0] == approx(fronts[1], abs=3)
    assert abs(middle(battle.state.mass[RED])[1] - middle(battle.state.mass[RESERVE])[1]) > 2
