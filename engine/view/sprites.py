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
UNIT = 21.0  # pixels of a frame for the distance between two soldiers in closed ranks
MIDDLE = (16.0, 23.0)  # the point of a frame that goes on the soldier's position, in pixels from its top left
STRIDE = 3.2  # spacings walked in one cycle of the walk
PRESENCE = 1.6  # how much larger than their spacing soldiers are drawn: ranks close, and each soldier still shows
SMALLEST = 3.6  # pixels for a unit of the sprite, below which soldiers are dots
DOT = 1.25  # a dot's width in spacings


def frames() -> UInt8[np.ndarray, "F height width 4"]:
    """Return the frames, F = strides x facings, facing counted fastest. Channels: metal, cloth, leather, cover."""
    atlas = np.asarray(Image.open(ASSETS / "sprites" / "soldier.png").convert("RGBA"))
    height, width = atlas.shape[0] // STRIDES, atlas.shape[1] // FACINGS
    grid = atlas.reshape(STRIDES, height, FACINGS, width, 4).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(STRIDES * FACINGS, height, width, 4))


def variety(count: int) -> Float[np.ndarray, " N"]:
    """Return each soldier's own number from 0 to 1, the same in every frame."""
    return np.random.default_rng(0).random(count, dtype=np.float32)


def frame_of(soldiers: DrawnSoldiers, own: Float[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
    """Return each soldier's frame, as soldiers.vert.glsl has it; `own` is its variety, and shifts its stride."""
    column = np.floor(soldiers.facing / (2 * np.pi) * FACINGS + 0.5).astype(int) % FACINGS
    row = ((soldiers.walked / (STRIDE * soldiers.spacing) + own) % 1.0 * STRIDES).astype(int) % STRIDES
    return row * FACINGS + column


def nearest_last(y: Float[np.ndarray, " N"]) -> np.ndarray:
    """Return the order in which soldiers are drawn, so that the nearer cover the farther; ties keep their order."""
    # Sixteen bits are sorted by radix, several times as fast as floats, and without flicker between equals.
    return np.argsort(np.clip(y * 128.0, 0, 65535).astype(np.uint16), kind="stable")


def drawn_unit(spacing: float) -> float:
    """Return how many cells a unit of the sprite spans, for soldiers `spacing` cells apart in closed ranks."""
    return PRESENCE * spacing


def are_dots(camera: Camera, spacing: float) -> bool:
    """Return whether soldiers `spacing` cells apart are so small in the picture that dots suffice."""
    return camera.scale * drawn_unit(spacing) < SMALLEST


def dot_size(camera: Camera, spacing: float) -> float:
    """Return a dot's width in pixels."""
    return max(DOT * camera.scale * spacing, 1.5)


def in_sight(camera: Camera, position: Float[np.ndarray, "N 2"], reach: float) -> Bool[np.ndarray, " N"] | None:
    """Return which soldiers stand in the picture, or at most `reach` cells outside; None where all of them do."""
    left_top, right_bottom = camera.cells(np.zeros(2)) - reach, camera.cells(np.array(camera.size)) + reach
    seen = np.all((position > left_top) & (position < right_bottom), axis=1)
    return None if np.all(seen) else seen
