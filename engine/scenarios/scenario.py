"""A scenario: a field, regiments of two sides, and orders that are given by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.orders import Order, Schedule
from engine.plugin import Ground
from engine.scenarios.regiment import Regiment

SIDES = ("Red", "Blue")  # where a scenario does not name them

View = tuple[float, float, float]  # x, y, width in cells


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says."""

    title: str
    ground: Ground
    regiments: tuple[Regiment, ...]
    orders: tuple[Order, ...]  # where each regiment stands at first, and is told to
    description: str = ""
    sides: tuple[str, ...] = SIDES
    schedule: Schedule = ()  # what is commanded later
    heaped: bool = False  # the regiment musters as a crowd in the middle of the field
    player: int | None = None  # the side that the player commands; None: both
    camera: View | None = None  # what is seen at first; None: the whole field
    seed: int = 0
    ticks: int | None = None  # how long its demo lasts


def with_controller(scenario: Scenario, controller: str) -> Scenario:
    """Return the scenario with every regiment under one controller."""
    return replace(scenario, regiments=tuple(replace(one, controller=controller) for one in scenario.regiments))
