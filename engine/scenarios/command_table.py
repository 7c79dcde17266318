"""Orders and commands as scenarios and replays write them: one TOML table each.

```toml
[[orders]]
tick = 120                          # before which tick it is executed
regiment = "First cohort"
formation = "wedge"                 # and, where needed: at, angle, frontage, line, painted, queued
at = [96, 40]                       # x, y in cells
```
Instead of a formation, `halt = true`, `scatter = [x, y, radius]` or `controller = "plan"`; and where there is combat,
`attack = "an enemy"`, `pace = "run"` or `relieve = "a friend"`. Older files say `charge` for scatter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from engine.io import Table, shown
from engine.orders import Attack, Command, GiveOrders, Halt, Order, Pace, Relieve, Scatter, SetController, SetPace
from engine.scenarios.regiment import Regiment

IN_COMBAT = ("attack", "pace", "relieve")
KINDS = ("formation", "halt", "scatter", "controller", *IN_COMBAT)
OLD_KINDS = ("charge",)  # scatter, in older files
PACES: tuple[Pace, ...] = get_args(Pace)
NO_COMBAT = "asks for combat, and the scenario does not say 'combat = true'"


def read_command(table: Table, regiments: Sequence[Regiment], combat: bool) -> tuple[int, Command]:
    """Return the tick and the command of one table. Raises FileError for an invalid one."""
    tick = table.integer("tick")
    kinds = [kind for kind in (*KINDS, *OLD_KINDS) if kind in table]
    if len(kinds) != 1:
        raise table.error("tick", f"needs one of {', '.join(KINDS)} beside it, not {' and '.join(kinds) or 'none'}")
    (kind,) = kinds
    if kind in IN_COMBAT and not combat:
        raise table.error(kind, NO_COMBAT)
    command: Command
    if kind in ("scatter", "charge"):
        x, y, radius = table.numbers(kind, "x y radius")
        if radius <= 0:
            raise table.error(kind, f"must have a radius above 0, not {radius:g}")
        command = Scatter((x, y), radius)
    else:
        regiment = table.choice("regiment", table.text("regiment"), [one.name for one in regiments])
        command = _read_of(table, kind, regiment, regiments)
    table.finish()
    return tick, command


def _read_of(table: Table, kind: str, regiment: int, regiments: Sequence[Regiment]) -> Command:
    """Return the command of a kind that a table gives to a regiment."""
    match kind:
        case "halt":
            if not table.flag("halt"):
                raise table.error("halt", "must be true, or not be there")
            return Halt((regiment,))
        case "controller":
            return SetController(regiment, table.text("controller"))
        case "attack":
            enemy = _other(table, kind, regiments)
            if regiments[enemy].side == regiments[regiment].side:
                raise table.error("attack", f"names {shown(regiments[enemy].name)}, which is no enemy")
            return Attack((regiment,), enemy)
        case "pace":
            return SetPace((regiment,), PACES[table.choice("pace", table.text("pace"), PACES)])
        case "relieve":
            friend = _other(table, kind, regiments)
            if friend == regiment or regiments[friend].side != regiments[regiment].side:
                whose = "itself" if friend == regiment else "an enemy"
                raise table.error("relieve", f"must name a friend, and {shown(regiments[friend].name)} is {whose}")
            return Relieve((regiment,), friend)
    return GiveOrders(((regiment, read_order(table)),), table.flag("queued"))


def _other(table: Table, kind: str, regiments: Sequence[Regiment]) -> int:
    """Return the regiment that a field names."""
    return table.choice(kind, table.text(kind), [one.name for one in regiments])


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
            return [{"tick": tick, "scatter": _row((*place, radius))}]
        case SetController(regiment, controller):
            return [{"tick": tick, "regiment": regiments[regiment], "controller": controller}]
        case Attack(ordered, enemy):
            return [{"tick": tick, "regiment": regiments[r], "attack": regiments[enemy]} for r in ordered]
        case SetPace(ordered, pace):
            return [{"tick": tick, "regiment": regiments[r], "pace": pace} for r in ordered]
        case Relieve(ordered, friend):
            return [{"tick": tick, "regiment": regiments[r], "relieve": regiments[friend]} for r in ordered]


def _row(numbers: Iterable[float]) -> list[float]:
    """Return numbers as Python floats, which TOML writes to the last digit."""
    return [float(number) for number in numbers]
