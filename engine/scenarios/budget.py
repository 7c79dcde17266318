"""The joint budget: what a battle would cost, estimated from its plan alone, before anything of it is built."""

from __future__ import annotations

from engine.io import MOST_SOLDIERS, InputError, limits
from engine.orders import GiveOrders, Order, Schedule, SetController
from engine.scenarios.scenario import Scenario


def check_cells(grid: tuple[int, int], regiments: int = 1) -> None:
    """Raise InputError, one line, for a field of too many cells for so many regiments."""
    height, width = grid
    if height * width * regiments > limits.MOST_REGIMENT_CELLS:
        raise InputError(
            f"a field of {width}x{height} cells is too large for so many regiments: {regiments} times "
            f"{height * width} cells are over {limits.MOST_REGIMENT_CELLS}"
        )


def check_budget(scenario: Scenario, log: Schedule = ()) -> None:
    """Raise InputError, one line, for a battle too large to be played: see `io.limits` for what each part may cost."""
    cells, regiments = scenario.ground.open_cells.size, scenario.regiments
    check_cells(scenario.ground.grid, len(regiments))
    soldiers = sum(regiment.soldiers for regiment in regiments)
    if soldiers > MOST_SOLDIERS:
        raise InputError(f"{soldiers} soldiers are too many: a battle has {MOST_SOLDIERS} at most")
    for regiment in regiments:
        if regiment.soldiers > max(limits.MOST_SOLDIERS_PER_MASS * regiment.mass, 1):
            raise InputError(
                f"'{regiment.name}': {regiment.soldiers} soldiers are too many for a mass of {regiment.mass:g}: "
                f"{limits.MOST_SOLDIERS_PER_MASS} to each 1 at most"
            )
    commands = [command for _, command in (*scenario.schedule, *log)]
    later = {command.controller for command in commands if isinstance(command, SetController)}
    if len(later | {regiment.controller for regiment in regiments}) > limits.MOST_CONTROLLERS:
        raise InputError(f"over {limits.MOST_CONTROLLERS} controllers are too many")
    given = [order for command in commands if isinstance(command, GiveOrders) for _, order in command.orders]
    by_way = 0 if scenario.ground.open_cells.all() else limits.WORK_BY_WAY
    work = sum(_work(order, cells, by_way) for order in (*scenario.orders, *given))
    if work > limits.MOST_WORK:
        raise InputError(
            f"the orders would take too long to place: {work:.2g} looks at a cell, of {limits.MOST_WORK:.2g} at most"
        )


def _work(order: Order, cells: int, by_way: int) -> float:
    """Return about how often a cell is looked at to place an order on a field of so many; `by_way` on bad ground."""
    points = limits.WORK_OF_AN_ORDER + by_way + min(len(order.path), limits.MOST_PATH_POINTS)
    return cells * points + sum(min(cells, 4 * min(disc[2] + limits.RIM_OF_A_DISC, cells) ** 2) for disc in order.area)
