"""Figures by matplotlib, an optional dependency: a check for it, pyplot for files, and animations of battles."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.io import write_whole


def check_figures() -> None:
    """Raise ValueError where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ValueError("figures need matplotlib: pip install 'maniple[figures]', or set show_every to 0") from None


def save_figure(figure: Any, path: Path, dpi: float) -> None:
    """Write a figure as a PNG, whole or not at all, and close it. Raises OSError."""
    encoded = io.BytesIO()
    figure.savefig(encoded, format="png", dpi=dpi)
    plotting().close(figure)
    write_whole(path, encoded.getvalue())


def animate(
    marches: list[Float[np.ndarray, "time H W"]],
    targets: list[Float[np.ndarray, "H W"]],
    ticks: Float[np.ndarray, " time"],
    path: Path,
    titles: list[str] | None = None,
) -> None:
    """Write a GIF of several marches side by side, their targets below, whole or not at all. Raises OSError."""
    plt = plotting()
    from matplotlib.animation import FuncAnimation, PillowWriter

    figure, axes = plt.subplots(2, len(marches), figsize=(3 * len(marches), 6), squeeze=False, layout="constrained")
    pictures = []
    for axis, march, target, below in zip(axes[0], marches, targets, axes[1], strict=True):
        pictures.append(axis.imshow(march[0], cmap="hot", vmin=0, vmax=1))
        below.imshow(target, cmap="hot", vmin=0, vmax=1)
    for axis, title in zip(axes[0], titles or [], strict=False):
        axis.set_title(title)
    for axis in axes.flat:
        axis.set_axis_off()

    def draw(frame: int) -> list[Any]:
        figure.suptitle(f"tick {ticks[frame]}")
        for picture, march in zip(pictures, marches, strict=True):
            picture.set_array(march[frame])
        return pictures

    with TemporaryDirectory() as folder:
        made = Path(folder, "march.gif")  # matplotlib writes in place
        FuncAnimation(figure, draw, frames=len(ticks)).save(made, writer=PillowWriter(fps=12), dpi=50)
        plt.close(figure)
        write_whole(path, made.read_bytes())


def plotting() -> Any:
    """Return pyplot, which draws into files here."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt
