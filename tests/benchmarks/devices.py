"""What several devices of one processor bring: the same gradient of training, spread over 1, 2, 4 and more of them.

python tests/benchmarks/devices.py: all are made in one process and take turns, the best of several calls counts, and
the ratios to one device are what to quote. Training from the command line takes one device a core.
"""

import argparse
import os

import jax
import numpy as np
from training import best_of

from nca_controller.training import processes
from nca_controller.training.battles import Battles
from nca_controller.training.config import Config
from nca_controller.training.loop import Trainer


def gradient_over(config, count):
    """Return a call that takes a gradient over so many devices."""
    processes.devices = lambda battles: jax.devices()[:count]
    trainer = Trainer(config)
    battles = processes.put(Battles(*(np.array(field[: config.batch]) for field in trainer.pool)), trainer.spread)
    keys = processes.put(jax.random.split(jax.random.key(1), config.batch), trainer.spread)
    return lambda: trainer._gradient(trainer.params, battles, keys)


def main():
    parser = argparse.ArgumentParser(description="A gradient over several devices of one processor.")
    parser.add_argument("--devices", type=int, nargs="+", default=[1, 2, 4, 8], metavar="N")
    parser.add_argument("--batch", type=int, default=8, help="battles, a multiple of each number of devices (8)")
    parser.add_argument("--grid", type=int, default=64, help="cells along each side (64)")
    parser.add_argument("--ticks", type=int, default=16, help="steps of a rollout (16)")
    parser.add_argument("--calls", type=int, default=5)
    args = parser.parse_args()
    jax.config.update("jax_num_cpu_devices", max(args.devices))
    mass = 0.1 * args.grid**2
    config = Config(batch=args.batch, pool=args.batch, grid=args.grid, ticks=args.ticks, greatest_mass=mass,
                    least_mass=0.3 * mass)  # fmt: skip
    seconds = best_of({count: gradient_over(config, count) for count in args.devices}, args.calls)
    print(f"{args.batch} battles of {args.grid} x {args.grid}, {args.ticks} ticks, {os.cpu_count()} cores")
    print(f"{'devices':>7}{'by the clock':>24}{'by the work of all cores':>28}")
    (base, *_) = seconds.values()
    for count, each in seconds.items():
        clock, work = (f"{own:.2f} s, {own / first:.2f} x" for own, first in zip(each, base, strict=True))
        print(f"{count:>7}{clock:>24}{work:>28}")


if __name__ == "__main__":
    main()
