"""Milliseconds of a frame by part, for armies of 2,000, 10,000 and 50,000 soldiers on one field at 1280 x 720.

python tests/benchmarks/frame.py [soldiers ...]: what the quickest tenth of FRAMES frames takes, which other work on the
machine disturbs least, and the median. Each frame has a tick of the real simulation, as at 30 frames a second, while
the army stands and while it changes from line to square. The simulation works beside the rest: what it takes here is
what was waited for. Without a screen OpenGL draws in software. On a busy machine compare the parts of one run.
"""

import os
import sys
import time
from statistics import median

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from engine import formations
from engine.battle import Battle
from engine.gl import finished
from engine.orders import Order
from engine.plugin import Ground
from engine.presentation import compose, status
from engine.scenarios import Regiment
from engine.soldiers import GPU_MARCH_ABOVE
from engine.view import open_view
from nca_controller import JaxSimulation, load_controller

GRID, MASS, SIZE, FRAMES = (128, 192), 1000.0, (1280, 720), 60
LAYERS = ("_ground", "_target_outline", "_soldiers", "_lines", "_panel_layer", "_screen")


def timed(parts, name, call):
    """Return the call, adding what it takes to the part; drawing is waited for."""

    def run(*args, **named):
        begun = time.perf_counter()
        result = call(*args, **named)
        finished()
        parts[name] = parts.get(name, 0.0) + time.perf_counter() - begun
        return result

    return run


def frames(view, battle, known, spent):
    """Play and draw FRAMES frames; return what each part takes in milliseconds: the quickest tenth, and the median."""
    seen = {}
    for frame in range(FRAMES):
        spent.clear()
        begun = time.perf_counter()
        battle.tick()
        composed = time.perf_counter()
        scene = compose(battle.state, 1.0, status(battle.state, known))
        spent["composing"] = time.perf_counter() - composed
        view.draw(scene)
        spent["frame"] = time.perf_counter() - begun
        for part, seconds in spent.items():
            seen.setdefault(part, []).append(1000.0 * seconds)
        if frame == 0:
            seen.clear()
    return {part: (float(np.quantile(took, 0.1)), median(took)) for part, took in seen.items()}


def army(men, known):
    ground = Ground.plain(*GRID)
    mass = formations.crowd(MASS, ground)[None]
    return Battle(
        JaxSimulation(),
        {"nca": load_controller("default")},
        ground,
        known,
        [Regiment("army", 0, MASS, men, "nca")],
        [Order("line", ground.middle)],
        mass,
    ), Order("square", ground.middle)


def main(counts):
    view = open_view(SIZE, visible=False)
    known = formations.load()
    spent = {}
    for layer in LAYERS:
        part = getattr(view, layer)
        show = "show" if layer == "_screen" else "draw"
        setattr(part, show, timed(spent, f"drawing {layer.strip('_')}", getattr(part, show)))
    view._panels.of = timed(spent, "drawing panels", view._panels.of)
    view._window.show = timed(spent, "showing", view._window.show)
    print(f"{view.description}, {SIZE[0]} x {SIZE[1]}, {GRID[1]} x {GRID[0]} cells, {os.cpu_count()} cores")
    for men in counts:
        battle, square = army(men, known)
        battle.state.simulation.tick = timed(spent, "simulation", battle.state.simulation.tick)
        battle.state.simulation.read = timed(spent, "simulation", battle.state.simulation.read)
        if men > GPU_MARCH_ABOVE:
            from engine.compute import GpuMarch

            battle.step_soldiers = GpuMarch(view.context).step  # as the game does
        battle.step_soldiers = timed(spent, "soldiers", battle.step_soldiers)
        for _ in range(110):
            battle.tick()
        for state in ("standing", "marching"):
            if state == "marching":
                battle.give(square)
            parts = frames(view, battle, known, spent)
            quick, usual = parts.pop("frame")
            print(f"{men:>6} men {state}: {quick:.1f} ms a frame (median {usual:.1f}) =", end=" ")
            parts_by_time = sorted(((took, part) for part, (took, _) in parts.items()), reverse=True)
            rest = quick - sum(took for took, _ in parts_by_time)
            print(", ".join(f"{part} {took:.1f}" for took, part in parts_by_time), f"and {rest:.1f}")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [2_000, 10_000, 50_000])
