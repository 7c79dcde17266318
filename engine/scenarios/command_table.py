"""Orders and commands as scenarios and replays write them: one TOML table each.

```toml
[[orders]]
tick = 120                          # before which tick it is executed
regiment = "First cohort"
formation = "wedge"                 # and, where needed: at, angle, frontage, line, painted, queued
at = [96, 40]                       # x, y in cells
```
Instead of a formation, `halt = true`, `charge = [x, y, radius]` or `controller = "plan"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.io import Table
from engine.orders import Command, GiveOrders, Halt, Order, Scatter, SetController

KINDS = ("formation", "halt", "charge", "controller")


def read_command(table: Table, regiments: Sequence[str]) -> tuple[int, Command]:
    """Return the tick and the command of one table. Raises FileError for an invalid one."""
    tick = table.integer("tick")
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1:
        raise table.error("tick", f"needs one of {', '.join(KINDS)} beside it, not {' and '.join(kinds) or 'none'}")
    command: Command
    if kinds == ["charge"]:
        x, y, radius = table.numbers("charge", "x y radius")
        if radius <= 0:
            raise table.error("charge", f"must have a radius above 0, not {radius:g}")
        command = Scatter((x, y), radius)
    else:
        regiment = table.choice("regiment", table.text("regiment"), regiments)
        if kinds == ["halt"]:
            if not table.flag("halt"):
                raise table.error("halt", "must be true, or not be there")
            command = Halt((regiment,))
        elif kinds == ["controller"]:
            command = SetController(regiment, table.text("controller"))
        else:
            command = GiveOrders(((regiment, read_order(table)),), table.flag("queued"))
    table.finish()
    return tick, command


def read_order(table: Table) -> Order:
    """Return the order in a table: `formation` is required, and `at` unless it has a line or a painted area."""
    line, painted = table.rows("line", "x y"), table.rows("painted", "x y radius")
    for number, (_, _, radius) in enumerate(painted, start=1):
        if radius <= 0:
            raise table.error(f"painted[{number}]", f"must have a radius above 0, not {radius:g}")
    drawn = [(x, y) for x, y, *_ in (*line, *painted)]
    centre = table.numbers("at", "x y", drawn[0]) if drawn else table.numbers("at", "x y")
    return Order(
        formation=table.text("formation"),
        centre=(centre[0], centre[1]),
        angle=table.number("angle", 0.0),
        frontage=table.number("frontage", None, above=0),
        path=tuple((x, y) for x, y in line),
        area=tuple((x, y, radius) for x, y, radius in painted),
    )


def order_table(order: Order) -> dict[str, Any]:
    """Return the table of an order; `read_order` returns an equal order from it."""
    table: dict[str, Any] = {"formation": order.formation, "at": _row(order.centre), "angle": float(order.angle)}
    if order.frontage is not None:
        table["frontage"] = float(order.frontage)
    if order.path:
        table["line"] = [_row(point) for point in order.path]
    if order.area:
        table["painted"] = [_row(disc) for disc in order.area]
    return table


def command_tables(tick: int, command: Command, regiments: Sequence[str]) -> list[dict[str, Any]]:
    """Return the tables of a command, one for each regiment that it names."""
    match command:
        case GiveOrders(given, queued):
            extra = {"queued": True} if queued else {}
            return [{"tick": tick, "regiment": regiments[r], **order_table(order), **extra} for r, order in given]
        case Halt(halted):
            return [{"tick": tick, "regiment": regiments[r], "halt": True} for r in halted]
        case Scatter(place, radius):
            return [{"tick": tick, "charge": _row((*place, radius))}]
        case SetController(regiment, controller):
            return [{"tick": tick, "regiment": regiments[regiment], "controller": controller}]


def _row(numbers: Iterable[float]) -> list[float]:
    """Return numbers as Python floats, which TOML writes to the last digit."""
    return [float(number) for number in numbers]
