"""Pictures of an evaluation: times beside the physical bound, and four orders as an animation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from engine.io import name_unwritable, write_whole
from nca_controller.controllers import Controller
from nca_controller.dynamics import rollout
from nca_controller.evaluation.films import draw_films, overview
from nca_controller.plotting import animate, check_figures, make_figure, save_figure
from nca_controller.tasks import GroundOrder, benchmark

__all__ = ["check_figures", "draw", "draw_grounds"]

SHOWN = (0, 18, 36, 54)  # transitions of the benchmark: all on the same field
TICKS, EVERY = 128, 3


def draw(controller: Controller, results: dict[str, dict[str, list[dict[str, Any]]]], folder: Path) -> None:
    """Write `times.png` and `orders.gif` into a folder. Raises ValueError without matplotlib."""
    figure, ((axis,),) = make_figure(1, 1, (6, 6))
    folder.mkdir(parents=True, exist_ok=True)
    most = 0.0
    for name, trials in results.items():
        met = [row for row in trials.get("orders", []) if row["t95"] is not None]
        axis.plot([row["bound"] for row in met], [row["t95"] for row in met], "o", ms=4, label=Path(name).name)
        most = max([most, *(row["t95"] for row in met)])
    axis.plot([0, most], [0, most], color="black", linewidth=0.8, label="the bound")
    axis.set_xlabel("physical bound, ticks")
    axis.set_ylabel("ticks to an overlap of 0.95")
    axis.legend()
    save_figure(figure, folder / "times.png", dpi=100)
    chosen = [benchmark()[number] for number in SHOWN]
    marches = [
        np.concatenate(
            [one.mass[None], rollout(controller, jnp.asarray(one.mass), jnp.asarray(one.wanted), ticks=TICKS)]
        )
        for one in chosen
    ]
    animate(
        [march[::EVERY] for march in marches],
        [one.wanted for one in chosen],
        np.arange(0, TICKS + 1, EVERY),
        folder / "orders.gif",
        [one.name for one in chosen],
    )


def draw_grounds(
    controller: Controller, orders: Sequence[GroundOrder], rows: Sequence[dict[str, Any]], folder: Path
) -> None:
    """Write `grounds.png`, all orders side by side, and a film of each that has a row, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    overview(orders).save(content, format="PNG", optimize=True)
    with name_unwritable(folder / "grounds.png"):
        write_whole(folder / "grounds.png", content.getvalue())
    draw_films(controller, orders, rows, folder)
