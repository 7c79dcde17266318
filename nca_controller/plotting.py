"""Figures by matplotlib, an optional dependency, always drawn by its Agg backend: the player's own is left alone."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from PIL import Image

from engine.io import name_unwritable, write_whole

BACKEND = "MPLBACKEND"  # what it names may not be installed here, and then matplotlib cannot even be imported
ANIMATION_DPI, FRAMES_A_SECOND = 50, 12


def check_figures() -> None:
    """Raise ValueError where matplotlib is missing."""
    own = os.environ.pop(BACKEND, None)
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ValueError("figures need matplotlib: pip install 'maniple[figures]', or set show_every to 0") from None
    finally:
        if own is not None:
            os.environ[BACKEND] = own


def make_figure(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    """Return a figure of so many inches and its axes, (rows, columns). Raises ValueError without matplotlib."""
    check_figures()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def save_figure(figure: Any, path: Path, dpi: int) -> None:
    """Write a figure as a PNG, whole. Raises InputError where it cannot be written."""
    content = io.BytesIO()
    figure.savefig(content, dpi=dpi, format="png")
    with name_unwritable(path):
        write_whole(path, content.getvalue())


def animate(
    marches: list[Float[np.ndarray, "time H W"]],
    targets: list[Float[np.ndarray, "H W"]],
    ticks: Float[np.ndarray, " time"],
    path: Path,
    titles: list[str] | None = None,
) -> None:
    """Write a GIF of several marches side by side, their targets below, whole. Raises InputError as `save_gif` does."""
    figure, axes = make_figure(2, len(marches), (3 * len(marches), 6))
    figure.set_dpi(ANIMATION_DPI)
    pictures = []
    for axis, march, target, below in zip(axes[0], marches, targets, axes[1], strict=True):
        pictures.append(axis.imshow(march[0], cmap="hot", vmin=0, vmax=1))
        below.imshow(target, cmap="hot", vmin=0, vmax=1)
    for axis, title in zip(axes[0], titles or [], strict=False):
        axis.set_title(title)
    for axis in axes.flat:
        axis.set_axis_off()
    frames = []
    for number, tick in enumerate(ticks):
        figure.suptitle(f"tick {tick}")
        for picture, march in zip(pictures, marches, strict=True):
            picture.set_array(march[number])
        figure.canvas.draw()
        frames.append(Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB"))
    save_gif(frames, path, FRAMES_A_SECOND)


def save_gif(frames: list[Image.Image], path: Path, frames_a_second: int) -> None:
    """Write pictures as a GIF that repeats for ever, whole. Raises InputError where it cannot be written."""
    content = io.BytesIO()
    frames[0].save(
        content, format="GIF", save_all=True, append_images=frames[1:], duration=1000 // frames_a_second, loop=0
    )
    with name_unwritable(path):
        write_whole(path, content.getvalue())
