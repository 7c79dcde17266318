"""Figures of ellipsoids as pictures, seen from above at a tilt. Their channels are those of make_sprites.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

UNIT = 21.0  # pixels per unit of length: the distance between two soldiers in closed ranks
OVERSAMPLING = 4
ELEVATION = np.radians(52.0)  # of the eye above the ground
LIGHT = np.array([-0.45, -0.25, 0.86])  # towards the light: x right, y towards the viewer, z up

METAL, CLOTH, LEATHER = 0, 1, 2


@dataclass(frozen=True)
class Part:
    """An ellipsoid of one material. x is the soldier's right, y is ahead of it, z is up."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    material: int
    shade: float = 1.0
    lean: float = 0.0  # radians that the part is tipped forward
    roll: float = 0.0  # radians that everything is tipped to the right, about the ground beneath it


def frame(
    parts: list[Part], facing: float, size: tuple[int, int], feet: tuple[float, float], shadow_width: float = 1.0
) -> Float[np.ndarray, "height width 4"]:
    """Render one frame; facing in radians clockwise from up. Values from 0 to 1, premultiplied.

    `size` is its width and height in pixels, `feet` where in it the soldier stands.
    """
    fine, (width, height) = OVERSAMPLING, size
    rows, columns = np.mgrid[0 : height * fine, 0 : width * fine]
    right = ((columns + 0.5) / fine - feet[0]) / UNIT
    down = ((rows + 0.5) / fine - feet[1]) / UNIT
    # A point on each pixel's line of sight, and the direction towards the eye: x right, y towards the viewer, z up.
    origin = np.stack([right, down * np.sin(ELEVATION), -down * np.cos(ELEVATION)], axis=-1)
    to_eye = np.array([0.0, np.cos(ELEVATION), np.sin(ELEVATION)])

    nearest = np.full(right.shape, -np.inf)
    picture = np.zeros((*right.shape, 4))
    for part in parts:
        seen = around(part, facing, size, feet)
        hit, distance, normal = intersection(part, facing, origin[seen], to_eye)
        hit &= distance > nearest[seen]
        nearest[seen][hit] = distance[hit]
        colour = np.zeros((int(hit.sum()), 4))
        colour[:, part.material] = part.shade * lit(normal[hit], to_eye, part.material)
        colour[:, 3] = 1.0
        picture[seen][hit] = colour
    picture = np.clip(picture, 0.0, 1.0).reshape(height, fine, width, fine, 4).mean(axis=(1, 3))
    return over(over(picture, outline(picture[..., 3])), shadow(size, feet, shadow_width))


def around(part: Part, facing: float, size: tuple[int, int], feet: tuple[float, float]) -> tuple[slice, slice]:
    """Return the rows and columns, of the fine picture, in which a part may be seen."""
    x, y, z = turned(facing) @ rolled(part.roll) @ np.array(part.centre)
    middle = np.array([feet[1] + UNIT * (y * np.sin(ELEVATION) - z * np.cos(ELEVATION)), feet[0] + UNIT * x])
    reach = UNIT * max(part.radii) + 1.0
    limits = OVERSAMPLING * np.array(size[::-1])
    first, last = (OVERSAMPLING * (middle + sign * reach) for sign in (-1, 1))
    begin, end = np.clip(np.floor(first), 0, limits).astype(int), np.clip(np.ceil(last), 0, limits).astype(int)
    return slice(begin[0], end[0]), slice(begin[1], end[1])


def intersection(part: Part, facing: float, origin: np.ndarray, to_eye: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return where the lines of sight meet a part, how near to the eye, and the normals there."""
    turn = turned(facing) @ rolled(part.roll)
    lean = np.array([[1, 0, 0], [0, np.cos(part.lean), np.sin(part.lean)], [0, -np.sin(part.lean), np.cos(part.lean)]])
    axes = turn @ lean  # columns: the ellipsoid's own axes
    scaled = axes / np.array(part.radii)
    start = (origin - turn @ np.array(part.centre)) @ scaled
    along = to_eye @ scaled
    a, b, c = along @ along, start @ along, (start**2).sum(axis=-1) - 1.0
    discriminant = b**2 - a * c
    distance = (-b + np.sqrt(np.maximum(discriminant, 0.0))) / a
    normal = (start + distance[..., None] * along) @ scaled.T
    return discriminant > 0, distance, normal / np.linalg.norm(normal, axis=-1, keepdims=True)


def turned(facing: float) -> Float[np.ndarray, "3 3"]:
    """Return the soldier's own axes (right, ahead, up) as columns in the viewer's: right, towards the viewer, up."""
    sine, cosine = np.sin(facing), np.cos(facing)
    return np.array([[cosine, sine, 0.0], [sine, -cosine, 0.0], [0.0, 0.0, 1.0]])


def rolled(roll: float) -> Float[np.ndarray, "3 3"]:
    """Return the turn that tips what is up to the right."""
    sine, cosine = np.sin(roll), np.cos(roll)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])


def lit(normal: np.ndarray, to_eye: np.ndarray, material: int) -> np.ndarray:
    """Return how bright a surface looks; metal shines as well."""
    light = LIGHT / np.linalg.norm(LIGHT)
    brightness = 0.46 + 0.56 * np.maximum(normal @ light, 0.0)
    if material == METAL:
        halfway = (light + to_eye) / np.linalg.norm(light + to_eye)
        brightness = brightness + 0.35 * np.maximum(normal @ halfway, 0.0) ** 12
    return brightness


def outline(cover: np.ndarray) -> np.ndarray:
    """Return a dark rim about one pixel wide, which parts a soldier from those behind it."""
    padded = np.pad(cover, 1)
    height, width = cover.shape
    around = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    rim = np.zeros((*cover.shape, 4))
    rim[..., 3] = 0.5 * np.max(around, axis=0)
    return rim


def shadow(size: tuple[int, int], feet: tuple[float, float], width: float) -> np.ndarray:
    """Return the soft shadow on the ground, to the right and below, away from the light."""
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    across = (columns + 0.5 - feet[0] - 2.5) / (9.0 * width)
    down = (rows + 0.5 - feet[1] - 1.5) / (5.5 * width)
    soft = np.zeros((size[1], size[0], 4))
    soft[..., 3] = 0.55 * np.clip(1.25 - np.hypot(across, down), 0.0, 1.0)
    return soft


def over(front: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Lay one premultiplied picture over another."""
    return front + back * (1.0 - front[..., 3:])
