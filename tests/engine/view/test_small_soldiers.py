"""Men who are too small for a sprite are dots, in either view, and stay where they are."""

from __future__ import annotations

import numpy as np
from sketches import GRID, changed, men

from engine.view import sprites
from engine.view.palette import TEAMS

SMALL = 0.2  # cells between two men: some pixel and a half


def crowd(left: float, right: float, side: int):
    return men(
        *[(x, y) for x in np.arange(left, right, SMALL) for y in np.arange(20, 30, SMALL)], side=side, spacing=SMALL
    )


def test_it_is_the_size_in_the_picture_that_makes_a_dot(view):
    camera = view.camera(GRID)
    assert sprites.are_dots(camera, SMALL)
    assert not sprites.are_dots(camera, 1.0)
    assert sprites.dot_size(camera, SMALL) >= 1.5


def test_dots_cover_their_ground_in_the_colour_of_their_side(view, drawn):
    empty = drawn()
    for side, team in enumerate(TEAMS):
        picture = drawn(soldiers=crowd(40, 50, side), teams=TEAMS)
        camera = view.camera(GRID)
        (left, top), (right, bottom) = camera.pixels(np.array([[40.5, 20.5], [49.5, 29.5]])).astype(int)
        inside = changed(empty, picture)[top:bottom, left:right]
        assert inside.mean() > 0.95
        outside = changed(empty, picture)
        outside[top - 6 : bottom + 6, left - 6 : right + 6] = False
        assert not outside.any()
        colour = picture[top:bottom, left:right].reshape(-1, 3).mean(axis=0)
        assert np.argmax(colour) == np.argmax(team)


def test_men_out_of_sight_cost_nothing_and_are_not_missed(view):
    camera = view.camera(GRID)
    everybody = np.array([[5.0, 5.0], [60.0, 40.0]])
    assert sprites.in_sight(camera, everybody, 1.0) is None
    seen = sprites.in_sight(camera, np.array([[5.0, 5.0], [500.0, 40.0]]), 1.0)
    assert seen is not None and seen.tolist() == [True, False]
