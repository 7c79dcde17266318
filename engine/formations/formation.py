"""What a formation is: its outline, its proportions, and how its soldiers stand in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.formations.shapes import Shape
from engine.io import InputError, unknown_name
from engine.units import PLAIN, Traits

WIDEST = 64.0  # frontage over depth of the thinnest line that is tried, and depth over frontage of the deepest column


class FormationError(InputError):
    """A formation file or an order that cannot be used; the text is one line that says why."""


@dataclass(frozen=True)
class Formation:
    """The contents of a formation file."""

    name: str
    title: str
    key: str  # the key that orders it; none: ""
    description: str
    shape: Shape
    ratio: float  # frontage over depth; `ranks`, where given, goes before it
    ranks: float = 0.0  # depth in cells at closed ranks, whatever the mass; 0: as `ratio` says
    hollow: float = 0.0  # depth in cells of the faces around an empty middle; 0: full
    spacing: tuple[float, float] = (1.0, 1.0)  # between files and between ranks, over those of closed ranks
    stagger: bool = False  # whether every second rank stands in the gaps of the one before it
    combat: Traits = PLAIN  # factors of the traits of those who stand in it; its brace is added

    @property
    def density(self) -> float:
        """The share of a cell's capacity that is filled."""
        return 1 / (self.spacing[0] * self.spacing[1])

    def proportion(self, area: float) -> float:
        """Return frontage over depth for so many cells."""
        if not self.ranks:
            return self.ratio
        depth = self.ranks * self.spacing[1]
        # A hollow shape has more frontage at the same depth, so its ratio is searched for.
        return bracket_ratio(lambda ratio: self.shape.size(area, ratio, self.hollow)[1] > depth)[1]


def bracket_ratio(is_below: Callable[[float], bool]) -> tuple[float, float]:
    """Return the ratios of frontage to depth between which `is_below` turns false: bisected from 1/WIDEST to WIDEST."""
    low, high = 1 / WIDEST, WIDEST
    for _ in range(40):
        ratio = math.sqrt(low * high)
        if is_below(ratio):
            low = ratio
        else:
            high = ratio
    return low, high


def lookup(formations: Mapping[str, Formation], name: str) -> Formation:
    """Return the formation of that name. Raises FormationError with the nearest name for an unknown one."""
    if name not in formations:
        raise FormationError(unknown_name("formation", name, formations))
    return formations[name]
