"""The formations of walkthrough.py: thin shapes, scaled in space to one mass, which then holds exactly."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from engine.formations import fill
from nca_controller import rotate_formation
from nca_controller.tasks import look_up, neighbours

Density = Float[np.ndarray, "H W"]

THICKNESS = 2  # cells, of the thin line and of the hollow square's sides


def create_thin_line(height: int, width: int, cells: float, thickness: int = THICKNESS) -> Density:
    """Return a line across the field's middle, of about so many cells."""
    length = round(cells / thickness)
    line = np.zeros((height, width), np.float32)
    top, left = (height - thickness) // 2, (width - length) // 2
    line[top : top + thickness, left : left + length] = 1
    return line


def create_thin_square(height: int, width: int, cells: float, thickness: int = THICKNESS) -> Density:
    """Return a hollow square in the field's middle, of about so many cells."""
    side = round(cells / (4 * thickness) + thickness)  # an outline of side s and thickness t covers 4 t (s - t) cells
    square = np.zeros((height, width), np.float32)
    top, left = (height - side) // 2, (width - side) // 2
    square[top : top + side, left : left + side] = 1
    square[top + thickness : top + side - thickness, left + thickness : left + side - thickness] = 0
    return square


def create_thin_wedge(height: int, width: int, cells: float) -> Density:
    """Return a triangle in the field's middle that points right, as long as it is wide, of about so many cells."""
    length = np.sqrt(2 * cells)
    y, x = np.mgrid[:height, :width] + 0.5
    behind_tip = width / 2 + length / 2 - x
    return ((behind_tip <= length) & (np.abs(y - height / 2) <= behind_tip / 2)).astype(np.float32)


def scale_formation_to_mass(alpha: Density, target_mass: float, density: float = 1.0) -> Density:
    """Return the formation larger or smaller, about the field's middle, so that cells at one density hold the mass."""
    held = alpha > 0.5
    shrink = np.sqrt(held.sum() * density / target_mass)
    return (density * look_up(held, shrink * np.eye(2))).astype(np.float32)


def create_thin_formations(grid: int, mass: float) -> dict[str, Density]:
    """Return the notebook's three formations by name, each of exactly that mass."""
    rough = {
        "LINE": create_thin_line(grid, grid, mass),
        "SQUARE": create_thin_square(grid, grid, mass),
        "WEDGE": create_thin_wedge(grid, grid, mass),
    }
    return {name: to_mass(scale_formation_to_mass(alpha, mass), mass) for name, alpha in rough.items()}


def to_mass(alpha: Density, mass: float) -> Density:
    """Return full cells as a formation of exactly the mass: men join at inner corners, then at sides, or leave tips."""
    held = (alpha + neighbours(alpha > 0.5)) / 2  # 0.25 and more at inner corners, 0.125 beside a straight side
    return weigh_out(8 * (held - 0.5), mass, held > 0)


def weigh_out(coverage: Density, mass: float, room: Bool[np.ndarray, "H W"]) -> Density:
    """Return the coverage, raised or lowered alike in all cells with room, cut to [0, 1], at exactly the mass."""
    formation = fill(0.5 - coverage.astype(np.float64), mass, room.astype(np.float64))
    assert formation.sum(dtype=np.float64) == mass, "the room cannot hold the mass"
    return formation


def turned(alpha: Density, angle: float, mass: float) -> Density:
    """Return the formation turned by `angle` degrees, at exactly the mass."""
    rough = np.asarray(rotate_formation(jnp.asarray(alpha)[..., None], angle)[..., 0])
    return weigh_out(rough, mass, rough > 0)
