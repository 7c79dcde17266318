"""Whether play is even: the game for some minutes without a screen, an order every few seconds, with each simulation.

python tests/benchmarks/frames.py [simulation ...] [--minutes 5] [--renderer cheaper]: CPU time of a frame, of all
threads of the process (a frame is drawn 60 times a second at most and has a tick in half of them), its 95th percentile
as a multiple of the median, and the longest; the memory at half time, the most in the second half, and at the end. The
first seconds after the battle is built are left out: they compile.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import resource, sys, time
import numpy as np, run_game
from engine.app.game import Game
minutes, warm, every = float(sys.argv[1]), 10.0, 4.0
orders = ("wedge", "square", "line", "circle", "column", "phalanx")
play_one_frame, took, memory, state = Game.frame, [], [], {}

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20

def frame(self):
    began = time.process_time()
    play_one_frame(self)
    spent = time.process_time() - state.get("last", began)  # what others did while the frame waited, too
    state["last"] = time.process_time()
    if not self.battle:
        return
    now = time.monotonic()
    start = state.setdefault("start", now)
    if now - start > warm:
        took.append(spent)
        memory.append(resident())
    if now - start > every * state.setdefault("orders", 1):
        self.battle.form(orders[state["orders"] % len(orders)])
        state["orders"] += 1
    if now - start > warm + 60 * minutes:
        self.actions.leave()
        ms, half = 1000 * np.array(took), len(took) // 2
        usual = np.median(ms)
        print(
            f"{self.battle.state.moving_name:<4} {self.view.description[:40]:<40} {len(ms)} frames, "
            f"{self.battle.state.tick} ticks: median {usual:.1f} ms, 95 % under {np.quantile(ms, 0.95):.1f} "
            f"({np.quantile(ms, 0.95) / usual:.2f} x), longest {ms.max():.0f}; "
            f"memory {memory[half]:.0f} MB at half time, then at most {max(memory[half:]):.0f}, "
            f"at last {memory[-1]:.0f}"
        )

Game.frame = frame
run_game.main(sys.argv[2:])
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("simulations", nargs="*", default=["jax", "gl"])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--renderer", default="cheaper")
    args = parser.parse_args()
    settings = Path(os.environ.get("TMPDIR", "/tmp")) / f"frames-{os.getpid()}.toml"
    settings.write_text(f'renderer = "{args.renderer}"\ntutorial = false\n')
    try:
        for simulation in args.simulations:
            subprocess.run(
                [
                    sys.executable,
                    "-c",
                    CHILD,
                    str(args.minutes),
                    "--simulation",
                    simulation,
                    "--settings",
                    str(settings),
                ],
                env={**os.environ, "SDL_VIDEODRIVER": os.environ.get("SDL_VIDEODRIVER", "offscreen")},
                cwd=ROOT,
                check=True,
            )
    finally:
        settings.unlink()


if __name__ == "__main__":
    main()
