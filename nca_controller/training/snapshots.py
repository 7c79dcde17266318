"""The resumable state of a run: weights, optimiser, pool and generators, saved by orbax. The latest and the best.

It is kept apart from the exported model, which holds the weights alone.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from nca_controller.checkpoints import CheckpointError, first_line
from nca_controller.training.config import Config

if TYPE_CHECKING:
    from nca_controller.training.loop import Trainer

FORMAT = 1  # version of what a snapshot holds


class Snapshots:
    """The snapshots in a run's folder, each named by its iteration. A snapshot is whole or not there at all."""

    def __init__(self, folder: Path) -> None:
        import orbax.checkpoint as ocp  # late: it takes as long to import as all else together
        from orbax.checkpoint import checkpoint_managers as keep

        self.args = ocp.args
        best = keep.BestN(get_metric_fn=lambda metrics: metrics["loss"], reverse=True, n=1)
        options = ocp.CheckpointManagerOptions(
            preservation_policy=keep.AnyPreservationPolicy([keep.LatestN(1), best]), enable_async_checkpointing=False
        )
        self.folder = folder
        self.manager = ocp.CheckpointManager(folder.resolve(), options=options)

    def latest(self) -> int | None:
        """Return the last iteration that was saved."""
        step: int | None = self.manager.latest_step()
        return step

    def save(self, trainer: Trainer, loss: float, seconds: float, best: float) -> None:
        """Save a trainer, with its validation loss. Raises OSError; earlier snapshots stay whole."""
        last = self.latest()
        notes = {
            "format": FORMAT,
            "config": asdict(trainer.config),
            "generator": trainer.rng.bit_generator.state,
            "seconds": seconds,
            "best": best,
        }
        parts = self.args.Composite(arrays=self.args.StandardSave(arrays(trainer)), notes=self.args.JsonSave(notes))
        try:
            self.manager.save(trainer.iteration, args=parts, metrics={"loss": loss})
        except Exception as error:  # orbax and its stores raise many kinds
            good = f"iteration {last}" if last is not None else "none"
            raise OSError(
                f"{self.folder}: iteration {trainer.iteration} cannot be saved: {first_line(error)}; "
                f"last good checkpoint: {good}"
            ) from None

    def notes(self) -> dict[str, Any]:
        """Return the notes beside the arrays of the latest snapshot. Raises CheckpointError."""
        step = self.latest()
        if step is None:
            raise CheckpointError(f"{self.folder}: there is no run to resume")
        try:
            restored = self.manager.restore(step, args=self.args.Composite(notes=self.args.JsonRestore()))
        except Exception as error:
            raise CheckpointError(f"{self.folder}: iteration {step} cannot be read: {first_line(error)}") from None
        notes: dict[str, Any] = restored["notes"]
        if notes.get("format") != FORMAT or set(notes["config"]) != {field.name for field in fields(Config)}:
            raise CheckpointError(f"{self.folder}: the run is of another version of Maniple and cannot be resumed")
        return notes

    def restore(self, trainer: Trainer) -> None:
        """Put a trainer into the state of the latest snapshot. Raises CheckpointError."""
        step, notes = self.latest(), self.notes()
        assert step is not None
        template = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), arrays(trainer))
        try:
            parts = self.args.Composite(arrays=self.args.StandardRestore(template))
            restored = self.manager.restore(step, args=parts)["arrays"]
        except Exception as error:
            raise CheckpointError(f"{self.folder}: iteration {step} cannot be read: {first_line(error)}") from None
        trainer.params, trainer.moments = jax.device_put((restored["params"], restored["moments"]), trainer.everywhere)
        for field, saved in zip(trainer.pool, restored["pool"], strict=True):
            field[:] = np.asarray(saved)
        trainer.rng.bit_generator.state = notes["generator"]
        trainer.iteration = step


def arrays(trainer: Trainer) -> dict[str, Any]:
    """Return the arrays that a trainer consists of, of NumPy: another number of devices may read them again."""
    return jax.tree.map(np.asarray, {"params": trainer.params, "moments": trainer.moments, "pool": tuple(trainer.pool)})
