"""What a training run is told: the presets, as typed data."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Config:
    """A training run. Lengths in cells, times in ticks; every field can be set on the command line."""

    iterations: int = 400  # optimiser steps
    batch: int = 4  # battles that are fought side by side in an iteration
    ticks: int = 40  # length of a rollout
    grid: int = 64  # the field is grid x grid; the weights are local and serve any size
    least_mass: float = 120.0
    greatest_mass: float = 420.0
    pool: int = 64  # battles that go on from iteration to iteration
    renewed: float = 0.5  # share of a batch that gets a new order; the others go on or stand
    wounded: float = 0.15  # share of a batch whose mass is partly thrown about
    hidden_dim: int = 64
    learning_rate: float = 1e-3
    gradient_clip: float = 1.0
    warmup: int = 20  # iterations until the learning rate is reached
    clean_weight: float = 0.3  # how much the logarithm of what is missing counts beside the time to 0.95
    rest_weight: float = 0.05  # how much commanded speed counts where mass stands right
    save_every: int = 50  # iterations between checkpoints
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field, for a run that cannot be."""
        for field in fields(self):
            value = getattr(self, field.name)
            least, words = (0, "at least 0") if field.name in MAY_BE_NONE else (1e-9, "above 0")
            if not (least <= value < 2**31):
                raise ValueError(f"{field.name} must be {words} and finite, not {value}")
        if self.batch > self.pool:
            raise ValueError(f"pool must be at least batch, {self.batch}, not {self.pool}")
        if self.warmup >= self.iterations:
            raise ValueError(f"warmup must be below iterations, {self.iterations}, not {self.warmup}")
        if self.renewed + self.wounded > 1:
            raise ValueError(f"renewed and wounded must add up to at most 1, not {self.renewed + self.wounded}")
        if not self.least_mass <= self.greatest_mass <= 0.5 * self.grid**2:
            raise ValueError(f"greatest_mass must lie between least_mass and {0.5 * self.grid**2:g}, half the grid")


MAY_BE_NONE = ("renewed", "wounded", "warmup", "clean_weight", "rest_weight", "seed")
PRESETS = {
    "smoke": Config(
        iterations=6, warmup=2, batch=2, ticks=8, grid=32, pool=8, least_mass=40, greatest_mass=90, save_every=3
    ),
    "quick": Config(),
    "default": Config(iterations=1000, ticks=64, pool=128, greatest_mass=600, learning_rate=2e-3),
}
