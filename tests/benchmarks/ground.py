"""What a tick costs on ground beside one on open ground, in one run: `python tests/benchmarks/ground.py [NAME ...]`.

A controller's name is `ground` if none is given; a model's is led by the commander for any ground in its own's place.
Both battles march side by side, tick by tick, so that other work on the machine strikes both alike. The table has the
median and the mean of a march, restarts included, the ratio of both, the tick of a new order, and the worst tick.
"""

import sys
import time
from dataclasses import replace
from statistics import mean, median

import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller import NCA, JaxSimulation, load_controller

FIELDS = ((192, 128, 1000.0), (512, 512, 4000.0))  # height, width, mass
WARM, TICKS = 20, 96  # ticks before, and those measured: six restarts


def town(height, width):
    """Return streets 8 cells wide between houses of 10 by 10, and open squares on the left and the right."""
    rows, columns = np.indices((height, width))
    houses = (rows % 18 < 10) & (columns % 18 < 10)
    return Ground(~(houses & (columns > 0.35 * width) & (columns < 0.65 * width)))


def led(name):
    """Return a controller, a model under the commander for any ground."""
    controller = load_controller(name)
    if isinstance(controller, NCA):
        return controller.replace(architecture=replace(controller.architecture, guidance="ground"))
    return controller


def march(ground, mass, controller):
    """Return a call that advances one battle by a tick and reads its mass, and one that gives the order back."""
    height, width = ground.open_cells.shape
    ends = [
        form_up(load()["phalanx"], mass, ground, centre=(side * width, height / 2)).target[None]
        for side in (0.17, 0.83)
    ]
    simulation = JaxSimulation()
    state = simulation.reset(ends[0], ground, [controller], seed=0)

    def tick():
        nonlocal state
        begun = time.perf_counter()
        state = simulation.tick(state, ends[1])
        simulation.read(state, ("mass", "flux_x", "flux_y"))
        return 1e3 * (time.perf_counter() - begun)

    return tick, ends.reverse


def main():
    print("| controller | cells | ground | median ms | mean ms | worst ms | new order ms | median ratio | mean ratio |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for name in sys.argv[1:] or ["ground"]:
        for height, width, mass in FIELDS:
            grounds = {"open": Ground(np.ones((height, width), bool)), "town": town(height, width)}
            marches = {kind: march(ground, mass, led(name)) for kind, ground in grounds.items()}
            for _ in range(WARM):
                [tick() for tick, _ in marches.values()]
            spent = {kind: [] for kind in grounds}
            for _ in range(TICKS):
                for kind, (tick, _) in marches.items():
                    spent[kind].append(tick())
            for kind, (tick, turn) in marches.items():
                turn()
                ratios = [each(spent[kind]) / each(spent["open"]) for each in (median, mean)]
                figures = [median(spent[kind]), mean(spent[kind]), max(spent[kind]), tick(), *ratios]
                words = " | ".join(f"{figure:.3g}" for figure in figures)
                print(f"| {name} | {width} x {height} | {kind} | {words} |", flush=True)


if __name__ == "__main__":
    main()
