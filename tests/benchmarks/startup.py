"""Seconds from the start of the program to its first picture and to play, and the longest frame in between.

python tests/benchmarks/startup.py: medians of 3 fresh processes on the offscreen driver.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

RUNS = 3

CHILD = """
import sys, time
begun = float(sys.argv[1])
import run_game
from engine.app.game import Game
play_one_frame, ends = Game.frame, [time.time()]
def frame(self):
    play_one_frame(self)
    ends.append(time.time())
    if len(ends) == 2:
        print(ends[1] - begun)
    if self.battle and self.actions.running:
        print(ends[-1] - begun, max(after - before for before, after in zip(ends[1:], ends[2:])))
        self.actions.leave()
Game.frame = frame
run_game.main([])
"""


def main():
    results = []
    for _ in range(RUNS):
        out = subprocess.run(
            ["sh", "-c", f'exec {sys.executable} -c "$CHILD" $(date +%s.%N)'],
            env={**os.environ, "CHILD": CHILD, "SDL_VIDEODRIVER": "offscreen"},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        results.append([float(word) for word in out.split()])
    names = ("to the first picture", "to play", "longest frame in between")
    for name, seconds in zip(names, zip(*results, strict=True), strict=True):
        print(f"{name:<26}{median(seconds):6.2f} s")


if __name__ == "__main__":
    main()
