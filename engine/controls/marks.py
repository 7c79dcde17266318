"""The annotations that tools leave on the field: boxes, lines, brush rims, arrows, routes. Places are in cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.battle import BattleState
from engine.controls.selection import Regiments, whereabouts
from engine.formations import Placement, fastest_way, standing_place
from engine.orders import Place
from engine.view import Annotation

ARRIVED = 1.5  # cells from its ordered place within which a regiment has no route
CORNERS = 48  # of a brush's rim
BARB = 0.32  # length of an arrow's barbs, as a share of the arrow's


def box(one: Place, other: Place) -> Annotation:
    """Return the box between two corners."""
    (left, top), (right, bottom) = one, other
    return Annotation(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]), "selection", closed=True)


def rim(place: Place, radius: float) -> Annotation:
    """Return the rim of a brush, `radius` in cells."""
    angle = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    return Annotation(np.array(place) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), "brush", closed=True)


def line(places: Sequence[Place]) -> Annotation:
    """Return a line drawn by hand."""
    return Annotation(np.array(places, dtype=float), "drawn")


def arrow(first: Place, last: Place) -> Annotation:
    """Return the arrow that shows where soldiers will face who stand on a line from the left flank to the right."""
    start, end = np.array(first), np.array(last)
    along = (end - start) / max(math.dist(first, last), 1e-9)
    ahead = np.array([along[1], -along[0]])
    length = min(max(0.2 * math.dist(first, last), 2.0), 6.0)
    tail = (start + end) / 2
    tip = tail + length * ahead
    barbs = [tip - BARB * length * (ahead + side * along) for side in (-1, 1)]
    return Annotation(np.stack([tail, tip, barbs[0], tip, barbs[1]]), "facing")


def way(state: BattleState, regiment: int, placement: Placement) -> list[Annotation]:
    """Return the fastest way on which a regiment could take up a placement; none where it is there already."""
    start, end = standing_place(state.mass[regiment]), standing_place(placement.target)
    corners = fastest_way(state.ground, start, end)
    return [Annotation(corners, "way")] if len(corners) > 1 and math.dist(start, end) > ARRIVED else []


def routes(state: BattleState, regiments: Regiments) -> list[Annotation]:
    """Return the route that each of these regiments has before it: to its order's place, and on to its waypoints."""
    annotations = []
    for regiment in regiments:
        middle, _ = whereabouts(state.mass, (regiment,))
        goal, _ = whereabouts(state.placements[regiment].target[None], (0,))
        goals = [goal, *(order.centre for order in state.waiting_orders[regiment])]
        if len(goals) > 1 or math.dist(middle, goals[0]) > ARRIVED:
            annotations.append(Annotation(np.array([middle, *goals]), "waypoint"))
    return annotations
