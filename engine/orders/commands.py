"""What a player can command, as plain data: by mouse, key, scenario or replay, all in the same way.

Regiments are named by their index. Places and lengths are in cells, x to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from engine.orders.order import Order


@dataclass(frozen=True)
class GiveOrders:
    """Each regiment takes up its own order; `queued` ones wait until those before them are filled."""

    orders: tuple[tuple[int, Order], ...]  # regiment, order
    queued: bool = False


@dataclass(frozen=True)
class Halt:
    """Regiments drop their orders and stop where they are."""

    regiments: tuple[int, ...]


@dataclass(frozen=True)
class Scatter:
    """Soldiers in a disc are thrown apart, onto open ground around it."""

    place: tuple[float, float]
    radius: float


@dataclass(frozen=True)
class SetController:
    """Another controller leads a regiment from the next tick on."""

    regiment: int
    controller: str  # a name that the battle's setup knows


Command = GiveOrders | Halt | Scatter | SetController
Schedule = tuple[tuple[int, Command], ...]  # commands, each with the tick before which it is executed


def regiments_of(command: Command) -> frozenset[int]:
    """Return the regiments whose orders a command changes; SetController changes none."""
    match command:
        case GiveOrders(orders):
            return frozenset(regiment for regiment, _ in orders)
        case Halt(regiments):
            return frozenset(regiments)
    return frozenset()


def without_regiments(command: Command, regiments: Set[int]) -> Command:
    """Return a command without its part for these regiments. Scatter stays whole: it is aimed at a place."""
    match command:
        case GiveOrders(orders):
            return replace(command, orders=tuple(given for given in orders if given[0] not in regiments))
        case Halt(halted):
            return Halt(tuple(regiment for regiment in halted if regiment not in regiments))
    return command
