"""What must not matter to who wins: the size of cells, which side is which, and, nearly, who steers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nca_controller.controllers import NCA, Controller, load_controller
from nca_controller.evaluation.combat.course import Attack, Course, bearing, begun, played, seconds
from nca_controller.evaluation.combat.duels import CAVALRY, INFANTRY, PIKES, body
from nca_controller.evaluation.tables import Row
from nca_controller.physics.combat import TICKS_PER_SECOND
from nca_controller.tasks import Body, Encounter, duel, mirrored, mirrored_encounter, random_encounter, reflection

CELLS = (0.5, 1.0, 2.0)  # metres
FIELD = (72.0, 64.0)  # metres of the duels in cells of several sizes
SLOW = 150  # seconds that those are given
COMPARED, MOST_APART = 15.0, 2.0  # percent by which losses may differ, between cells and between sides
WHOLE = 60  # seconds of a battle that is played twice, or by two kinds of controllers
NUMBERS = 40  # of such battles
REGIMENTS = (2, 4)


def sized(kind: str, size: float, frontage: float, formation: str = "line") -> Body:
    """Return a regiment of so many square metres, with so many metres of front."""
    return replace(body(kind), size=size, frontage=frontage, formation=formation)


def unequal_duels() -> list[tuple[Body, Body]]:
    """Return ten pairs of whom one is the stronger, none of them faster at a walk than cells of half a metre allow.

    No formation is among them whose shape is given in cells, as a hollow square's faces are.
    """
    block = body(INFANTRY)
    return [
        (block, body(PIKES)),
        (block, sized(INFANTRY, 256, 24)),
        (block, sized(INFANTRY, 384, 40)),
        (sized(INFANTRY, 192, 24), sized(INFANTRY, 384, 24)),
        (body(PIKES), sized(INFANTRY, 480, 24)),
        (block, sized(INFANTRY, 384, 36, "loose")),
        (block, body(formation="circle")),
        (sized(INFANTRY, 384, 36, "phalanx"), block),
        (body(PIKES), body(CAVALRY)),
        (sized(PIKES, 288, 24), block),
    ]


def in_cells(one: Body, other: Body, cell_metres: float) -> tuple[Encounter, Course]:
    """Return a duel at a walk in cells of that size, until one breaks."""
    encounter = duel(one, other, FIELD, cell_metres)
    attack = Attack(encounter, bearing(encounter), walk_only=True)
    return encounter, played(begun(encounter), attack, SLOW * TICKS_PER_SECOND, until=(0, 1))


def cells(number: int) -> Row:
    """Return how one of the ten duels goes in cells of each size: who breaks and what both have lost by then."""
    found: Row = {}
    for metres in CELLS:
        encounter, course = in_cells(*unequal_duels()[number], metres)
        breaks = [course.broken(regiment) for regiment in (0, 1)]
        at = min((tick for tick in breaks if tick is not None), default=None)
        lost = course.fallen[-1 if at is None else at]
        found |= {
            "encounter": encounter.name,
            f"{metres:g} m: breaks": "-" if at is None else " and ".join(str(r) for r in (0, 1) if breaks[r] == at),
            f"{metres:g} m: after, s": seconds(at, course.contact()),
            f"{metres:g} m: lost, %": 100 * float(lost.sum() / course.mustered.sum()),
        }
    return found


def cells_summary(rows: list[Row]) -> Row:
    """Return how far other cells' losses are from those in cells of a metre, and in how many duels the winner is."""
    lost = np.array([[row[f"{metres:g} m: lost, %"] for metres in CELLS] for row in rows])
    apart = 100 * np.abs(lost / lost[:, 1:2] - 1)
    same = [len({row[f"{metres:g} m: breaks"] for metres in CELLS}) == 1 for row in rows]
    return {
        "duels": len(rows),
        "losses apart, most %": float(apart.max()),
        "within 15 %": int((apart <= COMPARED).all(axis=1).sum()),
        "same winner": sum(same),
    }


def whole(encounter: Encounter, controllers: Sequence[Controller] | None = None) -> Course:
    """Return the course of a battle of a fixed length."""
    return played(begun(encounter, controllers), Attack(encounter, bearing(encounter)), WHOLE * TICKS_PER_SECOND)


def swapped(number: int, seed: int) -> Row:
    """Return the losses of a random battle's sides, and those of the same soldiers after sides and ends are swapped."""
    encounter = random_encounter(seed, 3 * number, REGIMENTS[number % 2])  # of these numbers none has walls
    first, second = whole(encounter), whole(mirrored(encounter))
    lost, again = first.fallen[-1], second.fallen[-1][reflection(len(encounter.bodies))]
    both = max(float(lost.sum()), 1e-9)
    of_side = [np.equal(encounter.sides, side) for side in (0, 1)]
    apart = max(abs(float(lost[own].sum() - again[own].sum())) for own in of_side)
    return {
        "encounter": encounter.name,
        "regiments": len(lost),
        "lost": float(lost.sum()),
        "swapped": float(again.sum()),
        "a side apart, %": 100 * apart / both,
        "most apart of a regiment, %": 100 * float(np.abs(lost - again).max()) / both,
    }


def swapped_summary(rows: list[Row]) -> Row:
    """Return how far the losses of a side are apart in all battles, and in the worst."""
    return {
        "battles": len(rows),
        "a side apart on average, %": float(np.mean([row["a side apart, %"] for row in rows])),
        "worst, %": max(row["a side apart, %"] for row in rows),
        "within 2 %": sum(row["a side apart, %"] <= MOST_APART for row in rows),
    }


def steered(number: int, seed: int, name: str = "default") -> Row:
    """Return the losses of a model's cells and of their own commander, in a battle that begins as its mirror image."""
    encounter = mirrored_encounter(seed, number, 4)
    cells = load_controller(name)
    assert isinstance(cells, NCA)
    leaders: list[Any] = [cells if side == 0 else cells.commander for side in encounter.sides]
    course = whole(encounter, leaders)
    lost = course.fallen[-1]
    members = [np.flatnonzero(np.equal(encounter.sides, side)) for side in (0, 1)]
    of_side = [float(lost[those].sum()) for those in members]
    breaks = [sum(course.broken(int(r)) is not None for r in those) for those in members]
    return {
        "encounter": encounter.name,
        "NCA lost": of_side[0],
        "commander lost": of_side[1],
        "NCA broken": breaks[0],
        "commander broken": breaks[1],
    }


def steered_summary(rows: list[Row]) -> Row:
    """Return how much more the cells lose than their commander."""
    cells, commander = (sum(row[name] for row in rows) for name in ("NCA lost", "commander lost"))
    return {
        "battles": len(rows),
        "NCA loses more, %": 100 * (cells / max(commander, 1e-9) - 1),
        "NCA broken": sum(row["NCA broken"] for row in rows),
        "commander broken": sum(row["commander broken"] for row in rows),
    }
