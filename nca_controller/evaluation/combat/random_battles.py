"""Random battles: whatever is drawn, the ledger is exact, nothing is over capacity, and somebody is beaten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nca_controller.controllers import Controller, load_controller
from nca_controller.evaluation.combat.course import Attack, bearing, begun, played, seconds
from nca_controller.evaluation.tables import Row
from nca_controller.physics.combat import STEADY
from nca_controller.tasks import Encounter, random_encounter

COUNT, TICKS = 300, 3000
REGIMENTS = (2, 3, 4, 5, 6)
DECIDED = 0.95  # share of the battles with contact, at least, that end with a side that has no steady regiment


def encounter(number: int, seed: int, regiments: Sequence[int] = REGIMENTS, **how: Any) -> Encounter:
    """Return the random encounter of that number."""
    return random_encounter(seed, number, regiments[number % len(regiments)], **how)


def fought(one: Encounter, ticks: int = TICKS, controller: Controller | None = None) -> Row:
    """Return the row of a battle of so many ticks; a battle in which a side is no more is over."""
    # The ground's commander leads on open ground, too, where it orders what the plan does: one program for both.
    state = begun(one, controller or load_controller("ground"))
    course = played(state, Attack(one, bearing(one)), ticks)
    end = course.condition[-1]
    standing = {side for side, condition in zip(one.sides, end, strict=True) if condition == STEADY}
    beaten = sorted({*one.sides} - standing)
    broke = [course.broken(r) for r in range(len(end))]
    return {
        "encounter": one.name,
        "regiments": len(one.bodies),
        "walls": "yes" if not one.ground.open_cells.all() else "no",
        "contact, s": seconds(course.contact(), 0),
        "first break, s": seconds(min((tick for tick in broke if tick is not None), default=None), 0),
        "beaten": " and ".join(str(side) for side in beaten) or "nobody",
        "lost, %": 100 * float(course.fallen[-1].sum() / course.mustered.sum()),
        "exact": "yes" if course.is_exact else "NO",
        "finite": "yes" if course.is_finite else "NO",
        "fullest": float(course.fullest.max()),
    }


def summary(rows: Sequence[Row]) -> Row:
    """Return what the promises are about."""
    met = [row for row in rows if row["contact, s"] is not None]
    decided = [row for row in met if row["beaten"] != "nobody"]
    return {
        "battles": len(rows),
        "with walls": sum(row["walls"] == "yes" for row in rows),
        "with contact": len(met),
        "of those decided": len(decided),
        "decided, %": 100 * len(decided) / len(met) if met else None,
        "ledgers exact": "all" if all(row["exact"] == "yes" for row in rows) else "NOT ALL",
        "finite": "all" if all(row["finite"] == "yes" for row in rows) else "NOT ALL",
        "over capacity": sum(row["fullest"] > 1 for row in rows),
    }
