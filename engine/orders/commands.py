"""What a player can tell regiments, as plain data: given by mouse, key, scenario or replay, all the same way.

Regiments are named by their index. Places and lengths are in cells, x to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from engine.orders.order import Order


@dataclass(frozen=True)
class GiveOrders:
    """Regiments take up orders of their own; `queued` ones wait until those before them stand."""

    orders: tuple[tuple[int, Order], ...]  # regiment, order
    queued: bool = False


@dataclass(frozen=True)
class Halt:
    """Regiments forget their orders and stand where they are."""

    regiments: tuple[int, ...]


@dataclass(frozen=True)
class Scatter:
    """Whoever stands in a disc is thrown apart, onto open ground around it."""

    place: tuple[float, float]
    radius: float


@dataclass(frozen=True)
class SetController:
    """A regiment is led by another controller from the next tick on."""

    regiment: int
    controller: str  # a name that the campaign knows


Command = GiveOrders | Halt | Scatter | SetController
Schedule = tuple[tuple[int, Command], ...]  # commands, each with the tick before which it is executed


def regiments_of(command: Command) -> frozenset[int]:
    """Return the regiments that a command tells where to stand; another controller leaves them to their orders."""
    match command:
        case GiveOrders(orders):
            return frozenset(regiment for regiment, _ in orders)
        case Halt(regiments):
            return frozenset(regiments)
    return frozenset()


def without_regiments(command: Command, regiments: Set[int]) -> Command:
    """Return a command without what it tells these regiments. A charge spares nobody: it is aimed at a place."""
    match command:
        case GiveOrders(orders):
            return replace(command, orders=tuple(given for given in orders if given[0] not in regiments))
        case Halt(halted):
            return Halt(tuple(regiment for regiment in halted if regiment not in regiments))
    return command
