"""The demo: the game plays by itself for twenty seconds, filmed as a GIF or an MP4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from engine.app import headless
from engine.battle import TICKS_PER_SECOND, Battle, BattleSetup
from engine.formations import reachable_place
from engine.io import drafted
from engine.orders import GiveOrders, Order, Schedule
from engine.plugin import Ground
from engine.recording import open_film, quality
from engine.view import Scene, View

TICKS = 600  # twenty seconds
ORDERS = (  # tick, formation, centre as shares of the field's width and height, angle in degrees
    (0, "line", 0.5, 0.5, 0),
    (100, "wedge", 0.5, 0.45, 0),
    (175, "wedge", 0.66, 0.45, 90),
    (265, "square", 0.55, 0.5, 0),
    (355, "column", 0.3, 0.5, 0),
    (385, "phalanx", 0.35, 0.5, -60),  # before the column is complete
    (470, "circle", 0.5, 0.5, 0),
    (540, "testudo", 0.5, 0.5, 45),
)


def schedule(ground: Ground) -> Schedule:
    """Return the orders of the demo for this ground, each to where the army can go."""
    height, width = ground.grid
    return tuple(
        (tick, GiveOrders(((0, Order(name, reachable_place((x * width, y * height), ground), angle)),)))
        for tick, name, x, y, angle in ORDERS
    )


def film(
    setup: BattleSetup,
    battle: Battle,
    view: View,
    path: Path,
    ticks: int = TICKS,
    asked: Callable[[], bool] = lambda: False,
) -> None:
    """Play so many ticks and save them, with a progress bar: an MP4 by the file's ending, else a GIF.

    Where it is `asked` to end before, the film has what was played. Raises OSError where it cannot be written.
    """
    with drafted(path) as draft, open_film(draft) as writer:
        wanted = quality(path)
        for scene in scenes(setup, battle, ticks, wanted.frames_per_second, asked):
            view.draw(scene)
            writer.add(view.picture(wanted.width))
            if asked():
                break


def scenes(
    setup: BattleSetup,
    battle: Battle,
    ticks: int,
    frames_per_second: float,
    asked: Callable[[], bool] = lambda: False,
) -> Iterator[Scene]:
    """Play so many ticks and yield scenes at even distances in time."""
    shown, spacing = 0.0, TICKS_PER_SECOND / frames_per_second  # in ticks
    for tick in tqdm(headless.play(battle, ticks, asked), total=ticks, desc="filming", unit="tick"):
        while shown <= tick:
            yield headless.scene(setup, battle, shown - (tick - 1))
            shown += spacing
