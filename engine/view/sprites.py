"""The soldier's frames, as assets/sprites/make_sprites.py lays them out."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from PIL import Image

from engine.io import ASSETS
from engine.view.camera import Camera
from engine.view.scene import DrawnSoldiers

FACINGS = 16
STRIDES = 4
UNIT = 21.0  # pixels of a frame for the distance between two men in closed ranks
MIDDLE = (16.0, 23.0)  # the point of a frame that goes on the man's position, in pixels from its top left
STRIDE = 3.2  # spacings walked in one cycle of the walk
PRESENCE = 1.6  # how much larger than their spacing men are drawn, so that ranks close and a man still shows
SMALLEST = 3.6  # pixels for a unit of the sprite, below which men are dots
DOT = 1.25  # spacings that a dot is across


def frames() -> UInt8[np.ndarray, "F height width 4"]:
    """Return the frames, F = strides x facings, facing counted fastest. Channels: metal, cloth, leather, cover."""
    atlas = np.asarray(Image.open(ASSETS / "sprites" / "soldier.png").convert("RGBA"))
    height, width = atlas.shape[0] // STRIDES, atlas.shape[1] // FACINGS
    grid = atlas.reshape(STRIDES, height, FACINGS, width, 4).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(STRIDES * FACINGS, height, width, 4))


def variety(count: int) -> Float[np.ndarray, " N"]:
    """Return each man's own number between 0 and 1, the same in every frame."""
    return np.random.default_rng(0).random(count, dtype=np.float32)


def frame_of(soldiers: DrawnSoldiers, own: Float[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
    """Return which frame shows each man, as the troops' shader has it; `own` is his variety, and shifts his stride."""
    column = np.floor(soldiers.facing / (2 * np.pi) * FACINGS + 0.5).astype(int) % FACINGS
    row = ((soldiers.walked / (STRIDE * soldiers.spacing) + own) % 1.0 * STRIDES).astype(int) % STRIDES
    return row * FACINGS + column


def nearest_last(y: Float[np.ndarray, " N"]) -> np.ndarray:
    """Return the order in which men are drawn, so that the nearer cover the farther; ties keep their order."""
    # Sixteen bits are sorted by radix, several times as fast as floats, and without flicker between equals.
    return np.argsort(np.clip(y * 128.0, 0, 65535).astype(np.uint16), kind="stable")


def drawn_unit(spacing: float) -> float:
    """Return how many cells a unit of the sprite spans, for men this many cells apart in closed ranks."""
    return PRESENCE * spacing


def are_dots(camera: Camera, spacing: float) -> bool:
    """Whether men this many cells apart are so small in the picture that a dot is all that can be seen of them."""
    return camera.scale * drawn_unit(spacing) < SMALLEST


def dot_size(camera: Camera, spacing: float) -> float:
    """Return how many pixels a dot is across."""
    return max(DOT * camera.scale * spacing, 1.5)


def in_sight(camera: Camera, position: Float[np.ndarray, "N 2"], reach: float) -> Bool[np.ndarray, " N"] | None:
    """Return who stands in the picture, or no further than `reach` cells outside; None where that is everybody."""
    left_top, right_bottom = camera.cells(np.zeros(2)) - reach, camera.cells(np.array(camera.size)) + reach
    seen = np.all((position > left_top) & (position < right_bottom), axis=1)
    return None if np.all(seen) else seen
