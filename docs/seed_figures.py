"""docs/seed.md, how far the seed's recipe comes, from a run: python docs/seed_figures.py runs/seed.

The run is made by python -m nca_controller.training --preset seed --iterations 20 --save-every 2 --out seed --run
runs/seed; it may still go on, or have been stopped. Every battle of the table is one of its validation battles.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jax
import numpy as np

from engine.io import write_whole
from nca_controller.metrics import overlap
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.loop import Trainer
from nca_controller.training.runs import METRICS, SNAPSHOTS
from nca_controller.training.snapshots import Snapshots

PAGE = Path(__file__).parent / "seed.md"


def row(name, mass, target):
    """Return a row of the table: the seed's mass loss and the overlap, means over battles."""
    loss = ((np.float64(mass) - target) ** 2).mean()
    filled = np.mean([overlap(each, wanted) for each, wanted in zip(mass, target, strict=True)])
    if not (np.isfinite(loss) and np.isfinite(filled)):
        sys.exit(f"{name}: the field is not finite")
    return f"| {name} | {loss:.5f} | {filled:.3f} |"


def fought(trainer):
    """Return the mass at the end of the validation battles."""
    battles = trainer.validation
    keys = jax.random.split(jax.random.fold_in(trainer.root, 2), len(battles.mass))
    return np.asarray(trainer._fight(trainer.params, battles, keys)[1].battles.mass)


def main(folder):
    snapshots = Snapshots(folder / SNAPSHOTS)
    notes = snapshots.notes()
    config = Config(**notes["config"])
    trainer = Trainer(config)
    battles = trainer.validation
    rows = [
        row("an empty field", np.zeros_like(battles.mass), battles.target),
        row("nobody moves", battles.mass, battles.target),
        row("before training", fought(trainer), battles.target),
    ]
    snapshots.restore(trainer)
    rows.append(row(f"after {trainer.iteration} epochs", fought(trainer), battles.target))
    lines = (folder / METRICS).read_text(encoding="utf-8").splitlines()
    metrics = [each for each in map(json.loads, lines) if each["iteration"] <= trainer.iteration]
    parts = {"first": metrics[: max(1, len(metrics) // 4)], "last": metrics[-max(1, len(metrics) // 4) :]}
    told = {
        name: [np.mean([each[key] for each in part]) for key in ("loss", "overlap")] for name, part in parts.items()
    }
    whole, minutes = PRESETS["seed"].iterations, metrics[-1]["seconds"] / 60
    write_whole(
        PAGE,
        f"""# How far the seed's recipe comes

Written by `python docs/seed_figures.py` from a run of the preset `seed`: {config.grid} x {config.grid} cells,
mass {config.least_mass:g}, {config.ticks} steps, {config.accumulate} batches of {config.batch} an epoch, stopped after
{trainer.iteration} of the notebook's {whole:,} epochs and {minutes:.0f} minutes on a processor that
others shared. Loss and overlap in training, means over a quarter of the epochs each: {told["first"][0]:.5f} and
{told["first"][1]:.3f} at first, {told["last"][0]:.5f} and {told["last"][1]:.3f} at last. The learning rate warms up for
{config.warmup} epochs, so that weights have hardly moved before.

On {len(battles.mass)} battles that it never fought:

| | mass loss | overlap |
|---|---|---|
"""
        + "\n".join(rows)
        + "\n",
    )
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
