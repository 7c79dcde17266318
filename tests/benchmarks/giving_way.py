"""How fast regiments get through a friend who stands without an order, and how far that friend is pushed aside.

PYTHONPATH=tests/support:. python tests/benchmarks/giving_way.py [CONTROLLER]: the table of docs/physics.md, for mass
300 through 600 over 100 cells, by the default controller; exits with 1 where a bar is broken.

PYTHONPATH=tests/support:. python tests/benchmarks/giving_way.py small [CONTROLLER]: the same on fields of 72 x
120 under the commanders alone, and with several in the way, head on, through gates and near walls, in some minutes.

PYTHONPATH=tests/support:. python tests/benchmarks/giving_way.py cost: a march of eight regiments where nobody
gives way, beside the same with nobody asked; the median ratio of turns in one process.
"""

import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from through_a_friend import BATTLES, SIZE, fought, pass_through

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

HEAD = """| free march | t95 | friend's least | back at 0.98 | bars |
|---|---|---|---|---|---|---|"""

SMALL = (
    ("phalanx", "line", (90, 90), 150, 300),
    ("column", "line", (90, 90), 150, 300),
    ("column", "square", (90, 60), 150, 300),
    ("phalanx", "phalanx", (90, 90), 150, 150),
    ("phalanx", "square", (90, 60), 300, 150),
)


def small(controller=None):
    """Print the tables of the small fields; return whether every bar was kept."""
    print("| mover, mass | friend, mass", HEAD)
    kept = True
    for mover, friend, angles, *masses in SMALL:
        how = {"controller": controller or "plan", "size": SIZE, "distance": 64.0, "ticks": 400}
        found = pass_through(mover, friend, angles, tuple(map(float, masses)), **how)
        kept &= shown(f"{mover}, {masses[0]}", f"{friend} at {angles[1]}, {masses[1]}", found)
    print("\n| who | regiments", HEAD)
    for name, (_, friends) in BATTLES.items():
        kept &= shown(name, ", ".join(f"{one.formation} {one.mass:.0f}" for one in friends), fought(name, controller))
    return kept


def table(controller):
    """Print the table; return whether every bar was kept."""
    print("| mover, towards | friend", HEAD)
    kept = True
    for mover, friend, angles, towards in PAIRS:
        found = pass_through(mover, friend, angles, controller=controller, towards=towards)
        kept &= shown(f"{mover} at {angles[0]}, {towards}", f"{friend} at {angles[1]}", found)
    return kept


def shown(who, whom, found):
    """Print a row; return whether its bars were kept."""
    free, late = (" and ".join(map(str, dict.fromkeys(ticks))) for ticks in (found.free, found.t95))
    cells = (who, whom, free, late, f"{found.least:.2f}", found.back, "kept" if found.kept else "BROKEN")
    print("|", *(f"{cell} |" for cell in cells), flush=True)
    return found.kept


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
    elif sys.argv[1:2] == ["small"]:
        sys.exit(0 if small(*sys.argv[2:]) else 1)
    else:
        sys.exit(0 if table(*(sys.argv[1:] or ["default"])) else 1)
