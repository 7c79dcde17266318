"""The crowd in which an army musters."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from engine.formations.fitting import centre_cell, laid_out, muster_place
from engine.formations.mass import check_mass
from engine.orders import Place
from engine.plugin import Ground


def crowd(
    mass: float, ground: Ground, *, centre: Place | None = None, softness: float = 3.0
) -> Float[np.ndarray, "H W"]:
    """Return the crowd that musters: a round heap of the exact mass, whose rim thins out over `softness` cells.

    Without a centre it musters where it has room. Raises FormationError where the ground cannot hold it.
    """
    mass = check_mass(mass, ground)
    height, width = ground.grid
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    x, y = centre or muster_place(mass, ground)
    rows, columns = np.mgrid[:height, :width] + 0.5
    distance = (np.hypot(columns - x, rows - y) - math.sqrt(mass / math.pi)) / softness
    return laid_out(distance, mass, room, ground, place=centre_cell((x, y), ground.grid), softness=softness)
