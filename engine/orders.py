"""An order: which formation to take, where, which way to face, and how wide; or a line or shape drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[float, float]  # x, y in cells


@dataclass(frozen=True)
class Order:
    """Which formation to take, where, and which way to face. What is drawn by hand takes the formation's place."""

    formation: str  # a formation's name
    centre: Place
    angle: float = 0.0  # degrees clockwise from facing up the screen
    frontage: float | None = None  # cells from flank to flank; None: as the formation's file says
    line: tuple[Place, ...] = ()  # a freehand line to stand along, its points in order
    painted: tuple[tuple[float, float, float], ...] = ()  # discs (x, y, radius) of a brush to stand on
