"""Ticks and frames a second of a battle of six regiments a side, 12,000 soldiers at 128 x 96, in the game's own window.

python tests/benchmarks/war.py [renderer ...] [--seconds 40]: the game without a screen, drawn with OpenGL or surfaces;
all attack at once, and what is measured begins when half of them fight. Says what dominates, by the profiler's parts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GRID, SIX = (128, 96), 6
CHILD = """
import sys, time
import run_game
from engine.app.game import Game
play_one_frame, state, seconds = Game.frame, {}, float(sys.argv[1])

def frame(self):
    play_one_frame(self)
    if not self.battle:
        return
    now, battle = time.monotonic(), self.battle.state
    if "begun" not in state:
        if (battle.combat.engaged > 0.5).mean() < 0.5:
            return
        state.update(begun=now, ticks=battle.tick, frames=0, busy=time.process_time())
    state["frames"] += 1
    if now - state["begun"] >= seconds or min(battle.combat.standing) == 0:
        took = now - state["begun"]
        parts = ", ".join(f"{name} {value}" for name, value in self.clock.profiler.rows())
        rates = [(battle.tick - state["ticks"]) / took, state["frames"] / took]
        cores = (time.process_time() - state["busy"]) / took
        print(f"{self.view.description[:36]:<36} {sum(map(len, battle.soldiers)):,} soldiers, {took:.0f} s: "
              f"{rates[0]:.1f} ticks and {rates[1]:.1f} frames a second on {cores:.1f} cores; {parts}")
        self.actions.leave()

Game.frame = frame
run_game.main(sys.argv[2:])
"""


def scenario():
    """Return the text of the scenario: two lines of six, front to front across the field."""
    lines = ['title = "War"', f"size = {list(GRID)}", 'sides = ["Red", "Blue"]', "combat = true"]
    for side, (name, column, angle) in enumerate((("Red", 50, 90), ("Blue", 78, 270))):
        for number in range(SIX):
            lines += [
                "[[regiments]]",
                f'name = "{name} {number}"',
                f'side = "{name}"',
                "mass = 150",
                "men = 1000",
                f'unit = "{("heavy-infantry", "pikes", "cavalry")[(number + side) % 3]}"',
                'controller = "nca"',
                'formation = "testudo"',
                f"at = [{column}, {8 + 16 * number}]",
                f"angle = {angle}",
            ]
    for name, enemy in (("Red", "Blue"), ("Blue", "Red")):
        for number in range(SIX):
            lines += ["[[orders]]", "tick = 1", f'regiment = "{name} {number}"', f'attack = "{enemy} {number}"']
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("renderers", nargs="*", default=["opengl", "surfaces"])
    parser.add_argument("--seconds", type=float, default=40.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        war, settings = Path(folder) / "war.toml", Path(folder) / "settings.toml"
        war.write_text(scenario())
        for renderer in args.renderers:
            settings.write_text(f'renderer = "{renderer}"\ntutorial = false\n')
            subprocess.run(
                [sys.executable, "-c", CHILD, str(args.seconds), "--scenario", str(war), "--settings", str(settings)],
                env={**os.environ, "SDL_VIDEODRIVER": os.environ.get("SDL_VIDEODRIVER", "offscreen")},
                cwd=ROOT,
                check=True,
            )


if __name__ == "__main__":
    main()
