"""The trials of a controller, each a table: orders, rest, wounds, haste, other sizes, unseen shapes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.evaluation.battles import battle
from nca_controller.evaluation.bound import bound_of
from nca_controller.evaluation.tables import REST_TICKS, Row
from nca_controller.tasks import GRIDS, SHAPES, Transition, benchmark, draw, shaped, wound

HOLD_TICKS = 5000  # ticks that an order is held
RECOVERED = 0.98  # overlap after a wound
RETARGET_TICKS = 25  # ticks between two orders
SIZES = ((96, 160), (256, 256), (512, 512))  # height, width in cells


def orders(controller: Controller, count: int) -> list[Row]:
    """The benchmark: time beside the physical bound, and how things stand at rest."""
    return [ordered(controller, transition) for transition in benchmark()[:count]]


def ordered(controller: Controller, transition: Transition) -> Row:
    """Return the row of one transition."""
    fought = battle(controller, transition.mass, [transition.wanted], REST_TICKS)
    return {
        "order": transition.name,
        "grid": "x".join(str(size) for size in transition.mass.shape[::-1]),
        "mass": round(float(transition.mass.sum())),
        "overlap": fought.overlap,
        "bound": bound_of(transition.mass, transition.wanted, controller.max_speed, 0.95),
        "t95": fought.ticks_until(0.95),
        "t98": fought.ticks_until(0.98),
        "t99": fought.ticks_until(0.99),
        "speed": fought.residual_speed,
        "kept": fought.conservation,
    }


def hold(controller: Controller, count: int) -> list[Row]:
    """Three orders, held: the overlap must not drift."""
    rows = []
    for transition in benchmark()[3:60:19][:count]:
        fought = battle(controller, transition.mass, [transition.wanted], HOLD_TICKS)
        drift = float(np.abs(fought.filled[REST_TICKS:] - fought.filled[REST_TICKS]).max())
        rows.append(
            {"order": transition.name, "overlap": fought.overlap, "drift": drift, "speed": fought.residual_speed}
        )
    return rows


def wounds(controller: Controller, count: int) -> list[Row]:
    """A formation at rest loses 15 % of its mass to cells around it, and re-forms."""
    rng, rows = np.random.default_rng(15), []
    for transition in benchmark()[: 8 * 8 : 5][:count]:
        wounded = wound(transition.wanted, rng)
        fought = battle(controller, wounded, [transition.wanted], REST_TICKS)
        least = bound_of(wounded, transition.wanted, controller.max_speed, RECOVERED)
        ticks = fought.ticks_until(RECOVERED)
        rows.append({"formation": transition.target, "bound": least, "t98": ticks, "overlap": fought.overlap})
    return rows


def retarget(controller: Controller, count: int) -> list[Row]:
    """Five orders in haste and then rest, beside the last order alone."""
    rng, kinds, rows = np.random.default_rng(25), list(load().values()), []
    for last in kinds[:count]:
        path = [draw(rng, kinds[0], kinds[rng.integers(len(kinds))], GRIDS[0], 700.0).wanted for _ in range(4)]
        end = draw(rng, kinds[rng.integers(len(kinds))], last, GRIDS[0], 700.0)
        hasty = battle(
            controller, end.mass, [*path, end.wanted], 4 * RETARGET_TICKS + REST_TICKS, between=RETARGET_TICKS
        )
        single = battle(controller, end.mass, [end.wanted], REST_TICKS)
        rows.append({"last order": last.name, "after five": hasty.overlap, "after one": single.overlap})
    return rows


def sizes(controller: Controller, count: int) -> list[Row]:
    """The same orders on other fields: as large as there, or four times the mass on the largest."""
    rows = []
    kinds = load()
    for height, width in SIZES:
        ground = Ground(np.ones((height, width), dtype=bool))
        mass = 700.0 if height < 512 else 2800.0
        for source, target in [("line", "wedge"), ("circle", "phalanx"), ("wedge", "square")][:count]:
            start = form_up(kinds[source], mass, ground, centre=(0.4 * width, 0.5 * height)).target
            end = form_up(kinds[target], mass, ground, centre=(0.6 * width, 0.5 * height), angle=30).target
            fought = battle(controller, start, [end], 2 * REST_TICKS)
            rows.append({"grid": f"{width}x{height}", "order": f"{source} to {target}", "overlap": fought.overlap})
    return rows


def unseen_shapes(controller: Controller, count: int) -> list[Row]:
    """Shapes that training never showed, formed from a phalanx."""
    ground, rows = Ground(np.ones(GRIDS[0], dtype=bool)), []
    height, width = GRIDS[0]
    start = form_up(load()["phalanx"], 1000.0, ground, centre=(width / 2, height / 2)).target
    for name in list(SHAPES)[:count]:
        fought = battle(controller, start, [shaped(name, 1000.0, ground)], REST_TICKS)
        rows.append({"shape": name, "overlap": fought.overlap, "t95": fought.ticks_until(0.95)})
    return rows


TRIALS: dict[str, Callable[[Controller, int], list[Row]]] = {
    "orders": orders, "vigil": hold, "wounds": wounds, "haste": retarget, "sizes": sizes, "unseen": unseen_shapes
}  # fmt: skip
