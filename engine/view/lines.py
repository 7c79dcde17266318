"""Annotations and arrows over the field as straight lines in pixels, for either renderer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from engine.view import palette
from engine.view.camera import Camera
from engine.view.palette import CASING, DRAWN, GOLD, PLANNED, REFUSED, ROUTE, TEXT, VELOCITY, Colour
from engine.view.scene import Annotation, Arrows

Points = Float[np.ndarray, "N 2"]

CASE = 1.25  # pixels of dark on either side of a line, so that it shows on any ground
ARROW = 15.0  # pixels: the length of an arrow of top speed
TOP_SPEED = 0.5  # cells per tick
DASH, GAP = 9.0, 6.0  # pixels
AIMS = {"attack": palette.ATTACKED, "relief": palette.RELIEVED}  # colours of what an order is aimed at
CROSS = 13.0  # pixels that a cross reaches to either side


@dataclass(frozen=True)
class Lines:
    """N straight lines; later ones cover earlier ones."""

    ends: Float[np.ndarray, "N 4"]  # x, y of one end and x, y of the other, in pixels
    width: Float[np.ndarray, " N"]  # pixels
    colour: UInt8[np.ndarray, "N 4"]  # red, green, blue, cover
    square: Bool[np.ndarray, " N"]  # cut off at the ends; else round

    def __len__(self) -> int:
        return len(self.width)


def round_lines(ends: Float[np.ndarray, "N 4"], width: float, colour: Colour, cover: int = 255) -> Lines:
    """Return N round lines of one width and colour."""
    count = len(ends)
    colours = np.full((count, 4), (*colour, cover), np.uint8)
    return Lines(np.asarray(ends, dtype=float), np.full(count, width), colours, np.zeros(count, dtype=bool))


def joined(parts: list[Lines]) -> Lines:
    """Return the lines of all parts, in order."""
    if not parts:
        return round_lines(np.zeros((0, 4)), 1.0, TEXT)
    return Lines(
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.width for part in parts]),
        np.concatenate([part.colour for part in parts]),
        np.concatenate([part.square for part in parts]),
    )


def of_annotation(annotation: Annotation, camera: Camera, unit: float) -> Lines:
    """Return the lines of an annotation; `unit` is how much larger they are than at the reference height."""
    points = camera.pixels(np.asarray(annotation.points, dtype=float).reshape(-1, 2))
    if len(points) == 0:
        return joined([])
    line = _segments(np.concatenate([points, points[:1]]) if annotation.closed else points)
    if annotation.kind in ("attack", "relief"):
        colour = AIMS[annotation.kind]
        headed = line if annotation.closed else np.concatenate([line, head(line[-1:], 13.0 * unit)])
        return joined(cased(headed, 2.2 * unit, colour))
    if annotation.kind == "selection":
        return joined([_filled(points, TEXT, 26), *cased(line, 1.5 * unit, TEXT)])
    if annotation.kind == "drawn":
        return joined(cased(line, 3.0 * unit, DRAWN))
    if annotation.kind == "brush":
        return joined(cased(line, 1.6 * unit, DRAWN))
    if annotation.kind == "facing":
        return joined(cased(np.concatenate([line, head(line[-1:], 13.0 * unit)]), 2.6 * unit, GOLD))
    if annotation.kind == "way":
        dashes = _dashes(line, DASH * unit, GAP * unit)
        return joined(cased(np.concatenate([dashes, head(line[-1:], 13.0 * unit)]), 2.6 * unit, DRAWN))
    if annotation.kind == "refused":
        return joined(cased(_crosses(points, CROSS * unit), 4.0 * unit, REFUSED))
    places = points[1:] if annotation.stops is None else points[list(annotation.stops)]
    stops = np.concatenate([places, places], axis=1)
    return joined([*cased(_dashes(line, DASH * unit, GAP * unit), 2.0 * unit, ROUTE), *cased(stops, 8.0 * unit, ROUTE)])


def of_arrows(arrows: Arrows, camera: Camera, unit: float) -> Lines:
    """Return the lines of velocities as arrows whose middles lie on their places."""
    middle = camera.pixels(np.asarray(arrows.place, dtype=float).reshape(-1, 2))
    along = np.asarray(arrows.velocity, dtype=float).reshape(-1, 2) * (ARROW * unit / TOP_SPEED)
    inside = ((middle > -ARROW * unit) & (middle < np.array(camera.size) + ARROW * unit)).all(axis=1)
    shown = inside & (np.hypot(*along.T) > 1.5 * unit)
    tail, tip = (middle - along / 2)[shown], (middle + along / 2)[shown]
    shafts = np.concatenate([tail, tip], axis=1)
    colour = VELOCITY if arrows.kind == "velocity" else PLANNED
    return joined(cased(np.concatenate([shafts, head(shafts, 5.0 * unit)]), 1.5 * unit, colour))


def _segments(points: Points) -> Float[np.ndarray, "N 4"]:
    """Return the N - 1 stretches between N points that follow each other; a single point is a dot."""
    if len(points) == 1:
        return np.concatenate([points, points], axis=1)
    return np.concatenate([points[:-1], points[1:]], axis=1)


def cased(line: Float[np.ndarray, "N 4"], width: float, colour: Colour) -> list[Lines]:
    """Return a line in its dark case."""
    return [round_lines(line, width + 2 * CASE * max(width / 2, 1.0) ** 0.5, CASING), round_lines(line, width, colour)]


def head(shafts: Float[np.ndarray, "N 4"], reach: float) -> Float[np.ndarray, "M 4"]:
    """Return two barbs at the second end of each shaft, no longer than 0.6 of it."""
    tip, back = shafts[:, 2:], shafts[:, :2] - shafts[:, 2:]
    length = np.maximum(np.hypot(*back.T), 1e-9)[:, None]
    back = back / length * np.minimum(reach, 0.6 * length)
    aside = np.stack([-back[:, 1], back[:, 0]], axis=1)
    return np.concatenate([np.concatenate([tip, tip + back + side * aside], axis=1) for side in (0.6, -0.6)])


def _crosses(points: Points, reach: float) -> Float[np.ndarray, "M 4"]:
    """Return two strokes through each point, `reach` pixels to either side and up and down."""
    strokes = np.array([[-reach, -reach, reach, reach], [-reach, reach, reach, -reach]])
    return (np.tile(points, 2)[:, None] + strokes).reshape(-1, 4)


def _dashes(line: Float[np.ndarray, "N 4"], dash: float, gap: float) -> Float[np.ndarray, "M 4"]:
    """Return a line's dashes; each stretch begins with one."""
    pieces = []
    for start, end in zip(line[:, :2], line[:, 2:], strict=True):
        length = float(np.hypot(*(end - start)))
        begins = np.arange(0.0, max(length, 1e-9), dash + gap)
        shares = np.stack([begins, np.minimum(begins + dash, length)], axis=1) / max(length, 1e-9)
        pieces.append((start + shares[..., None] * (end - start)).reshape(-1, 4))
    return np.concatenate(pieces)


def _filled(points: Points, colour: Colour, cover: int) -> Lines:
    """Return the upright rectangle around points, as one line that is cut off square."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    middle = (top + bottom) / 2
    box = round_lines(np.array([[left, middle, right, middle]]), bottom - top, colour, cover)
    return Lines(box.ends, box.width, box.colour, np.ones(1, dtype=bool))
