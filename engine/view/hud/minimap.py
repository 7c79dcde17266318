"""The minimap as a pygame surface: ground, scenery, the regiments' mass in their colours, and what the camera sees."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pygame
from jaxtyping import Float

from engine.fields import block_sums
from engine.io import MATERIALS
from engine.view.camera import Camera
from engine.view.palette import BORDER, GRASS, ROCK, TEXT, Colour
from engine.view.scenery import Scenery

COVERS: dict[
    str, tuple[Colour, bool]
] = {  # colours of what covers the field, and whether they are striped: what is slow is
    "street": ((84, 78, 62), False),
    "square": ((104, 98, 82), False),
    "bridge": ((150, 140, 118), False),
    "slope": ((104, 94, 72), True),
    "ford": ((128, 138, 126), True),
    "swamp": ((92, 90, 54), True),
    "rock": (ROCK, False),
    "trees": ((18, 40, 22), False),
    "water": ((28, 62, 84), False),
    "walls": ((156, 144, 120), False),
}
CLEAR = 0.5  # density from which on a regiment's colour covers the ground


def minimap_ground(
    density: Float[np.ndarray, "R H W"],
    teams: tuple[Colour, ...],
    scenery: Scenery | None,
    minimap: Camera,
    unit: float,
) -> pygame.Surface:
    """Return the field at the size in which the minimap's camera shows it, within a border."""
    grid = density.shape[1:]
    across = max(math.floor(1.0 / minimap.scale), 1)  # cells that share a pixel anyhow are summed first
    coarse = block_sums(density, across) / across**2
    light = np.empty((*coarse.shape[1:], 3), dtype=np.float32)
    light[:] = 0.8 * np.array(GRASS)
    if scenery is not None:
        light[:] = covered(scenery, across)
    for regiment, share in enumerate(coarse):
        cover = np.minimum(share / CLEAR, 1.0)[..., None]
        light += cover * (np.array(teams[regiment % len(teams)]) - light)
    size = (max(round(grid[1] * minimap.scale), 1), max(round(grid[0] * minimap.scale), 1))
    small = pygame.image.frombuffer(np.ascontiguousarray(light.astype(np.uint8)).tobytes(), light.shape[1::-1], "RGB")
    rim = max(round(unit), 1)
    picture = pygame.Surface((size[0] + 2 * rim, size[1] + 2 * rim), pygame.SRCALPHA)
    picture.fill((*BORDER, 255))
    picture.blit(pygame.transform.smoothscale(small, size), (rim, rim))
    return picture


@lru_cache(maxsize=2)
def covered(scenery: Scenery, across: int) -> Float[np.ndarray, "h w 3"]:
    """Return the colours of the ground alone, a pixel for each square of `across` cells: computed once for a ground."""
    light = np.tile(0.8 * np.array(GRASS), (*scenery.cover.shape, 1))
    for name, (colour, _) in COVERS.items():
        light[scenery.cells(name)] = colour
    slow = np.isin(scenery.cover, [MATERIALS.index(name) for name, (_, striped) in COVERS.items() if striped])
    coarse = np.moveaxis(block_sums(np.moveaxis(light, -1, 0), across), 0, -1) / across**2
    share = block_sums(slow[None], across)[0, ..., None] / across**2
    coloured: Float[np.ndarray, "h w 3"] = coarse * (1.0 + share * (_stripes(share.shape) - 1.0))
    return coloured


def _stripes(shape: tuple[int, ...]) -> Float[np.ndarray, "h w 1"]:
    """Return the light of diagonal stripes, two pixels bright and two dark."""
    row, column = np.indices(shape[:2])
    return np.where((row + column) % 4 < 2, 1.15, 0.7)[..., None]


def with_frame(picture: pygame.Surface, minimap: Camera, seen: Camera, grid: tuple[int, int], unit: float):
    """Return a minimap with a frame around the part of the field that `seen` shows; no frame where that is all."""
    left, top, right, bottom = visible(seen, grid)
    if (left, top, right, bottom) == (0.0, 0.0, float(grid[1]), float(grid[0])):
        return picture
    framed = picture.copy()
    rim = max(round(unit), 1)
    x, y = (rim + round(edge * minimap.scale) for edge in (left, top))
    width, height = (max(round(span * minimap.scale), 3) for span in (right - left, bottom - top))
    pygame.draw.rect(framed, TEXT, (x, y, width, height), width=max(round(1.4 * unit), 1))
    return framed


def visible(camera: Camera, grid: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return which part of the field a camera sees: left, top, right and bottom in cells."""
    left, top = np.clip(camera.cells(np.zeros(2)), 0.0, (grid[1], grid[0])).tolist()
    right, bottom = np.clip(camera.cells(np.array(camera.size)), 0.0, (grid[1], grid[0])).tolist()
    return left, top, right, bottom
