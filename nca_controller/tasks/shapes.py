"""Targets that no formation file describes: letters, a spiral, a cross, separate blocks, a hand-drawn mask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw
from scipy.interpolate import splev, splprep
from scipy.ndimage import distance_transform_edt

from engine.formations import check_mass, fill
from engine.plugin import Ground

Stroke = Sequence[tuple[float, float]]  # points (x, y) of a pen, in a unit square

TURNS = np.linspace(0.15, 1, 60)
SHAPES: dict[str, list[Stroke]] = {
    "letter M": [[(0.1, 0.95), (0.1, 0.05), (0.5, 0.6), (0.9, 0.05), (0.9, 0.95)]],
    "letter A": [[(0.05, 0.95), (0.5, 0.05), (0.95, 0.95)], [(0.25, 0.6), (0.75, 0.6)]],
    "spiral": [[(0.5 + 0.48 * r * np.cos(14 * r), 0.5 + 0.48 * r * np.sin(14 * r)) for r in TURNS]],
    "cross": [[(0.5, 0.05), (0.5, 0.95)], [(0.05, 0.5), (0.95, 0.5)]],
    "three blocks": [[(0.1, 0.2), (0.2, 0.2)], [(0.8, 0.3), (0.9, 0.3)], [(0.45, 0.9), (0.55, 0.9)]],
    "drawn by hand": [
        [(0.06, 0.5), (0.2, 0.22), (0.33, 0.31), (0.41, 0.68), (0.58, 0.74), (0.66, 0.4), (0.83, 0.27), (0.95, 0.52)],
        [(0.3, 0.93), (0.52, 0.88), (0.71, 0.95)],
    ],
}
HEIGHT = 0.7  # of a drawing, as a share of the field's shorter side
MOST_STROKES, MOST_POINTS, SMOOTH = 3, 5, 60  # of a scribble: strokes, points of one, points of one that is smooth
EDGE = 0.15  # share of the field, nearest to its border that a scribble's points are


def shaped(name: str, mass: float, ground: Ground) -> Float[np.ndarray, "H W"]:
    """Return the target (H, W) of that drawing, in the middle of the ground: the pen is as wide as the mass needs."""
    height, width = ground.grid
    side = HEIGHT * min(height, width)
    corner = (width - side) / 2, (height - side) / 2
    return penned(
        [[(corner[0] + side * x, corner[1] + side * y) for x, y in stroke] for stroke in SHAPES[name]], mass, ground
    )


def scribbled(mass: float, ground: Ground, rng: np.random.Generator) -> Float[np.ndarray, "H W"]:
    """Return the target (H, W) of one to three strokes drawn by lot, smooth or with corners: as a player may draw."""
    height, width = ground.grid
    strokes = []
    for _ in range(rng.integers(1, MOST_STROKES + 1)):
        points = rng.uniform(EDGE, 1 - EDGE, (rng.integers(2, MOST_POINTS + 1), 2)) * (width, height)
        if rng.random() < 0.5 and len(points) > 2:
            points = splev(np.linspace(0, 1, SMOOTH), splprep(points.T, s=0, k=2)[0])
            points = np.transpose(points)
        strokes.append([(float(x), float(y)) for x, y in points])
    return penned(strokes, mass, ground)


def penned(strokes: Sequence[Stroke], mass: float, ground: Ground) -> Float[np.ndarray, "H W"]:
    """Return the target (H, W) of strokes through places (x, y) of the field, in cells."""
    height, width = ground.grid
    picture = Image.new("L", (width, height))
    for stroke in strokes:
        ImageDraw.Draw(picture).line(list(stroke), fill=255)
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    return fill(distance_transform_edt(np.asarray(picture) == 0), check_mass(mass, ground), room)
