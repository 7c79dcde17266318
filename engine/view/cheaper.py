"""Where OpenGL draws in software: whether it or plain surfaces cost less here, measured once and remembered."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from engine.io import __version__
from engine.view.base import View
from engine.view.scene import DrawnSoldiers, Scene

IN_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic", "basic render")
GRID, SOLDIERS = (64, 96), 5_000  # of the scene that is drawn to measure by
FRAMES = 8  # that are measured, after one that fills caches
ROWS = (("formation", "line"), ("overlap", "98.0 %"), ("tick", "300"))


def draws_in_software(view: View) -> bool:
    """Return whether a view's OpenGL draws on the CPU, by its name."""
    return any(name in view.description.lower() for name in IN_SOFTWARE)


def choice(view: View) -> str:
    """Return the key by which the choice for such a view is remembered."""
    return f"{__version__}: {view.description}: {view.size[0]}x{view.size[1]} pixels"


def cost(view: View) -> float:
    """Return the CPU time of a frame, in seconds, while an army marches."""
    height, width = GRID
    ranks = np.arange(SOLDIERS)
    columns = width - 20
    place = np.stack([10 + ranks % columns, 5 + ranks // columns * (height - 10) / (SOLDIERS / columns)], axis=-1)
    took = []
    for frame in range(FRAMES + 1):
        march = 0.1 * frame
        soldiers = DrawnSoldiers(place + np.array([march, 0.0]), np.zeros(SOLDIERS), ranks + march, ranks % 2)
        began = time.process_time()
        view.draw(Scene(GRID, soldiers, None, status=ROWS))
        if view.context is not None:
            view.context.finish()
        took.append(time.process_time() - began)
    return median(took[1:])
