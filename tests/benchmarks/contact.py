"""What contact and push do to plain blocks of soldiers: the tables of docs/combat.md.

python tests/benchmarks/contact.py [push] [contact]
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[folder]) + rest for folder, rest in ((1, "/support"), (2, ""))]

import numpy as np  # noqa: E402
from shoving import LINE, USUAL, WALK, H, W, after, beyond, diagonal, field, going, moved, past_diagonal, strips  # noqa: E402

from nca_controller.physics import Terrain  # noqa: E402

ODDS = ((24, 8, 1), (12, 4, 1), (16, 8, 1), (15, 15, 1))
STANDS, DRIVES = going((WALK, 0), (0, 0)), going((WALK, 0), (-WALK, 0))


def push():
    """Print how far lines are pushed in 300 ticks, and over how much depth they mix."""
    mass, at = strips(*ODDS)
    print(f"{'deep':>4} {'against':>7} {'stiff':>5} {'drives':>6} {'stands':>6} {'mixed':>5}")
    for stiff in (USUAL, 0.75, 1.2):
        both, one = (after(300, mass, ways, stiff=stiff) for ways in (DRIVES, STANDS))
        for (depth, other, _), rows in zip(ODDS, at, strict=True):
            mixed = np.minimum(both[0], both[1])[slice(*rows)].sum() / (rows[1] - rows[0])
            print(
                f"{depth:4} {other:7} {stiff:5} {beyond(both, rows):6.2f} {beyond(one, rows):6.2f} {mixed:5.2f}",
                flush=True,
            )


def sizes():
    """Print how far 24 m push 8 m in 300 ticks, in cells of other sizes: in metres."""
    for metres in (0.5, 1.0, 2.0):
        size = round(8 / metres)
        line, shape = 4 * size, (2, size + 4, 6 * size)
        mass = field((0, (2, -2), (size, line), 1), (1, (2, -2), (line, line + size), 1), shape=shape)
        ways = going((WALK / metres, 0), (-WALK / metres, 0), shape=shape)
        end = after(300, mass, ways, Terrain.plain(*shape[1:]), cell_metres=metres)
        print(f"cells of {metres} m: {end[0, 2:-2, line:].sum() / size * metres:.2f} m", flush=True)


def contact():
    """Print how far a front gets past the line of standing soldiers in 112 ticks, and what pace is kept."""
    densities = (0.2, 0.5, 0.65, 1.0)
    mass, at = strips(*((16, 8, density) for density in densities))
    straight = after(112, mass, STANDS)
    for density, rows in zip(densities, at, strict=True):
        block, depth = diagonal(density)
        slanting = after(112, block, going((WALK * 0.5**0.5, WALK * 0.5**0.5), (0, 0)))
        past = past_diagonal(slanting[0], depth)
        print(f"density {density}: {beyond(straight, rows):.2f} cells, at 45 degrees {past:.2f}", flush=True)
    for few in (0.005, 0.02):
        mass = field((0, (20, 30), (4, 12), 0.97), (1, (0, H), (0, W), few))
        pace = moved(mass[0], after(50, mass, STANDS)[0]) / (50 * WALK / 2)
        print(f"among {few}: {pace:.3f} of the pace", flush=True)
    mass = field((0, (20, 32), (LINE - 13, LINE - 1), 1), (1, (20, 32), (LINE, LINE + 12), 1))
    met = after(40, mass, DRIVES)
    for name, way, axis in (("leaves", (-WALK, 0), 1), ("slides along", (0, -WALK), 0)):
        pace = abs(moved(met[0], after(10, met, going(way, (-WALK, 0)))[0], axis)) / (10 * WALK / 2)
        print(f"who {name} a contact: {pace:.3f} of the pace", flush=True)


if __name__ == "__main__":
    tables = {"contact": contact, "push": push, "sizes": sizes}
    for name in sys.argv[1:] or tables:
        tables[name]()
