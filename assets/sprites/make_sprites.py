"""Make soldier.png: a soldier modelled from ellipsoids, seen from above at a tilt, in every facing and stride.

Frames lie in a grid: a column per facing (clockwise from up), a row per step of the walk. Colour channels are not
colours but materials, each premultiplied by coverage: red is metal, green is cloth in the team's colour, blue is
leather and wood. Black with alpha is shadow and outline. Run it from anywhere: `python assets/sprites/make_sprites.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

FACINGS = 16
STRIDES = 4
WIDTH, HEIGHT = 32, 40  # one frame, in pixels
UNIT = 21.0  # pixels per unit of length: the distance between two men in closed ranks
FEET = (16.0, 32.0)  # where the man stands in the frame, in pixels from its top left corner
OVERSAMPLING = 4
ELEVATION = np.radians(52.0)  # of the eye above the ground
LIGHT = np.array([-0.45, -0.25, 0.86])  # towards the light: x right, y towards the viewer, z up

METAL, CLOTH, LEATHER = 0, 1, 2


@dataclass(frozen=True)
class Part:
    """An ellipsoid of one material. x is the man's right, y is ahead of him, z is up."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    material: int
    shade: float = 1.0
    lean: float = 0.0  # radians that the part is tipped forward


def soldier(phase: float) -> list[Part]:
    """Return the parts of a man at one phase of his stride, in radians."""
    step = 0.24 * np.sin(phase)
    sway = 0.03 * np.cos(phase)
    bob = 0.05 * abs(np.sin(phase))
    return [
        Part((-0.13, step, 0.20), (0.10, 0.13, 0.24), LEATHER, 0.85),
        Part((+0.13, -step, 0.20), (0.10, 0.13, 0.24), LEATHER, 0.85),
        Part((sway, 0.0, 0.62 - bob), (0.33, 0.23, 0.40), CLOTH, 0.95),
        Part((sway, -0.04, 0.90 - bob), (0.38, 0.22, 0.20), CLOTH, 1.15),
        Part((sway, 0.03, 1.19 - bob), (0.185, 0.20, 0.22), METAL, 1.25),
        Part((sway, -0.05, 1.33 - bob), (0.05, 0.20, 0.14), CLOTH, 0.9),
        Part((-0.26 + sway, 0.29, 0.66 - bob), (0.33, 0.08, 0.43), CLOTH, 1.15, 0.12),
        Part((-0.26 + sway, 0.37, 0.68 - bob), (0.10, 0.06, 0.12), METAL, 1.1),
        Part((0.42 + sway, 0.10 + 0.3 * step, 0.86), (0.045, 0.045, 0.70), LEATHER, 1.1, 0.10),
        Part((0.42 + sway, 0.18 + 0.3 * step, 1.55), (0.06, 0.06, 0.15), METAL, 1.25, 0.10),
    ]


def frame(facing: float, phase: float) -> Float[np.ndarray, "height width 4"]:
    """Render one frame; facing in radians clockwise from up. Values from 0 to 1, premultiplied."""
    fine = OVERSAMPLING
    rows, columns = np.mgrid[0 : HEIGHT * fine, 0 : WIDTH * fine]
    right = ((columns + 0.5) / fine - FEET[0]) / UNIT
    down = ((rows + 0.5) / fine - FEET[1]) / UNIT
    # A point on each pixel's line of sight, and the direction towards the eye: x right, y towards the viewer, z up.
    origin = np.stack([right, down * np.sin(ELEVATION), -down * np.cos(ELEVATION)], axis=-1)
    to_eye = np.array([0.0, np.cos(ELEVATION), np.sin(ELEVATION)])

    nearest = np.full(right.shape, -np.inf)
    picture = np.zeros((*right.shape, 4))
    for part in soldier(phase):
        hit, distance, normal = intersection(part, facing, origin, to_eye)
        hit &= distance > nearest
        nearest[hit] = distance[hit]
        picture[hit] = 0.0
        picture[hit, part.material] = part.shade * lit(normal[hit], to_eye, part.material)
        picture[hit, 3] = 1.0
    picture = np.clip(picture, 0.0, 1.0).reshape(HEIGHT, fine, WIDTH, fine, 4).mean(axis=(1, 3))
    return over(over(picture, outline(picture[..., 3])), shadow())


def intersection(part: Part, facing: float, origin: np.ndarray, to_eye: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return where the lines of sight meet a part, how near to the eye, and the normals there."""
    turn = turned(facing)
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
    """Return the man's own axes (right, ahead, up) as columns in the viewer's: right, towards the viewer, up."""
    sine, cosine = np.sin(facing), np.cos(facing)
    return np.array([[cosine, sine, 0.0], [sine, -cosine, 0.0], [0.0, 0.0, 1.0]])


def lit(normal: np.ndarray, to_eye: np.ndarray, material: int) -> np.ndarray:
    """Return how bright a surface looks; metal shines as well."""
    light = LIGHT / np.linalg.norm(LIGHT)
    brightness = 0.46 + 0.56 * np.maximum(normal @ light, 0.0)
    if material == METAL:
        halfway = (light + to_eye) / np.linalg.norm(light + to_eye)
        brightness = brightness + 0.35 * np.maximum(normal @ halfway, 0.0) ** 12
    return brightness


def outline(cover: np.ndarray) -> np.ndarray:
    """Return a dark rim about one pixel wide, which parts a man from those behind him."""
    padded = np.pad(cover, 1)
    height, width = cover.shape
    around = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    rim = np.zeros((*cover.shape, 4))
    rim[..., 3] = 0.5 * np.max(around, axis=0)
    return rim


def shadow() -> np.ndarray:
    """Return the soft shadow on the ground, to the right and below, away from the light."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    across = (columns + 0.5 - FEET[0] - 2.5) / 9.0
    down = (rows + 0.5 - FEET[1] - 1.5) / 5.5
    soft = np.zeros((HEIGHT, WIDTH, 4))
    soft[..., 3] = 0.55 * np.clip(1.25 - np.hypot(across, down), 0.0, 1.0)
    return soft


def over(front: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Lay one premultiplied picture over another."""
    return front + back * (1.0 - front[..., 3:])


def atlas() -> UInt8[np.ndarray, "height width 4"]:
    """Return all frames: a column per facing, a row per stride."""
    facings = np.arange(FACINGS) * 2 * np.pi / FACINGS
    phases = np.arange(STRIDES) * 2 * np.pi / STRIDES
    strips = [np.concatenate([frame(facing, phase) for facing in facings], axis=1) for phase in phases]
    return np.round(np.concatenate(strips, axis=0) * 255.0).astype(np.uint8)


if __name__ == "__main__":
    path = Path(__file__).with_name("soldier.png")
    Image.fromarray(atlas()).save(path, optimize=True)
    print(path)
