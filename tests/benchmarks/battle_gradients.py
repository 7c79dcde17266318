"""How far gradients through the laws of battle hold: a table of docs/gradients.md.

PYTHONPATH=tests/support:. python tests/benchmarks/battle_gradients.py [--docs]: slopes of losses, morale, fatigue, by
forward mode, in where a regiment stands and in what its soldiers are worth, off the lattice and in 64 bits, beside
central differences: the greatest difference over the greatest slope. superbee_smooth has another's by design.
"""

import sys
from pathlib import Path

from battle_slopes import TOLD, agreements

from engine.io import write_table
from nca_controller.physics import LIMITERS

PAGE = Path(__file__).parents[2] / "docs" / "gradients.md"
TICKS = (25, 100, 300)


def main():
    lines = [f"| scheme | of | {' | '.join(f'{ticks} ticks' for ticks in TICKS)} |", "|---" * (2 + len(TICKS)) + "|"]
    print("\n".join(lines), flush=True)
    for name, scheme in LIMITERS.items():
        found = agreements(TICKS, scheme)
        for one in TOLD:
            lines.append(f"| {name} | {one} | {' | '.join(f'{apart[one]:.1e}' for apart in found)} |")
            print(lines[-1], flush=True)
    if "--docs" in sys.argv:
        write_table(PAGE, "battles", lines)


if __name__ == "__main__":
    main()
