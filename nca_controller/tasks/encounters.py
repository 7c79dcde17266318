"""Encounters: regiments of two sides on one ground, before they fight. NumPy; all are exact and on the lattice.

Places, fronts and bodies are given in metres, so that one encounter may be drawn up in cells of any size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jaxtyping import Float

from engine.formations import FormationError, dimensions, direction, form_up, load
from engine.plugin import Ground

SOLDIERS = 384.0  # square metres of packed soldiers, one in each: the regiments of a duel
BLOCK = 24.0  # metres of front of such a regiment in a plain block, which is then 16 deep
APART = 24.0  # metres between two fronts before a duel
PINNED = 8.0  # metres between the fronts of those who meet before a third one comes
COMES_FROM = 32.0  # metres from which that one comes
SHARE = 0.25  # square metres for each soldier who is shown

known = cache(load)


@dataclass(frozen=True)
class Body:
    """A regiment as it is drawn up, in metres."""

    side: int
    kind: str
    at: tuple[float, float]  # x, y of its middle
    angle: float  # degrees clockwise from facing up
    formation: str = "line"
    frontage: float | None = BLOCK  # None: the formation's own
    size: float = SOLDIERS  # square metres of packed soldiers


@dataclass(frozen=True, eq=False)
class Encounter:
    """Regiments drawn up on a ground; R of them."""

    name: str
    ground: Ground
    mass: Float[np.ndarray, "R H W"]
    bodies: tuple[Body, ...]
    cell_metres: float = 1.0

    @property
    def sides(self) -> tuple[int, ...]:
        """The side of each regiment."""
        return tuple(body.side for body in self.bodies)

    @property
    def facing(self) -> Float[np.ndarray, "R 2"]:
        """Where the fronts look: unit vectors, x to the right and y downwards."""
        return np.array([direction(body.angle) for body in self.bodies], np.float32)

    @property
    def share(self) -> float:
        """The mass that one soldier stands for, in cells' capacities."""
        return SHARE / self.cell_metres**2

    def depth(self, regiment: int, mass: float, angle: float) -> float | None:
        """Return how many metres deep what is left of a regiment stands in formation; None where that cannot be."""
        body, cells = self.bodies[regiment], self.cell_metres
        frontage = None if body.frontage is None else body.frontage / cells
        try:
            return dimensions(known()[body.formation], mass, self.ground, math.radians(angle), frontage)[1] * cells
        except FormationError:
            return None

    def behind(
        self, regiment: int, mass: float, front: tuple[float, float], angle: float
    ) -> Float[np.ndarray, "H W"] | None:
        """Return the target of what is left of a regiment, the middle of its front there; None where that cannot be."""
        depth = self.depth(regiment, mass, angle)
        if depth is None:
            return None
        (x, y), (right, down) = front, direction(angle)
        at = (x - right * depth / 2, y - down * depth / 2)
        return stood(replace(self.bodies[regiment], at=at, angle=angle), mass, self.ground, self.cell_metres)


def stood(body: Body, mass: float, ground: Ground, cell_metres: float) -> Float[np.ndarray, "H W"] | None:
    """Return where so much mass stands as a body; None where the ground has no room or no way for it."""
    x, y = body.at
    try:
        return form_up(
            known()[body.formation],
            mass,
            ground,
            centre=(x / cell_metres, y / cell_metres),
            angle=body.angle,
            frontage=None if body.frontage is None else body.frontage / cell_metres,
        ).target
    except FormationError:
        return None


def drawn_up(name: str, bodies: Sequence[Body], metres: tuple[float, float], cell_metres: float = 1.0) -> Encounter:
    """Return an encounter on open ground of so many metres, height and width.

    Raises ValueError where two bodies overlap, or where one does not fit.
    """
    height, width = (round(length / cell_metres) for length in metres)
    ground = Ground.plain(height, width)
    masses = [stood(body, body.size / cell_metres**2, ground, cell_metres) for body in bodies]
    mass = np.stack([field for field in masses if field is not None])
    if len(mass) < len(bodies) or mass.sum(axis=0, dtype=np.float64).max() > 1:
        raise ValueError(f"{name}: there is no room for its regiments")
    return Encounter(name, ground, mass, tuple(bodies), cell_metres)


