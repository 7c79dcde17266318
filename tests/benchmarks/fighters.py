"""Milliseconds of CPU time to compose and to draw twelve regiments of 1,000 soldiers at 1280 x 720, by both renderers.

python tests/benchmarks/fighters.py [fallen]: the same soldiers without combat and with it, in turns, as heavy infantry
and as the three kinds mixed; with combat so many more lie on the ground (by default 3,000). Without a screen OpenGL
draws in software. Compare the figures of one run.
"""

import os
import sys
import time
from dataclasses import replace
from statistics import median

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from engine.gl import finished
from engine.view import POSES, Banner, DrawnSoldiers, Fighters, Scene, open_view, regiment_colours

GRID, SIZE, REGIMENTS, SOLDIERS = (96, 128), (1280, 720), 12, 1000
FRAMES, DROPPED = 14, 4
SPACING = 0.49  # cells
KINDS = ("cavalry", "pikes", "soldier")


def army():
    """Two lines of six regiments, front to front."""
    across, deep = np.meshgrid(np.arange(40), np.arange(25))
    block = np.stack([across.ravel(), deep.ravel()], axis=1) * SPACING
    corners = [(4 + 20 * (regiment % 6), 36 + 12.3 * (regiment // 6)) for regiment in range(REGIMENTS)]
    side = np.repeat(np.arange(REGIMENTS), SOLDIERS)
    facing = np.where(side < 6, np.pi, 0.0)
    place = np.concatenate([block + corner for corner in corners])
    return DrawnSoldiers(place, facing, np.linspace(0, 7, len(side)), side, SPACING)


def in_combat(soldiers, moment, mixed):
    """The same soldiers, of whom those at the seam strike."""
    pose = np.where(np.abs(soldiers.position[:, 1] - 48.2) < 2, POSES.index("striking"), 0).astype(np.uint8)
    kind = (soldiers.side % 3 if mixed else np.full(len(pose), 2)).astype(np.uint8)
    return replace(soldiers, fighters=Fighters(pose, kind, KINDS, np.arange(len(pose)), moment))


def lying(count, moment, mixed):
    """Soldiers who lie all about the seam."""
    random = np.random.default_rng(0)
    pose = np.full(count, POSES.index("fallen"), np.uint8)
    kind = (np.arange(count) % 3 if mixed else np.full(count, 2)).astype(np.uint8)
    looks = Fighters(pose, kind, KINDS, np.arange(count), moment, np.linspace(0, 0.9, count))
    place, facing = random.uniform((0, 30), (128, 66), (count, 2)), random.uniform(0, 6, count)
    return DrawnSoldiers(place, facing, np.zeros(count), np.arange(count) % REGIMENTS, SPACING, fighters=looks)


def main(fallen):
    soldiers = army()
    sides = (0,) * 6 + (1,) * 6
    middles = [soldiers.position[soldiers.side == one].mean(axis=0) for one in range(REGIMENTS)]
    for renderer in ("opengl", "surfaces"):
        view = open_view(SIZE, visible=False, prefer=renderer)
        plain = Scene(GRID, soldiers, None, teams=regiment_colours(sides, ((222, 94, 20), (30, 124, 196))))
        for mixed in (False, True):
            took = {}
            for frame in range(FRAMES):
                flags = tuple(Banner(tuple(at), 0.0, one, "steady", 0.8, frame) for one, at in enumerate(middles))
                fight = replace(plain, soldiers=in_combat(soldiers, frame, mixed), banners=flags)
                down = replace(fight, fallen=lying(fallen, frame, mixed)) if fallen else fight
                for name, scene in (("without", plain), ("with", fight), (f"with {fallen} fallen", down)):
                    begun = time.process_time()
                    view.draw(scene)
                    finished()
                    took.setdefault(name, []).append(1000 * (time.process_time() - begun))
            parts = ", ".join(f"{name} {median(times[DROPPED:]):.1f}" for name, times in took.items())
            print(f"{view.description}, {'three kinds' if mixed else 'heavy infantry'}: {parts} ms of CPU time a frame")
        view.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
