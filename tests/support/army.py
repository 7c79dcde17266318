"""Where the regiments stand, what was commanded, and what is seen of it."""

import pytest

from engine.view.camera import looking_at, whole_field

PLACES = ((18, 14), (36, 14), (54, 14), (36, 40))  # where the regiments stand
MASSES = (40.0, 80.0, 40.0, 40.0)


def chosen(session):
    return session.game.player.selection.regiments


def last(session):
    return session.commands[-1]


def is_watched(session, place):
    """Return whether the camera is as close to the middle of a place as the field's border allows, and close to it."""
    grid, camera = session.game.setup.ground.grid, session.game.mouse.camera_control.camera
    there = looking_at(grid, camera.size, place, camera.scale)
    home = whole_field(grid, camera.size)
    return camera.scale > 1.3 * home.scale and camera.origin == pytest.approx(there.origin, abs=camera.scale)


def press_with(session, modifier, key):
    with session.holding(modifier):
        session.press(key)


def pixels(session, positions):
    """Return the pixels (row, column) of places in cells."""
    return [tuple(reversed(session.at(position))) for position in positions]


def around(session, place, reach=20):
    column, row = session.at(place)
    return slice(row - reach, row + reach), slice(column - reach, column + reach)