def duel(
    one: Body,
    other: Body,
    metres: tuple[float, float],
    cell_metres: float = 1.0,
) -> Encounter:
    """Return two regiments front to front in the middle of a ground: the one below, looking up, the other above."""
    open_ground = Ground.plain(*(round(length) for length in metres))
    height, width = metres
    depths = [_depth(body, open_ground) for body in (one, other)]
    top = (height - sum(depths) - APART) / 2
    above, below = top + depths[1] / 2, top + depths[1] + APART + depths[0] / 2
    bodies = (
        replace(one, side=0, at=(width / 2, below), angle=0.0),
        replace(other, side=1, at=(width / 2, above), angle=180.0),
    )
    return drawn_up(f"{_words(one)} against {_words(other)}", bodies, metres, cell_metres)


def attack_on(
    attacker: Body, defender: Body, where: str, metres: tuple[float, float], cell_metres: float = 1.0
) -> Encounter:
    """Return a regiment that is pinned in front by a block of its kind, and a third that comes on flank or rear.

    The regiments are: who comes, who pins, who is attacked. Raises ValueError for another word than "flank" or "rear".
    """
    if where not in ("flank", "rear"):
        raise ValueError(f"where must be flank or rear, not {where!r}")
    open_ground = Ground.plain(*(round(length) for length in metres))
    height, width = metres
    front, deep = _frontage(defender, open_ground), _depth(defender, open_ground)
    pin = replace(defender, formation="line", frontage=BLOCK)
    come, before = _depth(attacker, open_ground), _depth(pin, open_ground)
    along = front / 2 + COMES_FROM + come / 2 if where == "flank" else deep / 2 + COMES_FROM + come / 2
    # The row of all three lies in the middle of the ground; who is attacked looks up, towards who pins it.
    if where == "flank":
        x = (width - (front + COMES_FROM + come)) / 2 + front / 2
        y = (height - (before + PINNED + deep)) / 2 + before + PINNED + deep / 2
        third = replace(attacker, side=0, at=(x + along, y), angle=270.0)
    else:
        x = width / 2
        y = (height - (before + PINNED + deep + COMES_FROM + come)) / 2 + before + PINNED + deep / 2
        third = replace(attacker, side=0, at=(x, y + along), angle=0.0)
    bodies = (
        third,
        replace(pin, side=0, at=(x, y - deep / 2 - PINNED - before / 2), angle=180.0),
        replace(defender, side=1, at=(x, y), angle=0.0),
    )
    return drawn_up(f"{_words(attacker)} on the {where} of {_words(defender)}", bodies, metres, cell_metres)


def mirrored(encounter: Encounter) -> Encounter:
    """Return the encounter as a mirror shows it, left and right exchanged, and sides 0 and 1.

    Of two sides of as many regiments, which keep their order within a side: regiment r becomes `reflection(R)[r]`. The
    ground must be its own mirror image.
    """
    order, width = reflection(len(encounter.bodies)), encounter.ground.grid[1] * encounter.cell_metres
    bodies = tuple(in_mirror(encounter.bodies[regiment], width) for regiment in order)
    return replace(encounter, mass=encounter.mass[order, :, ::-1].copy(), bodies=bodies)


def in_mirror(body: Body, width: float) -> Body:
    """Return a body of the other side, 0 or 1, on the other half of a field of so many metres."""
    return replace(body, side=1 - body.side, at=(width - body.at[0], body.at[1]), angle=-body.angle % 360)


def reflection(regiments: int) -> list[int]:
    """Return the number that each of R regiments has in a mirror, which exchanges two sides of as many."""
    return [*range(regiments // 2, regiments), *range(regiments // 2)]


def _words(body: Body) -> str:
    return f"{body.kind} in {body.formation}" if body.frontage is None else body.kind


def _frontage(body: Body, ground: Ground) -> float:
    return form_up(known()[body.formation], body.size, ground, centre=ground.middle, frontage=body.frontage).frontage


def _depth(body: Body, ground: Ground) -> float:
    return form_up(known()[body.formation], body.size, ground, centre=ground.middle, frontage=body.frontage).depth
