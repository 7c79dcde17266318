"""How fast regiments get through a friend who stands without an order, and how far that friend is pushed aside.

PYTHONPATH=tests/support:. python tests/benchmarks/giving_way.py [CONTROLLER]: the table of docs/physics.md, for mass
300 through 600 over 100 cells, by the default controller; exits with 1 where a bar is broken.

PYTHONPATH=tests/support:. python tests/benchmarks/giving_way.py small: the same on small fields under the plan, in
a minute; masses are 150 and 300 where none are named.

PYTHONPATH=tests/support:. python tests/benchmarks/giving_way.py cost: a march of eight regiments where nobody
gives way, beside the same with nobody asked; the median ratio of turns in one process.
"""

import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from through_a_friend import pass_through

from nca_controller.physics import advect

PAIRS = (
    ("phalanx", "line", (90, 90), 0),
    ("phalanx", "line", (120, 90), 30),
    ("phalanx", "square", (90, 90), 0),
    ("column", "line", (90, 90), 0),
    ("column", "square", (90, 60), 0),
    ("wedge", "testudo", (90, 45), 0),
    ("line", "phalanx", (90, 90), 0),
    ("square", "loose", (90, 0), 0),
)

SMALL = (
    ("phalanx", "line", (90, 90), 150, 300),
    ("column", "line", (90, 90), 150, 300),
    ("column", "square", (90, 60), 150, 300),
    ("phalanx", "phalanx", (90, 90), 150, 150),
    ("phalanx", "square", (90, 60), 300, 150),
)


def small():
    """Print the table of the small fields; return whether every bar was kept."""
    kept = True
    for mover, friend, angles, *masses in SMALL:
        how = {"controller": "plan", "size": (72, 120), "distance": 64.0, "ticks": 400}
        found = pass_through(mover, friend, angles, tuple(map(float, masses)), **how)
        kept &= found.kept
        row = (f"{mover}, {masses[0]}", f"{friend} at {angles[1]}, {masses[1]}", found.free, found.t95)
        print(
            "|", *(f"{cell} |" for cell in (*row, f"{found.least:.2f}", found.back, "kept" if found.kept else "BROKEN"))
        )
    return kept


def table(controller):
    """Print the table; return whether every bar was kept."""
    print("| mover | friend | towards | free march | t95 | friend's least | back at 0.98 | bars |")
    print("|---|---|---|---|---|---|---|---|")
    kept = True
    for mover, friend, angles, towards in PAIRS:
        found = pass_through(mover, friend, angles, controller=controller, towards=towards)
        kept &= found.kept
        row = (f"{mover} at {angles[0]}", f"{friend} at {angles[1]}", towards, found.free, found.t95)
        print(
            "|", *(f"{cell} |" for cell in (*row, f"{found.least:.2f}", found.back, "kept" if found.kept else "BROKEN"))
        )
        sys.stdout.flush()
    return kept


def cost(turns=15, steps=20, size=(128, 192)):
    """Print the ratios of a march of eight that are all friends, forwards and with its gradient."""
    mass, velocity = np.zeros((8, *size), np.float32), np.zeros((8, *size, 2), np.float32)
    for regiment in range(8):
        row, column = 8 + 60 * (regiment // 4), 4 + 46 * (regiment % 4)
        mass[regiment, row : row + 40, column : column + 24] = 0.9
        velocity[regiment, ..., 0] = 0.5

    def march(mass, yielding):
        def step(mass, _):
            return advect(mass, velocity, yielding=yielding).mass, None

        return jax.lax.scan(step, mass, length=steps)[0]

    nobody, asked = None, jnp.ones(8)
    for name, of in (
        ("forwards", lambda outcome: outcome),
        ("with gradient", lambda outcome: jax.grad(summed(outcome))),
    ):
        ways = [jax.jit(of(lambda mass, given=given: march(mass, given))) for given in (nobody, asked)]
        spent = np.array([[seconds(way, mass) for way in ways] for _ in range(turns + 1)])[1:]
        print(f"{name}: {np.median(spent[:, 1] / spent[:, 0]):.3f} times the cost without")


def summed(outcome):
    return lambda mass: (outcome(mass) ** 2).sum()


def seconds(way, mass):
    """Return the processor's time of one call."""
    before = time.process_time()
    jax.block_until_ready(way(mass))
    return time.process_time() - before


if __name__ == "__main__":
    if sys.argv[1:] == ["cost"]:
        cost()
    elif sys.argv[1:] == ["small"]:
        sys.exit(0 if small() else 1)
    else:
        sys.exit(0 if table(*(sys.argv[1:] or ["default"])) else 1)
