"""What several regiments cost at 192 x 128: seconds until the first tick, and milliseconds of a tick, beside one.

python tests/benchmarks/regiments.py [COUNT ...]: means after warm-up, of the processor's time over all cores and of
the clock's, and ratios of the former, which is what to quote: other programs that run beside do not count in them.

python tests/benchmarks/regiments.py rest: at 128 x 128, eight regiments of which two move and six rest, and eight of
which all move, with the rule of rest and without it, beside one that moves; in turns, the least of several rounds.
"""

import sys
import time

import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller
from nca_controller.dynamics import RestRule

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


def resting(controller, size=128, mass=150.0, count=8, rounds=5, ticks=20):
    """Print what a tick costs beside one regiment that moves, where the others stand in their places."""
    ground = Ground(np.ones((size, size), dtype=bool))
    square, leader = load()["square"], load_controller(controller)
    places = [(20 + 30 * (r % 4), 30 + 64 * (r // 4)) for r in range(count)]
    standing, marching = (
        np.stack([form_up(square, mass, ground, centre=(x, y + away)).target for x, y in places]) for away in (0, 22)
    )

    def begun(regiments, moving, rule):
        """Return a simulation, its state and targets, some ticks after so many regiments were ordered away."""
        simulation = JaxSimulation(rule)
        state = simulation.reset(standing[:regiments], ground, [leader] * regiments, seed=0)
        targets = np.concatenate([marching[:moving], standing[moving:regiments]])
        for tick in range(RestRule().ticks + 20):
            ordered = tick >= RestRule().ticks + 12
            state = simulation.tick(state, targets if ordered else standing[:regiments])
        time.sleep(10)  # for what is compiled beside
        return simulation, state, targets

    battles = {
        "one moves": begun(1, 1, RestRule()),
        "two of eight move": begun(count, 2, RestRule()),
        "all eight move": begun(count, count, RestRule()),
        "all eight, without the rule": begun(count, count, None),
    }
    least = dict.fromkeys(battles, np.inf)
    for _ in range(rounds):
        for name, (simulation, state, targets) in battles.items():
            before = time.process_time()
            for _ in range(ticks):
                state = simulation.tick(state, targets)
                simulation.read(state, ("mass", "flux_x", "flux_y"))
            least[name] = min(least[name], (time.process_time() - before) / ticks)
    for name, seconds in least.items():
        print(f"{controller:<12}{name:<30}{1e3 * seconds:>9.1f} ms{seconds / least['one moves']:>8.2f} times one")


def main():
    if sys.argv[1:] == ["rest"]:
        for controller in ("plan", "default"):
            resting(controller)
        return
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
