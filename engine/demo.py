"""The game plays itself for a film: twenty seconds of orders, as an animated GIF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from engine import headless
from engine.battlefield import TICKS_PER_SECOND, Battlefield, Timed
from engine.campaign import Campaign
from engine.commands import Form
from engine.orders import Order
from engine.plugin import Ground
from engine.view.recording import GifWriter
from engine.view.scene import Scene, View

TICKS = 600  # twenty seconds
WIDTH = 720  # pixels; the window that is filmed is larger, so that men stay men
FRAMES_PER_SECOND = 12
ORDERS = (  # tick, formation, centre as shares of the field's width and height, angle in degrees
    (0, "line", 0.5, 0.5, 0),
    (100, "wedge", 0.5, 0.45, 0),
    (175, "wedge", 0.66, 0.45, 90),
    (265, "square", 0.55, 0.5, 0),
    (355, "column", 0.3, 0.5, 0),
    (385, "phalanx", 0.35, 0.5, -60),  # before the column stands
    (470, "circle", 0.5, 0.5, 0),
    (540, "testudo", 0.5, 0.5, 45),
)


def script(ground: Ground) -> Timed:
    """Return the orders of the demo for this ground."""
    height, width = ground.grid
    return tuple(
        (tick, Form(((0, Order(name, (x * width, y * height), angle)),))) for tick, name, x, y, angle in ORDERS
    )


def film(campaign: Campaign, battlefield: Battlefield, view: View, path: Path, ticks: int = TICKS) -> None:
    """Play so many ticks and save them as a GIF, with a progress bar. Raises OSError where it cannot be written."""
    with GifWriter(path, frames_per_second=FRAMES_PER_SECOND, width=WIDTH) as gif:
        for scene in scenes(campaign, battlefield, ticks):
            view.draw(scene)
            gif.add(view.picture())


def scenes(campaign: Campaign, battlefield: Battlefield, ticks: int) -> Iterator[Scene]:
    """Play so many ticks and yield scenes that are evenly spaced in time."""
    shown, spacing = 0.0, TICKS_PER_SECOND / FRAMES_PER_SECOND  # in ticks
    for tick in tqdm(headless.play(battlefield, ticks), total=ticks, desc="filming", unit="tick"):
        while shown <= tick:
            yield headless.scene(campaign, battlefield, shown - (tick - 1))
            shown += spacing
