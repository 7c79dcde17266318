"""One tick of each controller at 128 x 128, beside a 2048 x 2048 float32 matrix product in the same run.

python tests/benchmarks/tick.py: medians of 200 after warm-up, and their ratios, which is what to quote.
"""

import time
from statistics import median

import jax
import jax.numpy as jnp
import numpy as np

from engine.formations import crowd, form_up, load
from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller

RUNS, SIZE, PRODUCT = 200, 128, 2048


def timed(run, runs=RUNS):
    """Return the median seconds of a call."""
    for _ in range(10):
        run()
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    return median(seconds)


def a_tick(controller):
    """Return a call that advances one battle by a tick and reads what the game reads."""
    ground = Ground(np.ones((SIZE, SIZE), dtype=bool))
    target = form_up(load()["wedge"], 1000.0, ground, centre=(SIZE / 2, SIZE / 2)).target[None]
    simulation = JaxSimulation()
    state = simulation.reset(crowd(1000.0, ground)[None], ground, [load_controller(controller)], seed=0)

    def run():
        nonlocal state
        state = simulation.tick(state, target)
        simulation.read(state, ("mass", "flux_x", "flux_y"))

    return run


def main():
    square = jnp.asarray(np.random.default_rng(0).normal(size=(PRODUCT, PRODUCT)), jnp.float32)
    multiply = jax.jit(lambda a: a @ a)
    product = timed(lambda: multiply(square).block_until_ready(), 30)
    print(f"on {jax.devices()[0].device_kind}, {RUNS} ticks of {SIZE} x {SIZE} each, medians")
    print(f"{'matrix product':<16}{1e3 * product:8.2f} ms")
    for name in ("default", "plan", "poisson"):
        tick = timed(a_tick(name))
        print(f"{name:<16}{1e3 * tick:8.2f} ms{tick / product:8.3f} of the product")


if __name__ == "__main__":
    main()
