"""What a regiment is, apart from where it stands and what it was told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Regiment:
    """Men under one banner: they share a target and a controller, and are never mixed up with others."""

    name: str
    side: int  # index into the campaign's sides: friends pass through each other, enemies do not
    mass: float  # in all; a cell of open ground holds 1
    soldiers: int  # how many soldiers are drawn for it
    controller: str  # a name that the campaign knows
