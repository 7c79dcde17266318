"""Open orders beyond the benchmark: in haste, on other fields, and to shapes that no formation file describes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller.tasks.benchmark import GRIDS, Transition, draw
from nca_controller.tasks.shapes import shaped

HASTE_SEED = 25
SIZES = ((96, 160), (256, 256), (512, 512))  # height, width in cells
SIZED = (("line", "wedge"), ("circle", "phalanx"), ("wedge", "square"))  # from, to


def hasty_orders(count: int) -> list[tuple[list[Float[np.ndarray, "H W"]], Transition]]:
    """Return, for so many formations, four targets that come before, and the order that stays."""
    rng, kinds, found = np.random.default_rng(HASTE_SEED), list(load().values()), []
    for last in kinds[:count]:
        path = [draw(rng, kinds[0], kinds[rng.integers(len(kinds))], GRIDS[0], 700.0).wanted for _ in range(4)]
        found.append((path, draw(rng, kinds[rng.integers(len(kinds))], last, GRIDS[0], 700.0)))
    return found


def orders_of_sizes(count: int) -> list[Transition]:
    """Return so many orders on each of other fields: as large as in the benchmark, or four times that."""
    kinds, found = load(), []
    for height, width in SIZES:
        ground = Ground(np.ones((height, width), dtype=bool))
        mass = 700.0 if height < 512 else 2800.0
        for source, target in SIZED[:count]:
            start = form_up(kinds[source], mass, ground, centre=(0.4 * width, 0.5 * height)).target
            end = form_up(kinds[target], mass, ground, centre=(0.6 * width, 0.5 * height), angle=30).target
            found.append(Transition(source, target, start, end))
    return found


def unseen_order(shape: str) -> Transition:
    """Return the order from a phalanx to a drawing."""
    ground = Ground(np.ones(GRIDS[0], dtype=bool))
    height, width = GRIDS[0]
    start = form_up(load()["phalanx"], 1000.0, ground, centre=(width / 2, height / 2)).target
    return Transition("phalanx", shape, start, shaped(shape, 1000.0, ground))
