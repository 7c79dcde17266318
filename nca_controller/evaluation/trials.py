"""The trials of a controller, each a table: orders, rest, wounds, haste, other sizes, unseen shapes, grounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.fields import Geodesics
from nca_controller.controllers import Controller
from nca_controller.evaluation.battles import CHUNK_TICKS, battle
from nca_controller.evaluation.bound import bound_of
from nca_controller.evaluation.tables import REST_TICKS, Row, bar
from nca_controller.tasks import (
    SHAPES,
    GroundOrder,
    Transition,
    benchmark,
    ground_orders,
    hasty_orders,
    orders_of_sizes,
    unseen_order,
    wound,
)

HOLD_TICKS = 5000  # ticks that an order is held
RECOVERED = 0.98  # overlap after a wound
RETARGET_TICKS = 25  # ticks between two orders
SETTLE_TICKS = 200  # after the latest time that an order on a ground may take
STUCK_DISTANCE = 2.0  # cells by way from all of the target


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
    rows = []
    for path, end in hasty_orders(count):
        hasty = battle(
            controller, end.mass, [*path, end.wanted], 4 * RETARGET_TICKS + REST_TICKS, between=RETARGET_TICKS
        )
        single = battle(controller, end.mass, [end.wanted], REST_TICKS)
        rows.append({"last order": end.target, "after five": hasty.overlap, "after one": single.overlap})
    return rows


def sizes(controller: Controller, count: int) -> list[Row]:
    """The same orders on other fields: as large as there, or four times the mass on the largest."""
    rows = []
    for order in orders_of_sizes(count):
        height, width = order.mass.shape
        fought = battle(controller, order.mass, [order.wanted], 2 * REST_TICKS)
        rows.append({"grid": f"{width}x{height}", "order": order.name, "overlap": fought.overlap})
    return rows


def unseen_shapes(controller: Controller, count: int) -> list[Row]:
    """Shapes that training never showed, formed from a phalanx."""
    rows = []
    for name in list(SHAPES)[:count]:
        order = unseen_order(name)
        fought = battle(controller, order.mass, [order.wanted], REST_TICKS)
        rows.append({"shape": name, "overlap": fought.overlap, "t95": fought.ticks_until(0.95)})
    return rows


def grounds(controller: Controller, count: int) -> list[Row]:
    """Hills, walls, gates, fords and streets: time beside the bound that knows gates, and what stays behind."""
    return [on_ground(controller, order) for order in ground_orders()[:count]]


def on_ground(controller: Controller, order: GroundOrder) -> Row:
    """Return the row of one order on its ground, played until an army that is late by the bar has rested."""
    least = bound_of(order.mass, order.wanted, controller.max_speed, 0.95, order.ground)
    ticks = int(np.ceil((bar(least) + SETTLE_TICKS) / CHUNK_TICKS)) * CHUNK_TICKS
    fought = battle(controller, order.mass, [order.wanted], ticks, ground=order.ground)
    ways = Geodesics(order.ground.open_cells, order.ground.boundary == "torus")
    away = ways.distances(order.wanted > 0) > STUCK_DISTANCE
    return {
        "ground": order.name,
        "grid": "x".join(str(size) for size in order.mass.shape[::-1]),
        "mass": round(float(order.mass.sum())),
        "bound": least,
        "t95": fought.ticks_until(0.95),
        "overlap": fought.overlap,
        "speed": fought.residual_speed,
        "kept": fought.conservation,
        "closed cells": "empty" if not fought.mass[~order.ground.open_cells].any() else "NOT EMPTY",
        "stuck": float(fought.mass[away].sum()),
    }


TRIALS: dict[str, Callable[[Controller, int], list[Row]]] = {
    "orders": orders, "vigil": hold, "wounds": wounds, "haste": retarget, "sizes": sizes, "unseen": unseen_shapes,
    "grounds": grounds
}  # fmt: skip
