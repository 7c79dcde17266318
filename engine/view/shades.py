"""Shades of a side's colour, one for each of its regiments, distinct for the colour-blind, too.

Computed in Oklab (Ottosson, 2020), where equal steps look equal: the regiments of a side differ in lightness, which
no colour-blindness takes away, and the lighter a shade is the more its hue leans to yellow.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from engine.view.palette import Colour

LIGHTNESS_STEP = 0.1  # between two regiments, as long as there is room for it
DARKEST, LIGHTEST = 0.43, 0.86  # lightness
IN_COMBAT = (0.13, 0.38, 0.87)  # these three where there is combat, and more hangs on who is who
YELLOW = np.radians(105.0)  # hue
LEANING = np.radians(70.0)  # of hue for a whole unit of lightness

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def shades(
    colour: Colour, count: int, step: float = LIGHTNESS_STEP, darkest: float = DARKEST, lightest: float = LIGHTEST
) -> tuple[Colour, ...]:
    """Return so many shades of a colour, from dark to light; a single one is the colour itself.

    They are `step` of lightness apart where there is room for that from the `darkest` to the `lightest`.
    """
    if count == 1:
        return (colour,)
    lightness, a, b = oklab(colour)
    reach = min(step * (count - 1), lightest - darkest)
    first = np.clip(lightness - reach / 2, darkest, lightest - reach)
    chroma, hue = np.hypot(a, b), np.arctan2(b, a)
    return tuple(_shade(first + reach * k / (count - 1), lightness, chroma, hue) for k in range(count))


@lru_cache(maxsize=16)
def regiment_colours(
    sides: tuple[int, ...], colours: tuple[Colour, ...], in_combat: bool = False
) -> tuple[Colour, ...]:
    """Return each regiment's shade of its side's colour; `sides` is the side of each regiment.

    In combat the shades are farther apart, and most of all those of regiments that follow each other in the list, who
    often stand side by side.
    """
    given = {}
    for side in set(sides):
        apart = IN_COMBAT if in_combat else ()
        found = shades(colours[side % len(colours)], sides.count(side), *apart)
        given[side] = iter(_scattered(found) if in_combat else found)
    return tuple(next(given[side]) for side in sides)


def _scattered(shades: tuple[Colour, ...]) -> tuple[Colour, ...]:
    """Return the shades in another order: one of the darker half, one of the lighter, and so on."""
    half = (len(shades) + 1) // 2
    return tuple(shades[k // 2 + k % 2 * half] for k in range(len(shades)))


def _shade(lightness: float, middle: float, chroma: float, hue: float) -> Colour:
    short_way = (YELLOW - hue + np.pi) % (2 * np.pi) - np.pi
    lean = np.clip(LEANING * (lightness - middle), -abs(short_way), abs(short_way)) * np.sign(short_way)
    for share in np.linspace(1.0, 0.0, 21):  # paler until the screen can show it
        direction = np.array([np.cos(hue + lean), np.sin(hue + lean)])
        light = _light(np.array([lightness, *(share * chroma * direction)]))
        if (light >= -1e-3).all() and (light <= 1.001).all():
            break
    red, green, blue = np.rint(255.0 * _encoded(np.clip(light, 0.0, 1.0))).astype(int).tolist()
    return red, green, blue


def oklab(colour: Colour) -> Float[np.ndarray, " 3"]:
    """Return a colour's lightness (0 to 1) and its two axes of hue."""
    share = np.asarray(colour) / 255.0
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return _TO_LAB @ np.cbrt(_TO_CONES @ light)


def _light(lab: Float[np.ndarray, " 3"]) -> Float[np.ndarray, " 3"]:
    return np.linalg.solve(_TO_CONES, np.linalg.solve(_TO_LAB, lab) ** 3)


def _encoded(light: Float[np.ndarray, " 3"]) -> Float[np.ndarray, " 3"]:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
