"""What a player can tell regiments, as plain data: given by mouse, key, scenario or replay, all the same way.

Regiments are named by their index. Places and lengths are in cells, x to the right and y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.orders import Order


@dataclass(frozen=True)
class Form:
    """Regiments take up orders of their own; `queued` ones wait until those before them stand."""

    orders: tuple[tuple[int, Order], ...]  # regiment, order
    queued: bool = False


@dataclass(frozen=True)
class Halt:
    """Regiments forget their orders and stand where they are."""

    regiments: tuple[int, ...]


@dataclass(frozen=True)
class Charge:
    """Whoever stands in a disc is thrown apart, onto open ground around it."""

    place: tuple[float, float]
    radius: float


@dataclass(frozen=True)
class Obey:
    """A regiment is led by another controller from the next tick on."""

    regiment: int
    controller: str  # a name that the campaign knows


Command = Form | Halt | Charge | Obey
