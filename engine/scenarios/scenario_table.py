"""A scenario as a TOML table, and back; docs/scenarios.md describes the fields."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine import units
from engine.formations import Materials, check_ground, ground_image, read_terrain, with_words
from engine.io import CLOSED_MATERIALS, LARGEST_SIDE, SLOW_MATERIALS, SMALLEST_SIDE, FileError, Table, shown
from engine.orders import Order
from engine.plugin import QUANTUM, Ground
from engine.scenarios.command_table import NO_COMBAT, command_tables, order_table, read_command, read_order
from engine.scenarios.regiment import Regiment
from engine.scenarios.scenario import SIDES, Scenario, View

SOLDIERS_PER_MASS = 4.0  # drawn for a mass of 1, where a scenario gives no number
MOST_REGIMENTS = 32
WORDS = {"closed": CLOSED_MATERIALS, "slow": SLOW_MATERIALS}  # fields that say what cells look like
MOST_SOLDIERS_A_REGIMENT = 200_000
CELL_METRES = (0.1, 100.0)  # the smallest and the largest cells that laws of battle are asked about


def read_scenario(table: Table, folder: Path, within: Sequence[Path] = ()) -> Scenario:
    """Return the scenario in a table; its terrain is looked for in `folder`, and has to lie in one of `within`, if any.

    Raises FileError, which names the file and the field, for one that is invalid.
    """
    sides = table.texts("sides", SIDES)
    if len(sides) > len(SIDES):
        raise table.error("sides", f"must be at most {len(SIDES)}, not {len(sides)}")
    ground, materials = _read_ground(table, folder, within)
    closed, slow = (_word(table, field, names) for field, names in WORDS.items())
    combat, (least, most) = table.flag("combat"), CELL_METRES
    if "cell_metres" in table and not combat:
        raise table.error("cell_metres", NO_COMBAT)
    regiments, orders = _read_regiments(table, sides, combat)
    heaped = table.flag("heaped")
    if heaped and len(regiments) > 1:
        raise table.error("heaped", "is for one regiment alone: several would stand on each other")
    schedule = [read_command(one, regiments, combat) for one in table.tables("orders")]
    return Scenario(
        title=table.text("title"),
        description=table.text("description", ""),
        ground=ground,
        sides=sides,
        regiments=tuple(regiments),
        orders=tuple(orders),
        schedule=tuple(sorted(schedule, key=lambda one: one[0])),
        heaped=heaped,
        player=table.choice("player", table.text("player"), sides) if "player" in table else None,
        camera=_read_camera(table),
        seed=table.integer("seed", 0),
        ticks=table.integer("ticks", None, least=1),
        simulation=table.text("simulation", None),
        materials=with_words(materials, ground, closed, slow),
        combat=combat,
        cell_metres=table.number("cell_metres", 1.0, least=least, most=most),
    )


def scenario_table(scenario: Scenario) -> dict[str, Any]:
    """Return the table of a scenario; `read_scenario` returns an equal scenario from it, to the bit."""
    names = [regiment.name for regiment in scenario.regiments]
    height, width = scenario.ground.grid
    table: dict[str, Any] = {"title": scenario.title, "size": [width, height], "sides": list(scenario.sides)}
    if scenario.description:
        table["description"] = scenario.description
    if not (scenario.ground.open_cells.all() and np.all(np.asarray(scenario.ground.capacity) == 1.0)):
        if ground_image.is_grey(scenario.ground):
            table["picture"] = ground_image.write_text(scenario.ground)
        else:
            table["capacities"] = ground_image.write_quanta(scenario.ground)
    if scenario.materials is not None:
        table["materials"] = ground_image.write_materials(scenario.materials)
    if scenario.heaped:
        table["heaped"] = True
    if scenario.combat:
        table |= {"combat": True} | ({"cell_metres": scenario.cell_metres} if scenario.cell_metres != 1.0 else {})
    table["seed"] = scenario.seed
    if scenario.ticks is not None:
        table["ticks"] = scenario.ticks
    if scenario.simulation is not None:
        table["simulation"] = scenario.simulation
    if scenario.player is not None:
        table["player"] = scenario.sides[scenario.player]
    if scenario.camera is not None:
        table["camera"] = dict(zip(("x", "y", "width"), scenario.camera, strict=True))
    table["regiments"] = [
        {
            "name": one.name,
            "side": scenario.sides[one.side],
            "mass": one.mass,
            "men": one.soldiers,
            "controller": one.controller,
            **({"unit": one.unit} if scenario.combat and one.unit != units.DEFAULT else {}),
            **order_table(order),
        }
        for one, order in zip(scenario.regiments, scenario.orders, strict=True)
    ]
    table["orders"] = [row for tick, command in scenario.schedule for row in command_tables(tick, command, names)]
    return table


def _read_ground(table: Table, folder: Path, within: Sequence[Path]) -> tuple[Ground, Materials | None]:
    size = table.numbers("size", "width height", None)
    if size is not None and not all(side == int(side) and SMALLEST_SIDE <= side <= LARGEST_SIDE for side in size):
        raise table.error(
            "size", f"must be whole numbers of cells from {SMALLEST_SIDE} to {LARGEST_SIDE}, not {list(size)}"
        )
    field_size = (int(size[0]), int(size[1])) if size is not None else None
    file, cells = table.text("terrain", None), table.integer("cells", None, least=SMALLEST_SIDE, most=LARGEST_SIDE)
    if cells is not None and file is None:
        raise table.error("cells", "says how a terrain is scaled, and there is no field 'terrain'")
    for name, read in (("picture", ground_image.read_text), ("capacities", ground_image.read_quanta)):
        text = table.text(name, None)
        if text is not None:
            ground = read(text, table.field(name))
            if field_size is not None and ground.grid != field_size[::-1]:
                raise table.error(name, f"is {ground.grid[1]}x{ground.grid[0]}, and not of the field's size")
            check_ground(ground, table.field(name))
            return ground, _read_materials(table, ground)
    if file is not None:
        field = f"{table.field('terrain')} names {shown(file)}, which cannot be used"
        return read_terrain(_inside(folder / file, within, field), cells, size=field_size, name=field)
    if field_size is None:
        raise table.error("size", "is missing: give it, or a terrain picture")
    return Ground(np.ones(field_size[::-1], bool)), None


def _read_materials(table: Table, ground: Ground) -> Materials | None:
    """Return the materials that a replay carries beside its ground."""
    text = table.text("materials", None)
    if text is None:
        return None
    materials = ground_image.read_materials(text, table.field("materials"))
    if materials.shape != ground.grid:
        raise table.error("materials", "is not of the field's size")
    return materials


def _word(table: Table, field: str, names: Sequence[str]) -> str | None:
    """Return what a scenario says that closed or slow cells look like, where their file does not."""
    return names[table.choice(field, table.text(field), names)] if field in table else None


def _inside(path: Path, within: Sequence[Path], field: str) -> Path:
    """Return the path, links followed. Raises FileError where it lies in none of some folders, if any are given."""
    try:
        real = path.resolve()
        if within and not any(real.is_relative_to(folder.resolve()) for folder in within):
            raise FileError(f"{field}: it lies outside of the scenario's folder and the one around it")
    except (OSError, RuntimeError) as error:  # links that go round
        raise FileError(f"{field}: {error}") from None
    except ValueError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{field}: no file can have this name") from None
    return real


def _read_regiments(table: Table, sides: tuple[str, ...], combat: bool) -> tuple[list[Regiment], list[Order]]:
    rows = table.tables("regiments")
    if not 1 <= len(rows) <= MOST_REGIMENTS:
        raise table.error("regiments", f"must be 1 to {MOST_REGIMENTS} tables, not {len(rows)}")
    regiments: list[Regiment] = []
    orders: list[Order] = []
    for row in rows:
        name, mass = row.text("name"), row.number("mass", above=QUANTUM, most=LARGEST_SIDE**2)
        if name in (regiment.name for regiment in regiments):
            raise row.error("name", f"is {shown(name)}, as another's is")
        side = row.choice("side", row.text("side"), sides) if "side" in row else 0
        soldiers = row.integer(
            "men",
            round(min(max(1.0, SOLDIERS_PER_MASS * mass), MOST_SOLDIERS_A_REGIMENT)),
            least=1,
            most=MOST_SOLDIERS_A_REGIMENT,
        )
        mass = math.floor(mass / QUANTUM) * QUANTUM
        if "unit" in row and not combat:
            raise row.error("unit", NO_COMBAT)
        unit = row.text("unit", units.DEFAULT)
        regiments.append(Regiment(name, side, mass, soldiers, row.text("controller", "nca"), unit))
        orders.append(read_order(row))
        row.finish()
    absent = [side for number, side in enumerate(sides) if number not in (one.side for one in regiments)]
    if combat and len(sides) < len(SIDES):
        raise table.error("sides", f"must be {len(SIDES)} where there is combat, not {len(sides)}")
    if combat and absent:
        raise table.error("sides", f"must both have soldiers where there is combat, and {shown(absent[0])} has none")
    return regiments, orders


def _read_camera(table: Table) -> View | None:
    camera = table.table("camera")
    if camera is None:
        return None
    view = camera.number("x"), camera.number("y"), camera.number("width", above=0, most=2 * LARGEST_SIDE)
    camera.finish()
    return view
