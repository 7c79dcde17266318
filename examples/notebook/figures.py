"""The pictures of walkthrough.py: galleries of fields, a training run's panels, animations. Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image
from training import Lesson

from nca_controller import ADVECTION_CHANNELS as CHANNELS
from nca_controller.plotting import save_figure, save_gif

RESOLUTION = 72  # dots an inch
FRAMES_A_SECOND = 12


class Panel(NamedTuple):
    """One field of a picture, and how it is drawn."""

    title: str
    field: Float[np.ndarray, "H W"]
    colours: str = "hot"
    limits: tuple[float, float] = (0.0, 1.0)  # values of the darkest and of the brightest colour


class Film(NamedTuple):
    """One transition in motion."""

    title: str
    masses: Float[np.ndarray, "frames H W"]
    target: Float[np.ndarray, "H W"]


def velocity_panel(title: str, velocity: Float[np.ndarray, "H W"]) -> Panel:
    """Return the panel of one component of a velocity, cells per unit time: red to the left or up, else blue."""
    return Panel(title, velocity, "RdBu", (-1.0, 1.0))


def show(axes: Axes, panel: Panel) -> AxesImage:
    """Draw a panel, and return the image so that its values can be changed."""
    axes.set_title(panel.title, fontsize=10)
    axes.set(xticks=[], yticks=[])
    lowest, highest = panel.limits
    return axes.imshow(panel.field, cmap=panel.colours, vmin=lowest, vmax=highest, interpolation="nearest")


def draw_gallery(path: Path, rows: Sequence[Sequence[Panel]], title: str = "") -> None:
    """Write a PNG of panels row by row; a shorter row leaves its end empty."""
    columns = max(map(len, rows))
    figure = Figure((2.4 * columns, 2.7 * len(rows) + 0.4 * bool(title)), RESOLUTION, layout="constrained")
    figure.suptitle(title)
    for line, panels in zip(figure.subplots(len(rows), columns, squeeze=False), rows, strict=True):
        for axes in line[len(panels) :]:
            axes.set_axis_off()
        for axes, panel in zip(line, panels, strict=False):
            show(axes, panel)
    save_figure(figure, path, RESOLUTION)


def draw_signal(path: Path, signal: Float[np.ndarray, "H W 4"], title: str) -> None:
    """Write a PNG of a goal signal's four channels."""
    panels = [
        Panel(f"target mass ({signal[..., 0].sum(dtype=np.float64):g})", signal[..., 0]),
        velocity_panel("target velocity x", signal[..., 1]),
        velocity_panel("target velocity y", signal[..., 2]),
        Panel("proximity", signal[..., 3], "viridis"),
    ]
    draw_gallery(path, [panels], title)


def draw_lesson(path: Path, lesson: Lesson, losses: Float[np.ndarray, "epochs losses"], title: str) -> None:
    """Write a PNG of a batch's first trajectory, and of the curves of the total, the mass and the velocity loss."""
    figure = Figure((12.5, 6.4), RESOLUTION, layout="constrained")
    figure.suptitle(title)
    *places, total, parts = figure.subplots(2, 4).flat
    initial, final = lesson.before[0, ..., CHANNELS.MASS], lesson.after[0, ..., CHANNELS.MASS]
    panels = [
        Panel("initial", initial),
        Panel(f"target ({lesson.name})", lesson.target),
        Panel("final", final),
        Panel("error", np.abs(final - lesson.target)),
        velocity_panel("velocity x", lesson.after[0, ..., CHANNELS.VELOCITY_X]),
        velocity_panel("velocity y", lesson.after[0, ..., CHANNELS.VELOCITY_Y]),
    ]
    for axes, panel in zip(places, panels, strict=True):
        show(axes, panel)
    epochs = np.arange(1, len(losses) + 1)
    for axes, names, curves in ((total, ["total"], losses[:, :1]), (parts, ["mass", "velocity"], losses[:, 1:])):
        for name, curve in zip(names, curves.T, strict=True):
            axes.plot(epochs, curve, label=name, marker="o" if len(losses) < 10 else "")
        axes.set(xlabel="epoch", ylim=(0, 1.1 * curves.max() or None))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_title(f"{' and '.join(names)} loss", fontsize=10)
        axes.legend()
    save_figure(figure, path, RESOLUTION)


def animate(path: Path, films: Sequence[Film], skip: int, title: str) -> None:
    """Write a GIF of transitions side by side, above what each shall become; frames are `skip` steps apart."""
    figure = Figure((2.6 * max(len(films), 2), 6.2), RESOLUTION, layout="constrained")
    figure.suptitle(title)
    top, bottom = figure.subplots(2, len(films), squeeze=False)
    images = [show(axes, Panel("", film.masses[0])) for axes, film in zip(top, films, strict=True)]
    for axes, film in zip(bottom, films, strict=True):
        show(axes, Panel("target", film.target))
    canvas, frames = FigureCanvasAgg(figure), []
    for number in range(len(films[0].masses)):
        for axes, image, film in zip(top, images, films, strict=True):
            mass = film.masses[number]
            image.set_data(mass)
            held = mass.sum(dtype=np.float64)
            axes.set_title(f"{film.title}\nstep {number * skip}, mass {held:g}", fontsize=10)
        canvas.draw()
        frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    save_gif(frames, path, FRAMES_A_SECOND)
