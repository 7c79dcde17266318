"""What a regiment is, apart from its place and its orders."""

from __future__ import annotations

from dataclasses import dataclass

from engine import units


@dataclass(frozen=True)
class Regiment:
    """Soldiers who share a target and a controller, and are never mixed with others."""

    name: str
    side: int  # index into the scenario's sides: friends pass through each other, enemies do not
    mass: float  # in total; a cell of open ground holds 1
    soldiers: int  # how many soldiers are drawn for it
    controller: str  # a name that the battle's setup knows
    unit: str = units.DEFAULT  # its kind, likewise, where there is combat
