"""Scenarios: a field, regiments of two sides, and orders that are given by themselves, in one TOML file.

A file in `assets/scenarios/` is known by its name. What may be in it: README.md's table, or `write`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import terrain
from engine.assets import ASSETS
from engine.battlefield import Timed
from engine.command_line import LARGEST, SMALLEST, InputError, unknown_name
from engine.dispatches import read_command, read_order, write_command, write_order
from engine.orders import Order
from engine.plugin import QUANTUM, Ground
from engine.regiments import Regiment
from engine.tables import FileError, Table, read

SIDES = ("Red", "Blue")  # where a scenario does not name them
MEN = 4.0  # drawn for a mass of 1, where a scenario does not say
MOST_REGIMENTS = 32
MOST_MEN = 200_000
FOLDER = ASSETS / "scenarios"

View = tuple[float, float, float]  # x, y, width in cells


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says."""

    title: str
    ground: Ground
    regiments: tuple[Regiment, ...]
    orders: tuple[Order, ...]  # where each regiment stands at first, and is told to
    description: str = ""
    sides: tuple[str, ...] = SIDES
    script: Timed = ()  # what is commanded later
    heaped: bool = False  # the regiment musters as a crowd in the middle of the field
    player: int | None = None  # the side that the player commands; None: both
    camera: View | None = None  # what is seen at first; None: the whole field
    seed: int = 0
    ticks: int | None = None  # how long its demo lasts


def known(*folders: Path) -> dict[str, Path]:
    """Return the scenarios of folders by name, of which a later one goes first; without one, the game's own."""
    return {path.stem: path for folder in folders or (FOLDER,) for path in sorted(folder.glob("*.toml"))}


def find(name: str, *folders: Path) -> Path:
    """Return the file of a scenario: one in the folders by its name, or a path. Raises InputError for neither."""
    found = known(*folders)
    if name in found:
        return found[name]
    if not Path(name).is_file():
        raise InputError(unknown_name("scenario", name, found) + ", or a file")
    return Path(name)


def load(path: Path) -> Scenario:
    """Return the scenario of a file. Raises FileError, which names the file and the field, for one of no use."""
    table = read(path)
    scenario = read_scenario(table, path.parent)
    table.done()
    return scenario


def read_scenario(table: Table, folder: Path) -> Scenario:
    """Return the scenario in a table; pictures are looked for in `folder`."""
    sides = table.texts("sides", SIDES)
    if len(sides) > len(SIDES):
        raise table.wrong("sides", f"must be at most {len(SIDES)}, not {len(sides)}")
    ground = _read_ground(table, folder)
    regiments, orders = _read_regiments(table, sides)
    heaped = table.flag("heaped")
    if heaped and len(regiments) > 1:
        raise table.wrong("heaped", "is for one regiment alone: several would stand on each other")
    names = [regiment.name for regiment in regiments]
    script = [read_command(one, names) for one in table.tables("orders")]
    return Scenario(
        title=table.text("title"),
        description=table.text("description", ""),
        ground=ground,
        sides=sides,
        regiments=tuple(regiments),
        orders=tuple(orders),
        script=tuple(sorted(script, key=lambda one: one[0])),
        heaped=heaped,
        player=table.pick("player", table.text("player"), sides) if "player" in table else None,
        camera=_read_camera(table),
        seed=table.whole("seed", 0),
        ticks=table.whole("ticks", None, least=1),
    )


