"""What the HUD shows of a battle with combat, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from engine.view.palette import Colour


@dataclass(frozen=True)
class Fight:
    """How one regiment fares, beside what else its card says."""

    standing: int  # soldiers
    mustered: int  # soldiers at the start
    morale: float  # 0 to 1
    fatigue: float  # 0 to 1
    condition: str  # steady, wavering, broken or dissolved


@dataclass(frozen=True)
class Strength:
    """How one side fares: its soldiers, who together are those at the start, and its regiments that have broken."""

    side: str  # its name
    colour: Colour
    standing: int
    fallen: int
    fled: int
    broken: int = 0  # regiments that are broken or dissolved
    regiments: int = 1  # at the start


@dataclass(frozen=True)
class Button:
    """An order that a click gives the selected regiments, or a tool that it takes in hand."""

    order: str  # what it gives or takes: "hold", "attack"
    on: bool = False  # whether it is what they do already, or in hand


@dataclass(frozen=True)
class News:
    """A line on what has just become of a regiment."""

    team: int  # the regiment's index, and that of its colour in the scene's `teams`
    text: str
