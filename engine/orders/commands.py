"""What a player can command, as plain data: by mouse, key, scenario or replay, all in the same way.

Regiments are named by their index. Places and lengths are in cells, x to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Literal

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


Pace = Literal["hold", "walk", "run"]


@dataclass(frozen=True)
class Attack:
    """Regiments go for an enemy: they form up towards it, follow it, and charge home."""

    regiments: tuple[int, ...]
    enemy: int


@dataclass(frozen=True)
class SetPace:
    """Regiments walk or run from the next tick on, or hold: they stay where they are, and brace."""

    regiments: tuple[int, ...]
    pace: Pace


@dataclass(frozen=True)
class Relieve:
    """Regiments take a friend's place at the front, which lets them through and goes back behind them."""

    regiments: tuple[int, ...]
    friend: int


Command = GiveOrders | Halt | Scatter | SetController | Attack | SetPace | Relieve
Schedule = tuple[tuple[int, Command], ...]  # commands, each with the tick before which it is executed


def regiments_of(command: Command) -> frozenset[int]:
    """Return the regiments whose orders a command changes; SetController changes none."""
    match command:
        case GiveOrders(orders):
            return frozenset(regiment for regiment, _ in orders)
        case Halt(regiments) | Attack(regiments) | SetPace(regiments):
            return frozenset(regiments)
        case Relieve(regiments, friend):  # which is ordered back
            return frozenset((*regiments, friend)) if regiments else frozenset()
    return frozenset()


def without_regiments(command: Command, regiments: Set[int]) -> Command:
    """Return a command without its part for these regiments. Scatter stays whole: it is aimed at a place.

    Nobody relieves one of them.
    """
    match command:
        case GiveOrders(orders):
            return replace(command, orders=tuple(given for given in orders if given[0] not in regiments))
        case Relieve(_, friend) if friend in regiments:
            return replace(command, regiments=())
        case Halt(ordered) | Attack(ordered) | SetPace(ordered) | Relieve(ordered):
            return replace(command, regiments=tuple(regiment for regiment in ordered if regiment not in regiments))
    return command
