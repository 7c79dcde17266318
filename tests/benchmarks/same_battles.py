"""Whether two checkouts play the same battles, to the bit, on this machine: for moves that must change nothing.

python tests/benchmarks/same_battles.py BASE HEAD: a table with a row for each battle; exit code 1 where any differs.
Every shipped scenario is played as it is written, and ten orders without one. In each, commands come in mid-battle: a
turn, a move, queued orders, a charge, a halt, other controllers, and a step back. After each tick mass, fluxes and
velocity are compared, and every soldier's position, facing and walked distance. A checkout is played in a process of
its own; where things lie in it, layouts.py says.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from layouts import Layout, checkout, run

FIELDS = ("mass", "flux_x", "flux_y", "velocity", "position", "facing", "walked")
FORMATIONS = ("line", "wedge", "square", "column", "phalanx", "testudo", "circle", "loose")
GRID, MASS, MEN, MIDDLE = (72, 96), 400.0, 1600, (48.0, 36.0)  # of the battles without a scenario
LINE = ((10.0, 46.0), (30.0, 24.0), (54.0, 30.0), (84.0, 18.0))
DISCS = ((24.0, 26.0, 8.0), (36.0, 34.0, 9.0), (52.0, 40.0, 7.0))
TICKS = 150  # the commands' times are for so many, and stretch with --ticks
BACK = 15  # ticks of the step back
SUCCEEDS = 85  # the tick at which the scenario's own schedule changes the first regiment's controller

Battle = dict[str, Any]  # its regiments, soldiers, and records: for each tick its number and each field's digest


def turn(at: Layout, battle: Any) -> None:
    at.execute(battle, at.GiveOrders(((0, at.turned(at.orders(battle)[0], 40.0)),)))


def queue(at: Layout, battle: Any) -> None:
    last, order = len(at.orders(battle)) - 1, at.orders(battle)[-1]
    for x, y in ((6.0, 4.0), (-8.0, -5.0)):
        at.execute(battle, at.GiveOrders(((last, at.moved(order, x, y)),), True))


def move(at: Layout, battle: Any) -> None:
    at.execute(battle, at.GiveOrders(((0, at.moved(at.orders(battle)[0], -9.0, 5.0)),)))


def charge(at: Layout, battle: Any) -> None:
    rows, columns = np.nonzero(at.mass(battle)[0])
    at.execute(battle, at.Scatter((float(columns.mean()) + 0.5, float(rows.mean()) + 0.5), 6.0))


def back(at: Layout, battle: Any) -> None:
    at.step_back(battle, BACK)


def halt(at: Layout, battle: Any) -> None:
    at.execute(battle, at.Halt(tuple({0, len(at.orders(battle)) - 1})))


def lead(at: Layout, battle: Any) -> None:
    at.execute(battle, at.SetController(len(at.orders(battle)) - 1, "nca"))


# The tick by the clock: how often the battle was ticked. The step back undoes the second turn, which then comes again.
SCHEDULE: dict[int, Callable[[Layout, Any], None]] = {
    5: queue,
    55: turn,
    70: charge,
    95: turn,
    100: back,
    125: move,
    135: lead,
    150: halt,
}


def battles(at: Layout, root: Path) -> Iterator[tuple[str, Any]]:
    """Yield the name and the scenario of each battle."""
    for path in sorted((root / "assets" / "scenarios").glob("*.toml")):
        yield path.stem, at.load_scenario(path)
    orders = {name: at.Order(name, MIDDLE) for name in FORMATIONS}
    orders |= {"freehand": at.path_order(MIDDLE, LINE), "painted": at.area_order(MIDDLE, DISCS)}
    for name, order in orders.items():
        yield f"order {name}", at.army_alone(at.Ground(np.ones(GRID, bool)), MASS, MEN, order)


def play(root: Path, ticks: int) -> None:
    """Play all battles of a checkout and print them, a line of JSON for each battle and for each tick."""
    at = Layout(root)
    for name, scenario in battles(at, root):
        print(f"{at.name} layout in {root}: {name}", file=sys.stderr)
        other = "plan" if at.leads(scenario)[0] == "nca" else "nca"
        timed = ((round(SUCCEEDS * ticks / TICKS), at.SetController(0, other)),)
        _, battle = at.battle(at.scripted(scenario, timed))
        men = sum(len(each.position) for each in at.soldiers(battle))
        print(json.dumps({"battle": name, "regiments": len(at.mass(battle)), "soldiers": men}))
        print(json.dumps(record(at, battle)))
        for clock in range(ticks + BACK):
            for due, command in SCHEDULE.items():
                if round(due * ticks / TICKS) == clock:
                    command(at, battle)
                    print(json.dumps(record(at, battle)))
            at.tick(battle)
            print(json.dumps(record(at, battle)))
    at.check_imports()


def record(at: Layout, battle: Any) -> dict[str, Any]:
    """Return the tick, and what each field is at it."""
    fields = {"mass": at.mass(battle), **at.fluxes(battle), "velocity": at.velocity(battle)}
    men = {name: [getattr(each, name) for each in at.soldiers(battle)] for name in FIELDS[4:]}
    fields |= {name: np.concatenate(of_each) for name, of_each in men.items()}
    return {"tick": at.now(battle)} | {name: digest(field) for name, field in fields.items()}


def digest(field: np.ndarray) -> str:
    """Return a print of a field: the same for the same bits, type and shape alone."""
    return hashlib.sha256(f"{field.dtype} {field.shape} ".encode() + np.ascontiguousarray(field).tobytes()).hexdigest()


def played(root: Path, ticks: int) -> dict[str, Battle]:
    """Return the battles of a checkout by name, played in a process that sees no other."""
    found: dict[str, Battle] = {}
    for line in run(root, __file__, "--play", str(root), "--ticks", str(ticks)):
        row = json.loads(line)
        if "battle" in row:
            found[row["battle"]] = {**row, "records": []}
        else:
            found[list(found)[-1]]["records"].append(row)
    return found


def verdict(base: Battle | None, head: Battle | None) -> str:
    """Return whether a battle was the same, or the first tick and the fields in which it was not."""
    if base is None or head is None:
        return f"DIFFERENT: only at {'base' if base else 'head'}"
    for number, (before, after) in enumerate(zip_longest(base["records"], head["records"])):
        if before is None or after is None or before["tick"] != after["tick"]:
            return f"DIFFERENT in what tick it is, at record {number}"
        if fields := [name for name in FIELDS if before[name] != after[name]]:
            return f"DIFFERENT at tick {before['tick']} in {', '.join(fields)}"
    return "same"


def row(name: str, base: Battle | None, head: Battle | None) -> str:
    """Return the row of the table for a battle."""
    prints = ["-" if one is None else hashlib.sha256(json.dumps(one).encode()).hexdigest()[:12] for one in (base, head)]
    one = base or head or {}
    ticks = max(each["tick"] for each in one["records"])
    return (
        f"{name:<16}{ticks:>6}{one['regiments']:>11}{one['soldiers']:>10}"
        f"  {prints[0]:<14}{prints[1]:<14}{verdict(base, head)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", metavar="BASE", type=checkout, nargs="?", help="the folder of the checkout before")
    parser.add_argument("head", metavar="HEAD", type=checkout, nargs="?", help="the folder of the checkout after")
    parser.add_argument("--ticks", metavar="N", type=int, default=TICKS, help=f"of each battle ({TICKS})")
    parser.add_argument("--play", type=checkout, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.play:
        play(args.play, args.ticks)
        return 0
    if args.base is None or args.head is None:
        parser.error("give the folders of two checkouts, BASE and HEAD")
    base, head = (played(root, args.ticks) for root in (args.base, args.head))
    print(f"{'battle':<16}{'ticks':>6}{'regiments':>11}{'soldiers':>10}  {'base':<14}{'head':<14}")
    names = list(base | head)
    for name in names:
        print(row(name, base.get(name), head.get(name)))
    different = sum(verdict(base.get(name), head.get(name)) != "same" for name in names)
    print(f"{len(names)} battles, {different} of them different")
    return 1 if different or not names else 0


if __name__ == "__main__":
    sys.exit(main())