def write(scenario: Scenario) -> dict[str, Any]:
    """Return the table of a scenario; `read_scenario` returns the same from it, to the bit."""
    names = [regiment.name for regiment in scenario.regiments]
    height, width = scenario.ground.grid
    table: dict[str, Any] = {"title": scenario.title, "size": [width, height], "sides": list(scenario.sides)}
    if scenario.description:
        table["description"] = scenario.description
    if not (scenario.ground.open_cells.all() and np.all(np.asarray(scenario.ground.capacity) == 1.0)):
        table["picture"] = terrain.write_text(scenario.ground)
    if scenario.heaped:
        table["heaped"] = True
    table["seed"] = scenario.seed
    if scenario.ticks is not None:
        table["ticks"] = scenario.ticks
    if scenario.player is not None:
        table["player"] = scenario.sides[scenario.player]
    if scenario.camera is not None:
        table["camera"] = dict(zip(("x", "y", "width"), scenario.camera, strict=True))
    table["regiments"] = [
        {
            "name": one.name,
            "side": scenario.sides[one.side],
            "mass": one.mass,
            "men": one.men,
            "controller": one.controller,
            **write_order(order),
        }
        for one, order in zip(scenario.regiments, scenario.orders, strict=True)
    ]
    table["orders"] = [row for tick, command in scenario.script for row in write_command(tick, command, names)]
    return table


def led_by(scenario: Scenario, controller: str) -> Scenario:
    """Return the scenario with every regiment under one controller."""
    return replace(scenario, regiments=tuple(replace(one, controller=controller) for one in scenario.regiments))


def _read_ground(table: Table, folder: Path) -> Ground:
    size = table.numbers("size", "width height", None)
    if size is not None and not all(side == int(side) and SMALLEST <= side <= LARGEST for side in size):
        raise table.wrong("size", f"must be whole numbers of cells from {SMALLEST} to {LARGEST}, not {list(size)}")
    cells = (int(size[0]), int(size[1])) if size is not None else None
    picture, image = table.text("picture", None), table.text("terrain", None)
    if picture is not None:
        ground = terrain.read_text(picture, table.field("picture"))
    elif image is not None:
        ground = terrain.read_picture(folder / image, cells, table.field("terrain"))
    elif cells is not None:
        return Ground(np.ones(cells[::-1], bool))
    else:
        raise table.wrong("size", "is missing: give it, or a terrain picture")
    field = "picture" if picture is not None else "terrain"
    if cells is not None and ground.grid != cells[::-1]:
        raise table.wrong(field, f"is {ground.grid[1]}x{ground.grid[0]}, and not of the field's size")
    if not all(SMALLEST <= side <= LARGEST for side in ground.grid):
        raise table.wrong(field, f"must be {SMALLEST} to {LARGEST} pixels wide and high, or be given a size")
    if not ground.open_cells.any():
        raise table.wrong(field, "has no open cell: white is open ground, black is closed")
    return ground


def _read_regiments(table: Table, sides: tuple[str, ...]) -> tuple[list[Regiment], list[Order]]:
    rows = table.tables("regiments")
    if not 1 <= len(rows) <= MOST_REGIMENTS:
        raise table.wrong("regiments", f"must be 1 to {MOST_REGIMENTS} tables, not {len(rows)}")
    regiments: list[Regiment] = []
    orders: list[Order] = []
    for row in rows:
        name, mass = row.text("name"), row.number("mass", above=QUANTUM, most=LARGEST**2)
        if name in (regiment.name for regiment in regiments):
            raise row.wrong("name", f"is '{name}', as another's is")
        side = row.pick("side", row.text("side"), sides) if "side" in row else 0
        men = row.whole("men", round(min(max(1.0, MEN * mass), MOST_MEN)), least=1, most=MOST_MEN)
        mass = math.floor(mass / QUANTUM) * QUANTUM
        regiments.append(Regiment(name, side, mass, men, row.text("controller", "nca")))
        orders.append(read_order(row))
        row.done()
    return regiments, orders


def _read_camera(table: Table) -> View | None:
    camera = table.table("camera")
    if camera is None:
        return None
    view = camera.number("x"), camera.number("y"), camera.number("width", above=0, most=2 * LARGEST)
    camera.done()
    return view


def described(paths: Iterable[Path]) -> list[str]:
    """Return a line for each scenario: its name, and what it says of itself or what is wrong with it."""
    lines = []
    for path in paths:
        try:
            scenario = load(path)
            lines.append(f"{path.stem:<15} {scenario.description or scenario.title}")
        except FileError as error:
            lines.append(f"{path.stem:<15} cannot be used: {error}")
    return lines
