"""The annotations that tools leave on the field: boxes, lines, brush rims, arrows, routes. Places are in cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float

from engine.battle import Battle, BattleState
from engine.controls.selection import PRESENT, Regiments, whereabouts
from engine.formations import Placement, fastest_way, standing_place
from engine.orders import Attack, Place, Relieve
from engine.view import Annotation

ARRIVED = 1.5  # cells from its ordered place within which a regiment has no route
CORNERS = 48  # of a brush's rim
SIDES = 24  # of the outline round a regiment
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


def way(state: BattleState, regiment: int, placement: Placement, queueing: bool = False) -> list[Annotation]:
    """Return the fastest way on which a regiment could take up a placement; none where it is there already.

    With `queueing` it begins where the orders before this one lead to.
    """
    start = _last_stop(state, regiment) if queueing else standing_place(state.mass[regiment])
    end = standing_place(placement.target)
    corners = fastest_way(state.ground, start, end)
    return [Annotation(corners, "way")] if len(corners) > 1 and math.dist(start, end) > ARRIVED else []


def _last_stop(state: BattleState, regiment: int) -> Place:
    waiting = state.book.waiting[regiment]
    return waiting[-1].place if waiting else standing_place(state.placements[regiment].target)


def aimed(battle: Battle | None, command: Attack | Relieve | None) -> list[Annotation]:
    """Return the outline of whom an attack or a relief would be aimed at, and the way there of each who is ordered."""
    if battle is None or command is None:
        return []
    attack = isinstance(command, Attack)
    other = command.enemy if isinstance(command, Attack) else command.friend
    kind: Literal["attack", "relief"] = "attack" if attack else "relief"
    ways = [_towards(battle.state, regiment, other, kind) for regiment in command.regiments]
    return [*ways, Annotation(_outline(battle.state.mass[other]), kind, closed=True)]


def engagements(state: BattleState, regiments: Regiments) -> list[Annotation]:
    """Return the way of each of these regiments to the enemy that it attacks, or the friend that it relieves."""
    found = ((regiment, state.engagements.get(regiment)) for regiment in regiments)
    return [
        _towards(state, regiment, one.other, "attack" if one.kind == "attack" else "relief")
        for regiment, one in found
        if one and one.kind != "withdraw" and state.mass[one.other].any()
    ]


def _towards(state: BattleState, regiment: int, other: int, kind: Literal["attack", "relief"]) -> Annotation:
    middles = [whereabouts(state.mass, (one,))[0] for one in (regiment, other)]
    return Annotation(np.array(middles), kind)


def _outline(density: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "N 2"]:
    """Return the corners of a convex outline round a regiment, a cell outside of the middles of its outermost cells."""
    row, column = np.nonzero(density >= min(PRESENT, density.max()))
    angle = np.linspace(0, 2 * math.pi, SIDES, endpoint=False)
    ways = np.stack([np.cos(angle), np.sin(angle)])
    corners = np.stack([column, row], axis=1) + 0.5
    return corners[(corners @ ways).argmax(axis=0)] + ways.T


def refused(placements: Sequence[Placement]) -> list[Annotation]:
    """Return the crosses at the places of orders that cannot be."""
    return [Annotation(np.array([placement.centre for placement in placements]), "refused")] if placements else []


def routes(state: BattleState, regiments: Regiments) -> list[Annotation]:
    """Return the route that each of these regiments has before it: to its order's place, and on to its waypoints.

    Those who attack or relieve another regiment have none: see `engagements`.
    """
    annotations = []
    for regiment in regiments:
        if regiment in state.engagements:
            continue  # it goes where another regiment is
        middle, goal = _place(state, state.mass[regiment]), _place(state, state.placements[regiment].target)
        goals = [goal, *(one.place for one in state.book.waiting[regiment])]
        if len(goals) > 1 or math.dist(middle, goal) > ARRIVED:
            # The first leg is found from its end, which stays while the regiment marches.
            legs = [_leg(state, goal, middle)[::-1], *(_leg(state, *pair) for pair in pairwise(goals))]
            points = np.concatenate([legs[0], *(leg[1:] for leg in legs[1:])])
            stops = accumulate(len(leg) - 1 for leg in legs)
            annotations.append(Annotation(points, "waypoint", stops=tuple(stops)))
    return annotations


def _place(state: BattleState, density: Float[np.ndarray, "H W"]) -> Place:
    """Return the middle of a density, or where it may lie on closed cells a place that has some of it."""
    open_field = state.ground.open_cells.all()
    return whereabouts(density[None], (0,))[0] if open_field else standing_place(density)


def _leg(state: BattleState, start: Place, end: Place) -> Float[np.ndarray, "N 2"]:
    """Return the fastest way between two places, or where none leads a straight line."""
    corners = fastest_way(state.ground, start, end)
    return corners if len(corners) else np.array([start, end])
