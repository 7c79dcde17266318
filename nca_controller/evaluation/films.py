"""Pictures of orders on grounds: a film of each, and all of them side by side. By Pillow alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw
from scipy.ndimage import binary_erosion

from engine.plugin import Ground
from nca_controller.controllers import Controller
from nca_controller.dynamics import init_state
from nca_controller.evaluation.battles import advance, terrain_of
from nca_controller.evaluation.tables import Row
from nca_controller.plotting import save_gif
from nca_controller.tasks import GroundOrder

FRAME_TICKS, FRAMES_A_SECOND = 8, 12
SHOWN_AFTER = 40  # ticks of a film after the last that its row speaks of
SCALE, SMALL_SCALE = 3, 2  # pixels across a cell, in a film and in the overview
CAPTION, GAP, ACROSS = 16, 6, 6  # pixels of a caption and between pictures; pictures in a row
OPEN, SLOW, CLOSED = (226, 220, 200), (128, 178, 210), (66, 60, 56)  # colours, red green blue
ARMY, TARGET = (176, 32, 32), (24, 96, 40)
SEEN = 0.25  # density from which on a cell belongs to the target's outline
CAPTION_PAPER, INK = (255, 255, 255), (0, 0, 0)


def draw_films(controller: Controller, orders: Sequence[GroundOrder], rows: Sequence[Row], folder: Path) -> None:
    """Write a film of each order, `ground-NAME.gif`, as long as its row says. Raises InputError for the unwritable."""
    for order, row in zip(orders, rows, strict=False):
        last = row["bound"] * 2 if row["t95"] is None else row["t95"]
        frames = film(controller, order, int(last) + SHOWN_AFTER)
        save_gif(frames, folder / f"ground-{order.name.replace(' ', '-')}.gif", FRAMES_A_SECOND)


def film(controller: Controller, order: GroundOrder, ticks: int) -> list[Image.Image]:
    """Return the frames of an order: walls, slow cells, the mass, and the target's outline."""
    terrain = terrain_of(order.ground, order.mass)
    state = init_state(jnp.asarray(order.mass)[None], terrain, [controller], seed=0)
    targets, frames = jnp.asarray(order.wanted)[None], []
    for first in range(0, ticks, FRAME_TICKS):
        picture = painted(order.ground, np.asarray(state.mass[0]), order.wanted, SCALE)
        frames.append(captioned(picture, f"{order.name}: tick {first}"))
        _, state = advance(state, targets, first, ticks=FRAME_TICKS, between=1)
    return [frame.quantize(64) for frame in frames]


def overview(orders: Sequence[GroundOrder]) -> Image.Image:
    """Return one picture of all grounds, with each army at first and its target's outline."""
    pictures = [
        captioned(
            painted(order.ground, order.mass, order.wanted, SMALL_SCALE), f"{order.name}, mass {order.mass.sum():.0f}"
        )
        for order in orders
    ]
    rows = [pictures[first : first + ACROSS] for first in range(0, len(pictures), ACROSS)]
    width = max(sum(picture.width + GAP for picture in row) for row in rows)
    sheet = Image.new("RGB", (width, sum(max(picture.height for picture in row) + GAP for row in rows)), CAPTION_PAPER)
    top = 0
    for row in rows:
        left = 0
        for picture in row:
            sheet.paste(picture, (left, top))
            left += picture.width + GAP
        top += max(picture.height for picture in row) + GAP
    return sheet.quantize(64)


def painted(
    ground: Ground, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], scale: int
) -> UInt8[np.ndarray, "h w 3"]:
    """Return a ground with an army and the outline of its target, so many pixels to a cell."""
    capacity = np.broadcast_to(np.asarray(ground.capacity), ground.grid)
    colours = np.full((*ground.grid, 3), OPEN, dtype=np.float64)
    colours[capacity < 1] = SLOW
    colours[~ground.open_cells] = CLOSED
    weight = np.sqrt(np.clip(mass, 0, 1))[..., None]  # thin mass is to be seen as well
    large = (colours * (1 - weight) + np.array(ARMY) * weight).repeat(scale, axis=0).repeat(scale, axis=1)
    shape = (target > SEEN * target.max()).repeat(scale, axis=0).repeat(scale, axis=1)
    large[shape & ~binary_erosion(shape, border_value=1)] = TARGET
    return large.astype(np.uint8)


def captioned(picture: UInt8[np.ndarray, "h w 3"], words: str) -> Image.Image:
    """Return a picture with a line of words above it."""
    height, width, _ = picture.shape
    whole = Image.new("RGB", (width, height + CAPTION), CAPTION_PAPER)
    ImageDraw.Draw(whole).text((2, 2), words, fill=INK)
    whole.paste(Image.fromarray(picture), (0, CAPTION))
    return whole
