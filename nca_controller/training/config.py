"""The configuration of a training run, and the presets, as typed data."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from engine.io import shown
from engine.plugin import PartKind
from nca_controller.checkpoints import MOST_HIDDEN, Architecture
from nca_controller.controllers import COMMANDER
from nca_controller.model import CELLS, FRAMES
from nca_controller.tasks import STARTS
from nca_controller.training.losses import LOSSES
from nca_controller.training.optimizer import OPTIMISERS

MOST_CELLS = 2**26  # of all battles of a pool together: they take 72 bytes each
LONGEST_NAME = 1000  # letters of the name of a file, or of all metrics
KINDS = {  # the parts that a run names, by the field that does
    "loss": PartKind("loss", "maniple.losses", LOSSES),
    "starts": PartKind("starts", "maniple.starts", STARTS),
    "guidance": COMMANDER,
    "optimiser": PartKind("optimiser", "maniple.optimisers", OPTIMISERS),
    "metrics": PartKind("metric", "maniple.metrics", {}),
    "terrain": PartKind("ground", "maniple.grounds", {}),
    "init": PartKind("starting weights", "maniple.weights", {}),
}


def setting(default: Any, help: str) -> Any:
    """Return a field of the configuration with the line that the command's help has for it."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Config:
    """A training run. Lengths in cells, times in ticks; every field can be set on the command line."""

    iterations: int = setting(400, "optimiser steps")
    batch: int = setting(4, "battles that are fought side by side")
    accumulate: int = setting(1, "batches whose gradients are averaged into a step")
    ticks: int = setting(40, "length of a rollout")
    grid: int = setting(64, "the field is grid x grid; the weights are local and serve any size")
    least_mass: float = setting(120.0, "the least mass of a battle")
    greatest_mass: float = setting(420.0, "the greatest mass of a battle")
    pool: int = setting(64, "battles that go on from iteration to iteration")
    starts: str = setting("orders", "masses at first: crowds and formations anywhere, or the seed's quarters")
    turn: float = setting(180.0, "degrees, the most that an order is turned either way")
    renewed: float = setting(0.5, "share of a batch that gets a new order; the others go on or rest")
    wounded: float = setting(0.15, "share of a batch whose mass is partly thrown about, as `tasks.damage` says")
    replaced: int = setting(1, "battles of a batch, the worst ones, that start anew")
    guidance: str = setting("plan", "the commander whose orders the cells perceive")
    obedience: float = setting(4.0, "from a planned speed of 1 / obedience on cells correct in full; 0: they always do")
    hidden_dim: int = setting(64, "width of the cells' hidden layer")
    cells: str = setting("living", "which cells act: the living, with mass in them or beside them, or all")
    frame: str = setting("order", "in which they perceive and correct: that of their order, or the ground's")
    fire_rate: float = setting(1.0, "probability that a cell updates in a tick")
    velocity_noise: float = setting(0.0, "standard deviation")
    diffusion_rate: float = setting(0.0, "share of a difference in mass that crosses each face in a tick")
    learning_rate: float = setting(1e-3, "the greatest learning rate")
    gradient_clip: float = setting(1.0, "the greatest norm of a gradient that a step follows")
    warmup: int = setting(20, "iterations until the learning rate is reached")
    decay: int = setting(0, "iterations until it has fallen to a hundredth; 0: all of them")
    loss: str = setting(
        "shortfall", "standing: time to stand; shortfall: what is missing all along; seed: the last tick"
    )
    rest_weight: float = setting(0.05, "weight of commanded speed where mass is in its place")
    save_every: int = setting(50, "iterations between checkpoints")
    show_every: int = setting(0, "iterations between figures and animations; 0: none")
    seed: int = setting(0, "of all that is drawn by lot")
    optimiser: str = setting("adam", "what follows the gradient: adam, clipped, or one of your own")
    metrics: str = setting("", "further metrics, of your own, with commas between them")
    terrain: str = setting("", "the ground: a PNG or an octile map as scenarios have it, or your own; open without")
    init: str = setting("", "a trained model to start from, or weights of your own; by lot without")

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field, for an impossible run."""
        for one in fields(self):
            name, value = one.name, getattr(self, one.name)
            if name in CHOICES:
                if value not in CHOICES[name]:
                    raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}, not {value!r}")
            elif name in ("terrain", "init"):  # a file or a folder, or a part
                if not (value == "" or value.isprintable()) or len(value) > LONGEST_NAME:
                    raise ValueError(f"{name} must be the name of a file, not {shown(value)}")
            elif name in KINDS:
                if len(value) > LONGEST_NAME:
                    raise ValueError(f"{name} must be at most {LONGEST_NAME} letters long")
                for part in self.metric_names if name == "metrics" else (value,):
                    KINDS[name].check(part, name)
            else:
                least, words = (0, "at least 0") if name in MAY_BE_NONE else (1e-9, "above 0")
                if not (least <= value < 2**31):
                    raise ValueError(f"{name} must be {words} and finite, not {str(value)[:20]}")
        if self.hidden_dim > MOST_HIDDEN:
            raise ValueError(f"hidden_dim must be at most {MOST_HIDDEN}, not {self.hidden_dim}")
        if self.pool * self.grid**2 > MOST_CELLS:
            raise ValueError(f"pool times grid times grid must be at most {MOST_CELLS}, not {self.pool * self.grid**2}")
        if self.batch > self.pool:
            raise ValueError(f"pool must be at least batch, {self.batch}, not {self.pool}")
        if self.replaced > self.batch:
            raise ValueError(f"replaced must be at most batch, {self.batch}, not {self.replaced}")
        if self.warmup >= (self.decay or self.iterations):
            raise ValueError(f"warmup must be below {self.decay or self.iterations} iterations, not {self.warmup}")
        if self.renewed + self.wounded > 1:
            raise ValueError(f"renewed and wounded must add up to at most 1, not {self.renewed + self.wounded}")
        if not (self.fire_rate <= 1 and self.diffusion_rate <= 0.25):
            raise ValueError("fire_rate must be at most 1 and diffusion_rate at most 0.25")
        if not self.least_mass <= self.greatest_mass <= 0.5 * self.grid**2:
            raise ValueError(f"greatest_mass must lie between least_mass and {0.5 * self.grid**2:g}, half the grid")

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The names of further metrics."""
        return tuple(name.strip() for name in self.metrics.split(",")) if self.metrics else ()

    @property
    def architecture(self) -> Architecture:
        """What the weights are made for."""
        return Architecture(
            hidden_dim=self.hidden_dim,
            guidance=self.guidance,
            obedience=self.obedience,
            cells=self.cells,
            frame=self.frame,
        )


