"""What a tick, a frame and the start of two checkouts cost: for moves that must not make anything slower.

python tests/benchmarks/same_cost.py BASE HEAD: milliseconds of the processor's time, user and system, over all
threads: medians of PAIRS pairs of processes, one for each checkout, which take turns at being first; and the median of
the ratios head / base within each pair, with the middle half of them. Quote the ratios. Drawing waits for no screen.

tick   of a battle, soldiers among it: 1,000 of mass, 4,000 soldiers, the default controller, 192 x 128 cells
frame  of that battle at 1280 x 720: the scene is composed, and drawn with OpenGL, or without where there is none
start  `run_game.py --list-formations` and `python -c 'import run_game'`, together
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from layouts import Layout, checkout, run

GRID, MASS, MEN, SIZE, PAIRS = (128, 192), 1000.0, 4000, (1280, 720), 20
WARM_TICKS, TICKS, WARM_FRAMES, FRAMES, STARTS = 40, 120, 5, 40, 2

Cost = dict[str, float]  # of a tick, a frame and the start, in milliseconds


def spent(job: Callable[[], object], times: int) -> float:
    """Return the milliseconds of this process's time, all threads together, that a job takes, repeated so often."""
    begun = time.process_time()
    for _ in range(times):
        job()
    return 1e3 * (time.process_time() - begun) / times


def work(root: Path) -> None:
    """Tick and draw a battle of a checkout, and print what each costs as JSON."""
    at = Layout(root)
    middle = (GRID[1] / 2, GRID[0] / 2)
    setup, battle = at.battle(at.army_alone(at.Ground(np.ones(GRID, bool)), MASS, MEN, at.Order("line", middle)))
    for _ in range(WARM_TICKS):
        at.tick(battle)
    at.execute(battle, at.GiveOrders(((0, at.Order("wedge", middle, 60.0)),)))
    ticked = spent(lambda: at.tick(battle), TICKS)
    view, frame = at.open_view(SIZE, visible=False), 0

    def draw() -> None:
        nonlocal frame
        frame += 1
        view.draw(at.compose(setup, battle, frame % 4 / 4))
        at.finished()

    spent(draw, WARM_FRAMES)
    drawn = spent(draw, FRAMES)
    view.close()
    at.check_imports()
    print(json.dumps({"tick": ticked, "frame": drawn}))


def cost(root: Path) -> Cost:
    """Return what everything costs in a checkout, in fresh processes."""
    [line] = run(root, __file__, "--work", str(root))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(STARTS):
        run(root, "run_game.py", "--list-formations")
        run(root, "-c", "import run_game")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(line) | {"start": 1e3 * seconds / STARTS}


def pair(base: Path, head: Path, head_first: bool) -> tuple[Cost, Cost]:
    """Return what everything costs in two checkouts, measured one after the other."""
    if head_first:
        second, first = cost(head), cost(base)
        return first, second
    return cost(base), cost(head)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", metavar="BASE", type=checkout, nargs="?", help="the folder of the checkout before")
    parser.add_argument("head", metavar="HEAD", type=checkout, nargs="?", help="the folder of the checkout after")
    parser.add_argument("--pairs", metavar="N", type=int, default=PAIRS, help=f"how many are measured ({PAIRS})")
    parser.add_argument("--work", type=checkout, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        work(args.work)
        return
    if args.base is None or args.head is None or args.pairs < 1:
        parser.error("give the folders of two checkouts, BASE and HEAD, and at least one pair")
    pair(args.base, args.head, False)  # what is compiled once, and read from the disk for the first time, is no cost
    pairs = []
    for number in range(args.pairs):
        pairs.append(pair(args.base, args.head, number % 2 == 1))
        print(f"pair {number + 1} of {args.pairs}", file=sys.stderr)
    print(f"{'':<8}{'base':>10}{'head':>13}{'head / base':>14}{'middle half':>17}")
    for part in ("tick", "frame", "start"):
        base, head = np.array([(before[part], after[part]) for before, after in pairs]).T
        low, ratio, high = np.quantile(head / base, (0.25, 0.5, 0.75))
        print(
            f"{part:<8}{np.median(base):>7.2f} ms{np.median(head):>10.2f} ms{ratio:>14.3f}{low:>9.3f} to {high:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
