"""What is drawn where, by either view."""

from __future__ import annotations

import numpy as np
import pytest
from sketches import GRID, SIZE, block, changed, men

from engine.view.palette import OUTLINE, TABLE, TEAMS


def pixel(view, x: float, y: float) -> tuple[int, int]:
    """Row and column of the picture where a point of the field (in cells) is shown."""
    column, row = view.camera(GRID).pixels(np.array([x, y]))
    return round(row), round(column)


def around(picture: np.ndarray, middle: tuple[int, int], reach: int) -> np.ndarray:
    row, column = middle
    return picture[row - reach : row + reach + 1, column - reach : column + reach + 1]


def test_the_picture_has_the_size_that_was_asked_for(view, drawn):
    drawn()
    picture = view.picture()
    assert picture.shape == (SIZE[1], SIZE[0], 3)
    assert picture.dtype == np.uint8


def test_the_ground_is_lighter_than_what_it_lies_on_and_has_a_border(view, drawn):
    picture = drawn()
    row, column = pixel(view, 0.0, 32.0)
    assert np.abs(picture[row, 3] - TABLE).max() < 12
    field = picture[row - 50 : row + 50, column + 100 : column + 300]
    assert field.mean() > picture[row, 3].mean() + 20
    assert field.std() > 2  # it is not one flat colour
    border = picture[row, column - 3 : column + 1].sum(axis=-1).max()
    assert border > field.sum(axis=-1).max()


@pytest.mark.parametrize("place", [(24.0, 12.5), (70.2, 50.0)])
def test_men_stand_where_the_camera_says(view, drawn, place):
    difference = changed(drawn(), drawn(soldiers=men(place)))
    rows, columns = np.nonzero(difference)
    row, column = pixel(view, *place)
    reach = 4.0 * view.camera(GRID).scale
    assert difference[row, column]
    assert abs(rows.mean() - row) < 0.5 * reach
    assert abs(columns.mean() - column) < 0.5 * reach
    assert np.abs(rows - row).max() < 2.5 * reach
    assert np.abs(columns - column).max() < 2.5 * reach


def test_each_side_wears_its_colour(view, drawn):
    picture = drawn(soldiers=men((20.0, 20.0), (70.0, 40.0), side=np.array([0, 1])))
    for place, team in (((20.0, 20.0), 0), ((70.0, 40.0), 1)):
        seen = around(picture, pixel(view, *place), 12).reshape(-1, 3)
        strongest = seen[np.argmax(seen.max(axis=1) - seen.min(axis=1))]
        hue = np.array(TEAMS[team]) / max(TEAMS[team])
        assert np.abs(strongest / strongest.max() - hue).max() < 0.25


def test_facing_and_walking_change_the_man(drawn):
    standing = drawn(soldiers=men((48.0, 32.0)))
    assert changed(standing, drawn(soldiers=men((48.0, 32.0), facing=np.pi / 2))).sum() > 50
    assert changed(standing, drawn(soldiers=men((48.0, 32.0), walked=4.0 * 3.2 / 4))).sum() > 10
    assert not changed(standing, drawn(soldiers=men((48.0, 32.0), facing=2 * np.pi))).any()
    assert not changed(standing, drawn(soldiers=men((48.0, 32.0)))).any()


def test_a_man_holds_his_shield_where_he_faces(drawn):
    """The shield is the largest piece of cloth, so the cloth as a whole lies more to that side."""
    empty = drawn()

    def middle_of_cloth(facing: float) -> float:
        picture = drawn(soldiers=men((48.0, 32.0), facing=facing, spacing=8.0))
        cloth = (picture[..., 0] - picture[..., 2] > 60) & changed(empty, picture)
        return float(np.nonzero(cloth)[1].mean())

    assert middle_of_cloth(np.pi * 0.6) > middle_of_cloth(-np.pi * 0.6) + 3


def test_the_nearer_man_covers_the_farther_whatever_their_order(drawn):
    near, far = (48.0, 33.5), (48.0, 32.0)
    picture = drawn(soldiers=men(near, far, side=np.array([0, 1]), spacing=8.0))
    alone = drawn(soldiers=men(near, side=0, spacing=8.0))
    swapped = drawn(soldiers=men(far, near, side=np.array([1, 0]), spacing=8.0))
    vermilion = alone[..., 0] - alone[..., 2] > 60
    assert (picture[..., 0] > picture[..., 2])[vermilion].mean() > 0.95
    assert (swapped[..., 0] > swapped[..., 2])[vermilion].mean() > 0.95


def test_no_men_and_ten_thousand_are_drawn_alike(drawn):
    empty = drawn()
    assert not changed(empty, drawn(soldiers=men())).any()
    places = np.random.default_rng(0).uniform((20, 20), (40, 40), (10_000, 2))
    crowd = changed(empty, drawn(soldiers=men(*places, spacing=0.4)))
    assert crowd.sum() > 5_000


@pytest.mark.parametrize(("density", "version"), [(1.0, 11), (0.3, 12)])
def test_the_ghost_has_a_crisp_line_and_a_faint_fill(view, drawn, density, version):
    empty = drawn()
    picture = drawn(target_outline=block(20, 40, 30, 60, density), target_version=version)
    row, column = pixel(view, 30.0, 30.0)
    line = picture[row, column - 4 : column + 5]
    assert np.abs(line - OUTLINE).max(axis=-1).min() < 90
    inside, bare = (each[slice(row - 20, row + 20), slice(column + 30, column + 60)] for each in (picture, empty))
    assert 5 < (inside - bare).mean() < 60
    beyond = pixel(view, 20.0, 30.0)
    assert not around(changed(empty, picture), beyond, 20).any()


def test_a_ghost_is_redrawn_when_its_version_changes(drawn):
    first = drawn(target_outline=block(20, 40, 30, 60), target_version=21)
    kept = drawn(target_outline=block(5, 15, 5, 25), target_version=21)
    moved = drawn(target_outline=block(5, 15, 5, 25), target_version=22)
    assert not changed(first, kept).any()
    assert changed(first, moved).sum() > 1_000
    assert not changed(drawn(), drawn(target_outline=np.zeros(GRID), target_version=23)).any()


def test_men_stand_on_the_ghost_not_under_it(view, drawn):
    alone = drawn(soldiers=men((40.0, 30.0), spacing=8.0))
    both = drawn(soldiers=men((40.0, 30.0), spacing=8.0), target_outline=block(20, 40, 30, 60), target_version=31)
    middle = pixel(view, 40.0, 30.0)
    assert np.abs(around(alone, middle, 4) - around(both, middle, 4)).max() < 20
