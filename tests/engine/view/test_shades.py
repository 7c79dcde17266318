"""Shades of the sides' colours can be told apart, with every kind of sight."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from engine.view.palette import PALETTES, TEAMS
from engine.view.shades import oklab, regiment_colours, shades

# What remains of red, green and blue light without one kind of cones, after Machado, Oliveira and Fernandes (2009).
SIGHT = {
    "usual": np.eye(3),
    "no red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no blue": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
    "no colours": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}


def seen(colour, sight):
    light = ((np.array(colour) / 255) ** 2.2) @ SIGHT[sight].T
    return oklab(tuple(255 * np.clip(light, 0, 1) ** (1 / 2.2)))


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colour", TEAMS)
def test_eight_regiments_of_a_side_are_told_apart(colour, sight):
    differ = [np.linalg.norm(seen(a, sight) - seen(b, sight)) for a, b in combinations(shades(colour, 8), 2)]
    assert min(differ) > 0.04  # about twice what is just noticed


@pytest.mark.parametrize("count", range(2, 9))
@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("palette", PALETTES)
def test_in_combat_up_to_eight_regiments_of_a_side_are_told_apart(palette, sight, count):
    sides = (0,) * count + (1,) * count
    colours = regiment_colours(sides, PALETTES[palette], True)
    for side in (colours[:count], colours[count:]):
        looks = [seen(colour, sight) for colour in side]
        differ = [np.linalg.norm(a - b) for a, b in combinations(looks, 2)]
        assert min(differ) > 0.045  # more than twice what is just noticed
        assert min(np.linalg.norm(a - b) for a, b in pairwise(looks)) > 0.09


@pytest.mark.parametrize("palette", PALETTES)
def test_in_combat_no_regiment_looks_like_an_enemy(palette):
    colours = [oklab(colour) for colour in regiment_colours((0,) * 8 + (1,) * 8, PALETTES[palette], True)]
    own, hostile = colours[:8], colours[8:]
    assert min(np.linalg.norm(a - b) for a in own for b in hostile) > 0.12


@pytest.mark.parametrize("sight", ["usual", "no red", "no green", "no blue"])
def test_the_two_sides_are_further_apart_than_their_shades(sight):
    differ = [
        np.linalg.norm((seen(a, sight) - seen(b, sight))[1:]) for a in shades(TEAMS[0], 8) for b in shades(TEAMS[1], 8)
    ]
    assert min(differ) > 0.06


def test_a_lone_regiment_wears_its_side_s_colour_and_shades_keep_its_middle():
    assert shades(TEAMS[0], 1) == (TEAMS[0],)
    assert TEAMS[0] in shades(TEAMS[0], 3)
    assert regiment_colours((1, 0, 0), TEAMS) == (TEAMS[1], *shades(TEAMS[0], 2))
    assert regiment_colours((0, 0, 5), TEAMS)[2] == TEAMS[1]


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 0, 255), (40, 200, 40)])
def test_any_colour_has_shades(colour):
    given = shades(colour, 8)
    assert len(set(given)) == 8
    assert all(0 <= part <= 255 and isinstance(part, int) for shade in given for part in shade)