def check_resumable(before: Config, after: Config, where: str) -> None:
    """Raise ValueError, naming the field, where a run that is resumed with other settings had other losses."""
    may = HARMLESS | ({"iterations"} if before.decay else set())  # the learning rate falls until `decay`
    for one in fields(before):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old != new and one.name not in may:
            raise ValueError(f"{one.name} is {old} in {where}, and cannot become {new}")


CHOICES = {
    "cells": CELLS,
    "frame": FRAMES,
}
HARMLESS = {"save_every", "show_every", "metrics"}  # a run that is resumed with others has the same losses
MAY_BE_NONE = (
    "renewed", "wounded", "replaced", "warmup", "decay", "rest_weight", "obedience", "velocity_noise",
    "diffusion_rate", "show_every", "seed", "turn",
)  # fmt: skip
PRESETS = {
    "smoke": Config(
        iterations=6, warmup=2, batch=2, ticks=8, grid=32, pool=8, least_mass=40, greatest_mass=90, save_every=3
    ),
    "quick": Config(renewed=0.8, wounded=0.1, learning_rate=3e-3, loss="standing"),
    "default": Config(
        iterations=3600, ticks=64, pool=128, greatest_mass=600, renewed=0.8, wounded=0.1, learning_rate=3e-3,
        loss="standing",
    ),
    "local": Config(
        iterations=400, ticks=64, pool=128, guidance="relaxation", cells="all", frame="ground", learning_rate=2e-3
    ),
    "seed": Config(
        iterations=2000, batch=8, accumulate=4, ticks=64, grid=128, least_mass=200, greatest_mass=200, pool=256,
        starts="quarters", turn=30, renewed=1.0, wounded=0.0, replaced=0, guidance="gradient", obedience=0.0,
        cells="all", frame="ground", fire_rate=0.5, velocity_noise=0.25, diffusion_rate=0.08, learning_rate=2e-3,
        warmup=200, decay=4000, loss="seed", save_every=20, show_every=100,
    ),
}  # fmt: skip
