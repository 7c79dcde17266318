"""Banners as straight lines in pixels, for either renderer: whose a regiment is, where it faces, and how it fares.

A steady one's flag flies at the top; a wavering one's hangs lower and shakes; a broken one's pole has sunk aside, its
flag is white, and it faces nowhere. The bar over the flag is morale, the chevrons are the facing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.view.camera import Camera
from engine.view.lines import Lines, cased, joined, round_lines
from engine.view.palette import CASING, TEXT, WHITE_FLAG, Colour
from engine.view.scene import Banner

POLE = 42.0  # pixels, as all lengths here at the reference height
FLAG = (24.0, 15.0)  # its length and height
BAR = (26.0, 3.5)
FOOT = (-13.0, 10.0)  # where the pole stands, from the middle of the regiment: to the right, and to its rear
CHEVRONS = (3.0, 11.0)  # where the marks of the facing have their tips, ahead of the middle of the regiment
WINGS = (8.0, 11.0)  # how far their wings reach back and to either side
RIM = 1.25  # of dark around a flag
SHAKE = (2.4, 0.7)  # how far a wavering flag shakes, and radians of that in a tick
SUNK = np.radians(38.0)  # how far aside a broken regiment's pole leans
MORALE: tuple[tuple[float, Colour], ...] = ((0.3, (224, 72, 52)), (0.5, (240, 178, 60)), (1.01, (142, 196, 96)))


def of_banners(banners: tuple[Banner, ...], teams: tuple[Colour, ...], camera: Camera, unit: float) -> Lines:
    """Return the lines of banners, the nearer over the farther; `unit` is how large they are, 1 at the reference."""
    nearest_last = sorted(banners, key=lambda banner: banner.place[1])
    flags = [of_banner(one, teams[one.team % len(teams)], camera, unit) for one in nearest_last]
    return joined(flags + [chevrons(one, camera, unit) for one in nearest_last if one.condition != "broken"])


def chevrons(banner: Banner, camera: Camera, unit: float) -> Lines:
    """Return the marks on the ground that say where a regiment faces."""
    ahead = unit * np.array([np.sin(banner.facing), -np.cos(banner.facing)])
    right = np.array([-ahead[1], ahead[0]])
    middle = camera.pixels(np.array(banner.place))
    tips = [middle + distance * ahead for distance in CHEVRONS]
    wings = [
        np.concatenate([tip, tip - WINGS[0] * ahead + side * WINGS[1] * right]) for tip in tips for side in (-1, 1)
    ]
    return joined(cased(np.stack(wings), 3.2 * unit, TEXT))


def of_banner(banner: Banner, colour: Colour, camera: Camera, unit: float) -> Lines:
    """Return pole, flag and bar of one banner."""
    rear = np.array([-np.sin(banner.facing), np.cos(banner.facing)])
    foot = camera.pixels(np.array(banner.place)) + unit * (np.array([FOOT[0], 0.0]) + FOOT[1] * rear)
    broken, wavering = banner.condition == "broken", banner.condition == "wavering"
    lean = SUNK if broken else 0.0
    up = unit * np.array([np.sin(lean), -np.cos(lean)])
    top = foot + POLE * up
    pole = np.concatenate([foot, top])[None]
    hung = foot + ((0.78 if wavering else 1.0) * POLE - 0.5 * FLAG[1]) * up
    droop = np.radians(62.0) if broken else np.radians(14.0) if wavering else 0.0
    if wavering:
        hung = hung + np.array([SHAKE[0] * unit * np.sin(SHAKE[1] * banner.sway), 0.0])
    out = unit * np.array([np.cos(droop), np.sin(droop)])
    cloth = np.concatenate([hung, hung + FLAG[0] * out])
    rim = np.concatenate([hung - RIM * out, hung + (FLAG[0] + RIM) * out])
    flag = [
        square(rim, (FLAG[1] + 2 * RIM) * unit, CASING),
        square(cloth, FLAG[1] * unit, WHITE_FLAG if broken else colour),
    ]
    return joined(
        [*cased(pole, 2.0 * unit, TEXT), *flag, *bar(foot - np.array([0.0, (POLE + 5.0) * unit]), banner, unit)]
    )


def bar(left: Float[np.ndarray, " 2"], banner: Banner, unit: float) -> list[Lines]:
    """Return the bar of morale, which begins at a pixel."""
    share = min(max(banner.morale, 0.0), 1.0)
    colour = next(colour for below, colour in MORALE if share < below)
    whole, full = np.array([BAR[0] * unit, 0.0]), np.array([BAR[0] * unit * share, 0.0])
    rim = np.array([RIM * unit, 0.0])
    return [
        square(np.concatenate([left - rim, left + whole + rim]), (BAR[1] + 2 * RIM) * unit, CASING),
        square(np.concatenate([left, left + full]), BAR[1] * unit, colour),
    ]


def square(ends: Float[np.ndarray, " 4"], width: float, colour: Colour) -> Lines:
    """Return one line that is cut off at its ends."""
    line = round_lines(ends[None], width, colour)
    return Lines(line.ends, line.width, line.colour, np.ones(1, dtype=bool))
