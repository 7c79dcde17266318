"""Training as a library: a state, a step, or a whole run, with parts of a program's own."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import PRNGKeyArray

from nca_controller.controllers import NCA
from nca_controller.training.battles import Battles, BattlesOnGrounds, Outcome, fight
from nca_controller.training.config import Config, check_resumable
from nca_controller.training.loop import Trainer, descend, fresh_battles
from nca_controller.training.parts import FoundParts, Parts, find_parts, with_names
from nca_controller.training.runs import SNAPSHOTS, Metrics, Run
from nca_controller.training.snapshots import Snapshots

MODEL = "model"  # folder of the best weights, in a run's own


class TrainState(NamedTuple):
    """What changes from step to step. A pytree."""

    params: Any
    moments: Any  # the optimiser's state


def create_state(config: Config, parts: FoundParts | None = None) -> TrainState:
    """Return the state that training starts from. `parts` are by default those that the config names."""
    parts = parts or find_parts(config)
    params = parts.weights(jax.random.key(config.seed))
    return TrainState(params, parts.optimiser.init(params))


def draw_battles(
    config: Config, count: int, parts: FoundParts | None = None, seed: int = 0
) -> Battles | BattlesOnGrounds:
    """Return so many fresh battles, each with an order, as NumPy arrays: mass, target (N, H, W) and cells (N, H, W, C).

    The same seed draws the same.
    """
    parts = parts or find_parts(config)
    return fresh_battles(parts.orders(np.random.default_rng(seed)), count)


def train_step(
    state: TrainState, battles: Battles | BattlesOnGrounds, key: PRNGKeyArray, *, config: Config, parts: FoundParts
) -> tuple[TrainState, Outcome]:
    """Return the state after a step of the optimiser on some battles, and what came of them. Pure: for jit and scan.

    The outcome has the battles after the rollout, for those who go on with them, and per battle the losses, overlaps
    and further metrics.
    """
    (_, outcome), gradient = jax.value_and_grad(fight, has_aux=True)(
        state.params, battles, jax.random.split(key, len(battles.mass)), config, parts
    )
    return TrainState(*descend(parts.optimiser, state.params, state.moments, gradient)), outcome


def train(
    config: Config,
    parts: Parts | None = None,
    *,
    folder: Path | str | None = None,
    resume: bool = False,
    minutes: float = math.inf,
    report: Callable[[Metrics], object] = lambda metrics: None,
) -> NCA:
    """Train as the command does, with parts of one's own; return the controller of the weights at the end.

    `report` gets the metrics of every iteration. With a folder the run leaves there what the command leaves: its
    metrics, its snapshots, from which `resume` goes on, and the best weights in `model/`; without one it leaves
    nothing. `minutes` is the most that it may take, with a folder.

    Raises ValueError for parts that are none, for a folder that holds a run, and for a resumed run of other settings.
    Raises ArithmeticError where numbers are not finite.
    """
    given = parts or Parts()
    config = with_names(config, given)
    if folder is None:
        return train_in_memory(Trainer(config, find_parts(config, given)), report)
    folder = Path(folder)
    snapshots = Snapshots(folder / SNAPSHOTS)
    if resume:
        check_resumable(Config(**snapshots.notes()["config"]), config, f"the run in {folder}")
    elif snapshots.iterations():
        raise ValueError(f"{folder} holds a run: resume it, or name another folder")
    run = Run(config, folder / MODEL, folder, resume=resume, parts=given)
    for metrics in run.iterations(minutes):
        report(metrics)
    return run.trainer.controller


def train_in_memory(trainer: Trainer, report: Callable[[Metrics], object]) -> NCA:
    """Train to the last iteration, and leave nothing on the disk; return the controller."""
    begun = time.monotonic()
    while trainer.iteration < trainer.config.iterations:
        step = trainer.iterate()
        due = trainer.iteration % trainer.config.save_every == 0
        validation = trainer.validate() if due else None
        report(Metrics.of(trainer.iteration, step, time.monotonic() - begun, validation))
    return trainer.controller
