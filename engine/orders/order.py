"""An order: which formation to take, where, which way to face, and how wide; or a line or shape drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

Place = tuple[float, float]  # x, y in cells


@dataclass(frozen=True)
class Order:
    """Which formation to take, where, and which way to face. What is drawn by hand takes the formation's place."""

    formation: str  # a formation's name
    centre: Place
    angle: float = 0.0  # degrees clockwise from facing up the screen
    frontage: float | None = None  # cells from flank to flank; None: what the formation's file gives
    path: tuple[Place, ...] = ()  # a freehand line to stand along, its points in order
    area: tuple[tuple[float, float, float], ...] = ()  # discs (x, y, radius) of a brush to stand on


def with_formation(order: Order, formation: str, place: Place | None = None) -> Order:
    """Return the order for another formation, with the same front, as wide as its file says.

    It is at that place, by default at the same one.
    """
    return Order(formation, order.centre if place is None else place, order.angle)


def moved(order: Order, right: float, down: float) -> Order:
    """Return the order moved by so many cells, with its path and area."""
    return _transformed(order, lambda x, y: (x + right, y + down), order.angle)


def turned(order: Order, degrees: float) -> Order:
    """Return the order turned clockwise about its centre, with its path and area."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x, middle_y = order.centre

    def turn(x: float, y: float) -> Place:
        across, down = x - middle_x, y - middle_y
        return middle_x + across * cos - down * sin, middle_y + across * sin + down * cos

    return replace(_transformed(order, turn, order.angle + degrees), centre=order.centre)


def _transformed(order: Order, transform: Callable[[float, float], Place], angle: float) -> Order:
    return replace(
        order,
        centre=transform(*order.centre),
        angle=angle,
        path=tuple(transform(*point) for point in order.path),
        area=tuple((*transform(x, y), radius) for x, y, radius in order.area),
    )
