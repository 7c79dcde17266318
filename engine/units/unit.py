"""What a kind of soldiers is, and what it is worth in a formation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float

from engine.io import InputError, unknown_name
from engine.plugin import TRAITS
from engine.units.traits import Traits

DEFAULT = "heavy-infantry"  # the kind of a regiment that names none
SPRITES = ("soldier", "pikes", "cavalry")  # the figures that soldiers can be drawn as


@dataclass(frozen=True)
class Unit:
    """The contents of a unit file: a kind of soldiers."""

    name: str
    title: str
    description: str
    traits: Traits
    reach: float  # metres that its blows reach
    sprite: str  # one of SPRITES


class InCombat(Protocol):
    """What has factors for the traits of those who stand in it: a formation."""

    @property
    def combat(self) -> Traits:
        """The factors; its brace is added."""
        ...


def row(unit: Unit, formation: InCombat) -> Float[np.ndarray, " T"]:
    """Return what a kind is worth in a formation, float32, in the order of `plugin.TRAITS`.

    Traits are multiplied, and braces added. A brace is at most 1, and so are shares of top speed; nothing is below 0.
    """
    own, factors = unit.traits.columns(), formation.combat.columns()
    merged = {name: own[name] * factors[name] for name in TRAITS} | {"brace": own["brace"] + factors["brace"]}
    for share in ("brace", "walk", "run"):
        merged[share] = min(merged[share], 1.0)
    return np.array([max(merged[name], 0.0) for name in TRAITS], np.float32)


def lookup(units: Mapping[str, Unit], name: str) -> Unit:
    """Return the unit of that name. Raises InputError with the nearest name for an unknown one."""
    if name not in units:
        raise InputError(unknown_name("unit", name, units))
    return units[name]
