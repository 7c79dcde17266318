"""Banners say whose a regiment is, where it faces, and how it fares, in either renderer."""

from __future__ import annotations

import numpy as np
import pytest
from sketches import GRID, SIZE

from engine.view import banners
from engine.view.camera import letter_scale, whole_field
from engine.view.palette import TEAMS, WHITE_FLAG
from engine.view.scene import Banner

PLACE = (48.0, 32.0)
UNIT = letter_scale(SIZE)
MIDDLE = whole_field(GRID, SIZE).pixels(np.array(PLACE))


def banner(condition="steady", facing=0.0, team=0, morale=0.9, sway=0.0, place=PLACE) -> Banner:
    return Banner(place, facing, team, condition, morale, sway)


def where(picture: np.ndarray, colour) -> np.ndarray:
    """The pixels (x, y) of about this colour, from the middle of the regiment."""
    rows, columns = np.nonzero(np.abs(picture - np.array(colour)).max(axis=-1) < 24)
    return np.stack([columns, rows], axis=1) - MIDDLE


def test_the_flag_is_the_regiments_and_flies_over_it(view, drawn):
    picture = drawn(banners=(banner(team=1),), teams=TEAMS)
    flag = where(picture, TEAMS[1])
    assert len(flag) > 0.8 * banners.FLAG[0] * banners.FLAG[1] * UNIT**2
    assert (flag[:, 1] < 0).all() and np.abs(flag).max() < 1.3 * banners.POLE * UNIT
    assert not len(where(picture, TEAMS[0]))


def test_a_wavering_flag_hangs_lower_and_shakes(view, drawn):
    def flag(**also):
        return where(drawn(banners=(banner(**also),), teams=TEAMS), TEAMS[0]).mean(axis=0)

    high, low = flag(), flag(condition="wavering")
    assert low[1] - high[1] > 4 * UNIT
    aside = [flag(condition="wavering", sway=ticks)[0] for ticks in range(0, 10, 2)]
    assert np.ptp(aside) > 2 * UNIT
    assert np.ptp([flag(sway=ticks)[0] for ticks in (0, 3)]) < 0.01


def test_a_broken_regiment_shows_a_white_flag_and_faces_nowhere(view, drawn):
    steady, broken = (drawn(banners=(banner(one),), teams=TEAMS) for one in ("steady", "broken"))
    assert not len(where(broken, TEAMS[0]))
    assert len(where(broken, WHITE_FLAG)) > len(where(steady, WHITE_FLAG)) + 60
    camera = whole_field(GRID, SIZE)
    marks = banners.chevrons(banner(), camera, UNIT)
    lines = [len(banners.of_banners((banner(one),), TEAMS, camera, UNIT)) for one in ("steady", "broken")]
    assert lines[0] - lines[1] == len(marks) > 0


@pytest.mark.parametrize("turn", range(4))
def test_chevrons_point_where_it_faces(turn):
    facing = turn * np.pi / 2
    camera = whole_field(GRID, SIZE)
    lines = banners.chevrons(banner(facing=facing), camera, 1.0)
    ahead = np.array([np.sin(facing), -np.cos(facing)])
    tips, wings = (lines.ends[:, one : one + 2] - MIDDLE for one in (0, 2))
    assert ((tips - wings) @ ahead > 0).all() and (tips @ ahead > 0).all()


def test_the_bar_is_as_long_as_morale(view, drawn):
    lengths = []
    for morale in (1.0, 0.6, 0.4, 0.1):
        bar = next(colour for below, colour in banners.MORALE if morale < below)
        lengths.append(np.ptp(where(drawn(banners=(banner(morale=morale),), teams=TEAMS), bar)[:, 0]))
    expected = banners.BAR[0] * UNIT * np.array([1.0, 0.6, 0.4, 0.1])
    assert np.abs(lengths - expected).max() < 2.5


def test_the_nearer_flag_is_over_the_farther():
    camera = whole_field(GRID, SIZE)
    two = (banner(place=(48.0, 33.0), team=1), banner(place=(48.0, 32.0), team=0))
    lines = banners.of_banners(two, TEAMS, camera, UNIT)
    colours = [tuple(colour) for colour in lines.colour[:, :3].tolist()]
    assert colours.index(TEAMS[0]) < colours.index(TEAMS[1])
