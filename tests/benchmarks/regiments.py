"""What several regiments cost at 192 x 128: seconds until the first tick, and milliseconds of a tick, beside one.

python tests/benchmarks/regiments.py [COUNT ...]: means after warm-up, of the processor's time over all cores and of
the clock's, and ratios of the former, which is what to quote: other programs that run beside do not count in them.
"""

import sys
import time

import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller

WIDTH, HEIGHT, MASS, TICKS = 192, 128, 250.0, 80


def battle(count, controller):
    """Return a call that advances a battle of so many regiments by a tick, and reads what the game reads."""
    ground = Ground(np.ones((HEIGHT, WIDTH), dtype=bool))
    testudo, wedge = load()["testudo"], load()["wedge"]
    places = [(24 + 48 * (r % 4), 32 + 64 * (r // 4)) for r in range(count)]
    mass = np.stack([form_up(testudo, MASS, ground, centre=place).target for place in places])
    targets = np.stack([form_up(wedge, MASS, ground, centre=place, angle=90).target for place in places])
    simulation, leader = JaxSimulation(), load_controller(controller)
    sides = [r // max(1, count // 2) for r in range(count)]
    state = simulation.reset(mass, ground, [leader] * count, seed=0, sides=sides)

    def run():
        nonlocal state
        state = simulation.tick(state, targets)
        simulation.read(state, ("mass", "flux_x", "flux_y"))

    return run


def main():
    counts = [int(word) for word in sys.argv[1:]] or [1, 2, 4, 8]
    print(f"{'controller':<12}{'regiments':>10}{'first tick':>12}{'processor':>12}{'clock':>10}")
    for controller in ("plan", "default"):
        alone = None
        for count in counts:
            run = battle(count, controller)
            begun = time.process_time()
            run()
            compiled = time.process_time() - begun
            run()
            begun, shown = time.process_time(), time.perf_counter()
            for _ in range(TICKS):
                run()
            tick, clock = (time.process_time() - begun) / TICKS, (time.perf_counter() - shown) / TICKS
            alone = alone or tick
            print(
                f"{controller:<12}{count:>10}{compiled:>10.1f} s{1e3 * tick:>9.1f} ms{1e3 * clock:>7.1f} ms"
                f"{tick / alone:>7.2f} times one"
            )


if __name__ == "__main__":
    main()
