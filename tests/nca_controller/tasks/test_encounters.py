"""Encounters are drawn up exactly: in metres, in cells of any size, mirrored to the bit, nobody on another."""

import numpy as np
import pytest

from engine.plugin import QUANTUM
from nca_controller.tasks import (
    Body,
    attack_on,
    drawn_up,
    duel,
    mirrored,
    mirrored_encounter,
    random_encounter,
)

BLOCK = Body(0, "heavy-infantry", (0, 0), 0.0)
FIELD = (72.0, 48.0)


def middles(encounter):
    """Return the middle (x, y) of each regiment, in metres."""
    rows, columns = (np.arange(size) + 0.5 for size in encounter.ground.grid)
    totals = encounter.mass.sum(axis=(1, 2), dtype=np.float64)
    x, y = encounter.mass.sum(axis=1) @ columns / totals, encounter.mass.sum(axis=2) @ rows / totals
    return np.stack([x, y], axis=1) * encounter.cell_metres


def test_a_duel_of_equals_is_its_own_mirror_image():
    encounter = duel(BLOCK, BLOCK, FIELD)
    assert (encounter.mass.sum(axis=(1, 2)) == 384).all() and encounter.sides == (0, 1)
    np.testing.assert_array_equal(encounter.mass[0], encounter.mass[1][::-1])
    assert encounter.facing.tolist() == [[0, -1], [0, 1]]
    (_, below), (_, above) = middles(encounter)
    assert below - above == pytest.approx(16 + 24, abs=1e-4)  # a block's depth, and what is between the fronts


@pytest.mark.parametrize("cell_metres", [0.5, 1.0, 2.0])
def test_in_cells_of_any_size_soldiers_take_up_as_many_square_metres(cell_metres):
    encounter = duel(BLOCK, BLOCK, FIELD, cell_metres)
    assert encounter.ground.grid == (72 / cell_metres, 48 / cell_metres)
    np.testing.assert_allclose(encounter.mass.sum(axis=(1, 2)) * cell_metres**2, 384)
    np.testing.assert_allclose(middles(encounter), middles(duel(BLOCK, BLOCK, FIELD)), atol=1e-4)
    assert encounter.share * cell_metres**2 == 0.25


@pytest.mark.parametrize(("where", "ahead"), [("flank", 0.0), ("rear", 1.0)])
def test_who_attacks_comes_from_there(where, ahead):
    """The cosine between the front of who is hit and the way of who comes."""
    encounter = attack_on(BLOCK, BLOCK, where, (100.0, 104.0))
    assert encounter.sides == (0, 0, 1)
    comes, _, hit = encounter.facing
    assert comes @ hit == ahead
    places = middles(encounter)
    way = places[2] - places[0]
    assert way @ comes == pytest.approx(np.hypot(*way), abs=1e-3)


def test_where_nobody_can_come_from_is_said():
    with pytest.raises(ValueError, match="where must be flank or rear, not 'above'"):
        attack_on(BLOCK, BLOCK, "above", (100.0, 104.0))
    with pytest.raises(ValueError, match="there is no room"):
        drawn_up("two in one place", [Body(side, "pikes", (24, 24), 0.0) for side in (0, 1)], (48.0, 48.0))


def test_a_target_is_what_is_left_of_a_regiment():
    encounter = duel(BLOCK, BLOCK, FIELD)
    target = encounter.behind(0, 192.0, (28.0, 30.0), 90.0)
    assert target.sum(dtype=np.float64) == 192
    lines = (target > 0.5).any(axis=1).sum(), (target > 0.5).any(axis=0).sum()
    assert lines == (24, 8)  # as wide as it was, across the way that it looks now
    assert target[:, 28:].sum() == 0 and target[30, 27] == 1, "its front is where it was to be"


@pytest.mark.parametrize("number", range(6))
def test_random_encounters_are_exact_and_nobody_stands_on_another(number):
    encounter = random_encounter(1, number, 2 + number % 5)
    assert len(encounter.mass) == 2 + number % 5 and set(encounter.sides) == {0, 1}
    assert encounter.ground.open_cells.all() == (number % 3 != 2)
    room = np.where(encounter.ground.open_cells, encounter.ground.capacity, 0)
    assert (encounter.mass.sum(axis=0, dtype=np.float64) <= room).all()
    assert (encounter.mass / QUANTUM == np.round(encounter.mass / QUANTUM)).all()
    again = random_encounter(1, number, 2 + number % 5)
    np.testing.assert_array_equal(again.mass, encounter.mass)
    assert (random_encounter(2, number, 2 + number % 5).mass != encounter.mass).any()


def test_a_mirrored_encounter_is_its_own_mirror_image_to_the_bit():
    encounter = mirrored_encounter(1, 0, 4)
    np.testing.assert_array_equal(encounter.mass, encounter.mass[[2, 3, 0, 1], :, ::-1])
    assert encounter.sides == (0, 0, 1, 1)
    np.testing.assert_array_equal(encounter.facing, encounter.facing[[2, 3, 0, 1]] * [-1, 1])


def test_a_mirror_exchanges_sides_and_its_own_mirror_is_what_was_there():
    encounter = random_encounter(3, 0, 4)
    seen = mirrored(encounter)
    assert seen.sides == encounter.sides
    np.testing.assert_array_equal(seen.facing, encounter.facing[[2, 3, 0, 1]] * [-1, 1])
    np.testing.assert_array_equal(mirrored(seen).mass, encounter.mass)
