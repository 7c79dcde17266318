"""The configuration of a training run, and the presets, as typed data."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nca_controller.checkpoints import MOST_HIDDEN, Architecture
from nca_controller.guidance import COMMANDERS
from nca_controller.model import CELLS, FRAMES
from nca_controller.tasks import STARTS
from nca_controller.training.losses import LOSSES

MOST_CELLS = 2**26  # of all battles of a pool together: they take 72 bytes each


@dataclass(frozen=True)
class Config:
    """A training run. Lengths in cells, times in ticks; every field can be set on the command line."""

    iterations: int = 400  # optimiser steps
    batch: int = 4  # battles that are fought side by side
    accumulate: int = 1  # batches whose gradients are averaged into a step
    ticks: int = 40  # length of a rollout
    grid: int = 64  # the field is grid x grid; the weights are local and serve any size
    least_mass: float = 120.0
    greatest_mass: float = 420.0
    pool: int = 64  # battles that go on from iteration to iteration
    starts: str = "orders"  # masses at first: crowds and formations anywhere, or the seed's quarters
    turn: float = 180.0  # degrees, the most that an order is turned either way
    renewed: float = 0.5  # share of a batch that gets a new order; the others go on or rest
    wounded: float = 0.15  # share of a batch whose mass is partly thrown about, as `tasks.damage` says
    replaced: int = 1  # battles of a batch, the worst ones, that start anew
    guidance: str = "plan"  # the commander whose orders the cells perceive
    obedience: float = 4.0  # from a planned speed of 1 / obedience on cells correct in full; 0: they always do
    hidden_dim: int = 64
    cells: str = "living"  # which cells act: the living, with mass in them or beside them, or all
    frame: str = "order"  # in which they perceive and correct: that of their order, or the ground's
    fire_rate: float = 1.0  # probability that a cell updates in a tick
    velocity_noise: float = 0.0  # standard deviation
    diffusion_rate: float = 0.0  # share of a difference in mass that crosses each face in a tick
    learning_rate: float = 1e-3
    gradient_clip: float = 1.0
    warmup: int = 20  # iterations until the learning rate is reached
    decay: int = 0  # iterations until it has fallen to a hundredth; 0: all of them
    loss: str = "shortfall"  # standing: time to stand; shortfall: what is missing at all times; seed: the last tick
    rest_weight: float = 0.05  # weight of commanded speed where mass is in its place
    save_every: int = 50  # iterations between checkpoints
    show_every: int = 0  # iterations between figures and animations; 0: none
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field, for an impossible run."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in CHOICES:
                if value not in CHOICES[field.name]:
                    raise ValueError(f"{field.name} must be one of {', '.join(CHOICES[field.name])}, not {value!r}")
                continue
            least, words = (0, "at least 0") if field.name in MAY_BE_NONE else (1e-9, "above 0")
            if not (least <= value < 2**31):
                raise ValueError(f"{field.name} must be {words} and finite, not {str(value)[:20]}")
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
    def architecture(self) -> Architecture:
        """What the weights are made for."""
        return Architecture(
            hidden_dim=self.hidden_dim,
            guidance=self.guidance,
            obedience=self.obedience,
            cells=self.cells,
            frame=self.frame,
        )


CHOICES = {
    "loss": tuple(LOSSES),
    "starts": tuple(STARTS),
    "guidance": tuple(COMMANDERS),
    "cells": CELLS,
    "frame": FRAMES,
}
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
