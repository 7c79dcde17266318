"""Traits by name: what a kind of soldiers is like in combat, and, as factors, what a formation makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.io import Table

Sides = tuple[float, float, float]  # in front, beside, behind
Limits = Mapping[str, tuple[float, float]]  # of each field, the least and the most

SIDES = "front side rear"
COLUMNS = {"strike": "strike", "losses": "harm"}  # fields of three numbers, and the trait that each of these begins


@dataclass(frozen=True)
class Traits:
    """The traits of a kind, or the factors of a formation, whose brace is added; by default they change nothing."""

    attack: float = 1.0  # factor of the blows that it deals
    defence: float = 1.0  # divides the blows that it takes
    strike: Sides = (1.0, 1.0, 1.0)  # factors of its blows, by where the struck stands from its facing
    losses: Sides = (1.0, 1.0, 1.0)  # factors of its losses, by where blows come from
    brace: float = 0.0  # share of a charge that it stops in front and returns
    charge: float = 1.0  # what impetus at top speed adds to its blows
    gather: float = 1.0  # seconds in which impetus gathers
    walk: float = 1.0  # share of top speed on the march
    run: float = 1.0  # and at a run
    turn: float = 1.0  # factor of how fast it turns its front
    stiff: float = 1.0  # share of its weight that it sets against a push
    nerve: float = 1.0  # divides what weighs on its morale

    def columns(self) -> dict[str, float]:
        """Return the numbers by their names in `plugin.TRAITS`."""
        found: dict[str, float] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in COLUMNS:
                found |= {f"{COLUMNS[one.name]}_{side}": n for side, n in zip(SIDES.split(), value, strict=True)}
            else:
                found[one.name] = value
        return found


PLAIN = Traits()

# What files may say: far beyond all soldiers, and near enough that nothing overflows.
KINDS: Limits = {
    "attack": (0.0, 10.0),
    "defence": (0.1, 10.0),
    "strike": (0.0, 10.0),
    "losses": (0.0, 10.0),
    "brace": (0.0, 1.0),
    "charge": (0.0, 20.0),
    "gather": (0.1, 60.0),
    "walk": (0.01, 1.0),
    "run": (0.01, 1.0),
    "turn": (0.0, 10.0),
    "stiff": (0.0, 10.0),
    "nerve": (0.1, 10.0),
}
FACTORS: Limits = {
    **KINDS,
    "brace": (-1.0, 1.0),
    "charge": (0.0, 10.0),
    "gather": (0.1, 10.0),
    "walk": (0.01, 10.0),
    "run": (0.01, 10.0),
}


def read_traits(table: Table, limits: Limits) -> dict[str, Any]:
    """Return those traits that a table has, as fields of Traits. Raises FileError for one beyond its limits."""
    found: dict[str, Any] = {}
    for name, (least, most) in limits.items():
        if name in table:
            number = table.numbers(name, SIDES, least=least, most=most) if name in COLUMNS else None
            found[name] = table.number(name, least=least, most=most) if number is None else number
    return found


def traits_table(traits: Traits) -> dict[str, Any]:
    """Return the table of those traits that are not as by default; `read_traits` returns them from it."""
    found: dict[str, Any] = {}
    for one in fields(traits):
        value = getattr(traits, one.name)
        if value != one.default:
            found[one.name] = list(value) if one.name in COLUMNS else value
    return found
