"""Pictures of a run under way: panels of one battle, the loss so far, and an animation of four transitions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from engine.io import name_unwritable
from nca_controller.dynamics import rollout
from nca_controller.plotting import animate, make_figure, save_figure

if TYPE_CHECKING:
    from nca_controller.training.loop import Trainer

TRANSITIONS = 4
FRAMES = 64  # of an animation
LONGER = 2  # length of an animation, in rollouts


def show(trainer: Trainer, folder: Path) -> None:
    """Write the panels and the animation of this iteration into the run's folder."""
    folder = folder / "figures"
    with name_unwritable(folder):
        folder.mkdir(exist_ok=True)
    rows = [json.loads(line) for line in (folder.parent / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    name = f"{trainer.iteration:06d}"
    draw_panels(trainer, [row["loss"] for row in rows], [row["overlap"] for row in rows], folder / f"{name}.png")
    draw_transitions(trainer, folder / f"{name}.gif")


def draw_panels(trainer: Trainer, losses: list[float], overlaps: list[float], path: Path) -> None:
    """Draw start, target, end, error and velocity of one battle, and the curves of the run."""
    battles = trainer.validation
    keys = jax.random.split(jax.random.key(0), len(battles.mass))
    outcome = trainer._fight(jax.device_get(trainer.params), battles, keys)[1]
    end = np.asarray(outcome.battles.mass[0])
    velocity = np.asarray(outcome.velocity[0])
    figure, axes = make_figure(2, 4, (16, 8))
    fields = {
        "initial": battles.mass[0], "target": battles.target[0], "final": end, "error": abs(end - battles.target[0])
    }  # fmt: skip
    for axis, (title, field) in zip(axes[0], fields.items(), strict=True):
        axis.imshow(field, cmap="hot", vmin=0, vmax=1)
        axis.set_title(title)
    for axis, title, field in zip(axes[1], ("velocity x", "velocity y"), np.moveaxis(velocity, -1, 0), strict=False):
        axis.imshow(field, cmap="RdBu", vmin=-1, vmax=1)
        axis.set_title(title)
    for axis in axes.flat[:6]:
        axis.set_axis_off()
    for axis, title, values in ((axes[1, 2], "loss", losses), (axes[1, 3], "overlap at the end", overlaps)):
        axis.plot(np.arange(1, len(values) + 1), values, linewidth=0.8)
        axis.set_title(title)
        axis.set_xlabel("iteration")
    save_figure(figure, path, dpi=60)


def draw_transitions(trainer: Trainer, path: Path) -> None:
    """Animate battles that are the same throughout a run, steered as in play; their targets are below."""
    config = trainer.config
    controller = trainer.controller
    starts, targets = trainer.validation.mass[:TRANSITIONS], trainer.validation.target[:TRANSITIONS]
    ticks = LONGER * config.ticks
    marches = [
        np.concatenate([start[None], rollout(controller, jnp.asarray(start), jnp.asarray(target), ticks=ticks)])
        for start, target in zip(starts, targets, strict=True)
    ]
    chosen = np.unique(np.linspace(0, ticks, FRAMES).astype(int))
    animate([march[chosen] for march in marches], list(targets), chosen, path)
