"""What contact and push do to plain blocks of soldiers: the tables of docs/combat.md.

python tests/benchmarks/contact.py [contact] [paces] [push] [sizes] [--docs]

With --docs each table takes the place of that section's in docs/combat.md.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[folder]) + rest for folder, rest in ((1, "/support"), (2, ""))]

import numpy as np  # noqa: E402
from sections import printed  # noqa: E402
from shoving import LINE, USUAL, WALK, H, W, after, beyond, diagonal, field, going, moved, past_diagonal, strips  # noqa: E402

from nca_controller.physics import Terrain  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "combat.md"

ODDS = ((24, 8, 1), (12, 4, 1), (16, 8, 1), (15, 15, 1))
STANDS, DRIVES = going((WALK, 0), (0, 0)), going((WALK, 0), (-WALK, 0))


def contact():
    """Yield rows: how far a front gets past the line of standing soldiers in 112 ticks."""
    yield ["soldiers standing, of capacity", "16 deep walk at them: past them in 112 ticks", "12 deep, at 45 degrees"]
    densities = (0.2, 0.5, 0.65, 1.0)
    mass, at = strips(*((16, 8, density) for density in densities))
    straight = after(112, mass, STANDS)
    for density, rows in zip(densities, at, strict=True):
        block, depth = diagonal(density)
        slanting = after(112, block, going((WALK * 0.5**0.5, WALK * 0.5**0.5), (0, 0)))
        past = past_diagonal(slanting[0], depth)
        yield [f"{density:g}", f"{beyond(straight, rows):.2f} cells", f"{past:.2f} cells"]


def paces():
    """Yield rows: the share of the pace that is kept among few, out of a contact and along one."""
    yield ["who", "keeps of its pace"]
    for few in (0.005, 0.02):
        mass = field((0, (20, 30), (4, 12), 0.97), (1, (0, H), (0, W), few))
        pace = moved(mass[0], after(50, mass, STANDS)[0]) / (50 * WALK / 2)
        yield [f"marches among {few} of capacity", f"{pace:.3f}"]
    mass = field((0, (20, 32), (LINE - 13, LINE - 1), 1), (1, (20, 32), (LINE, LINE + 12), 1))
    met = after(40, mass, DRIVES)
    for name, way, axis in (("leaves a contact that is followed", (-WALK, 0), 1), ("slides along one", (0, -WALK), 0)):
        pace = abs(moved(met[0], after(10, met, going(way, (-WALK, 0)))[0], axis)) / (10 * WALK / 2)
        yield [name, f"{pace:.3f}"]


def push():
    """Yield rows: how far lines are pushed in 300 ticks, and over how much depth they mix."""
    mass, at = strips(*ODDS)
    yield ["depth", "against", "stiff", "ground in 300 ticks, both drive", "one stands", "depth shared, both drive"]
    for stiff in (USUAL, 0.75, 1.2):
        both, one = (after(300, mass, ways, stiff=stiff) for ways in (DRIVES, STANDS))
        for (depth, other, _), rows in zip(ODDS, at, strict=True):
            mixed = np.minimum(both[0], both[1])[slice(*rows)].sum() / (rows[1] - rows[0])
            yield [depth, other, stiff, f"{beyond(both, rows):.2f} cells", f"{beyond(one, rows):.2f}", f"{mixed:.2f}"]


def sizes():
    """Yield rows: how far 24 m push 8 m in 300 ticks, in cells of other sizes."""
    yield ["cells of", "24 m push 8 m in 300 ticks"]
    for metres in (0.5, 1.0, 2.0):
        size = round(8 / metres)
        line, shape = 4 * size, (2, size + 4, 6 * size)
        mass = field((0, (2, -2), (size, line), 1), (1, (2, -2), (line, line + size), 1), shape=shape)
        ways = going((WALK / metres, 0), (-WALK / metres, 0), shape=shape)
        end = after(300, mass, ways, Terrain.plain(*shape[1:]), cell_metres=metres)
        yield [f"{metres:g} m", f"{end[0, 2:-2, line:].sum() / size * metres:.2f} m"]


if __name__ == "__main__":
    printed({"contact": contact, "paces": paces, "push": push, "sizes": sizes}, PAGE)
