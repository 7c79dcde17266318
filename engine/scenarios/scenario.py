"""A scenario: a field, regiments of two sides, and orders on a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.formations import Materials
from engine.io import InputError, limits, shown, suggestion
from engine.orders import Order, Schedule
from engine.plugin import Ground
from engine.scenarios.regiment import Regiment
from engine.units import Unit

SIDES = ("Red", "Blue")  # where a scenario does not name them

View = tuple[float, float, float]  # x, y, width in cells


@dataclass(frozen=True)
class Scenario:
    """The contents of a scenario file."""

    title: str
    ground: Ground
    regiments: tuple[Regiment, ...]
    orders: tuple[Order, ...]  # the first order of each regiment, which it fills at the start
    description: str = ""
    sides: tuple[str, ...] = SIDES
    schedule: Schedule = ()  # commands with their ticks
    heaped: bool = False  # the regiment starts as a crowd in the middle of the field instead
    player: int | None = None  # the side that the player commands; None: both
    camera: View | None = None  # the first view; None: the whole field
    seed: int = 0
    ticks: int | None = None  # the length of its demo
    simulation: str | None = None  # what moves the mass, as it is installed; None: the project's own
    materials: Materials | None = None  # what the ground is made of, for those who draw it; None: nothing is said
    combat: bool = False  # whether enemies who meet fight
    cell_metres: float = 1.0  # length of a cell's side, which the laws of battle ask


def with_controller(scenario: Scenario, controller: str) -> Scenario:
    """Return the scenario with every regiment under one controller."""
    return replace(scenario, regiments=tuple(replace(one, controller=controller) for one in scenario.regiments))


def check_units(scenario: Scenario, known: Iterable[str]) -> None:
    """Raise InputError, one line, for a regiment of a unit that is not known, where there is combat."""
    names = list(known)
    for number, regiment in enumerate(scenario.regiments, start=1):
        if scenario.combat and regiment.unit not in names:
            unknown = f"{shown(regiment.unit)}{suggestion(regiment.unit, names)}"
            raise InputError(f"field 'regiments[{number}].unit' names {unknown}")


def check_reach(scenario: Scenario, known: Mapping[str, Unit]) -> None:
    """Raise InputError, one line, for cells so small that a regiment's blows would reach over too many."""
    for regiment in scenario.regiments if scenario.combat else ():
        reach = known[regiment.unit].reach
        if reach > limits.MOST_REACH * scenario.cell_metres:
            raise InputError(
                f"field 'cell_metres' is {scenario.cell_metres:g}: {shown(regiment.unit)} reaches {reach:g} metres, "
                f"and nobody may reach over {limits.MOST_REACH} cells"
            )
