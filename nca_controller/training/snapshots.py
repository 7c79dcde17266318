"""The resumable state of a run: weights, optimiser, pool and generators. The latest and the best.

A snapshot is a folder named by its iteration: arrays, notes beside them, and a digest of all its files. It is kept
apart from the exported model, which holds the weights alone.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.io import write_whole
from nca_controller.storage import (
    CheckpointError,
    digest,
    files_of,
    read_arrays,
    read_json,
    read_plain,
    shown,
    write_arrays,
)
from nca_controller.training import processes
from nca_controller.training.config import LONGEST_NAME, Config
from nca_controller.training.loop import arrays_of, arrays_template

if TYPE_CHECKING:
    from nca_controller.training.loop import Trainer

FORMAT = 2  # version of what a snapshot holds; the first had no digest, and did not say its own loss
ARRAYS, NOTES, DIGEST = "arrays", "notes/metadata", "digest"
LATER = {"optimiser", "metrics", "terrain", "init", "percept"}  # fields that runs of 0.1.0 have not
MOST_RESUMED = 20  # the last of them are noted
DRAFT = "draft"  # prefix of what is not yet a snapshot or no longer one
NUMBER = "0|[1-9][0-9]{0,9}"  # name of a snapshot's folder
LEFT = ("*.orbax-checkpoint-tmp*", f"{DRAFT}-*")  # what a killed run leaves


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that was read whole; `passed_over` says, a line each, why newer ones were not."""

    iteration: int
    notes: dict[str, Any]
    arrays: Any
    passed_over: tuple[str, ...]

    def put(self, trainer: Trainer) -> None:
        """Put a trainer into this state."""
        state = self.arrays
        trainer.params, trainer.moments = processes.put((state["params"], state["moments"]), trainer.everywhere)
        trainer.held.load(state["pool"])
        trainer.rng.bit_generator.state = self.notes["generator"]
        trainer.iteration = self.iteration


class Snapshots:
    """The snapshots in a run's folder. One is there whole, or is passed over; reading changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def iterations(self) -> list[int]:
        """Return the iterations of all snapshots, whole or not, the newest first."""
        with contextlib.suppress(OSError):
            names = [path.name for path in self.folder.iterdir() if path.is_dir()]
            return sorted((int(name) for name in names if re.fullmatch(NUMBER, name)), reverse=True)
        return []

    def latest(self) -> int | None:
        """Return the iteration of the newest snapshot that is whole, or None."""
        return next((iteration for iteration, _ in self._whole([])), None)

    def notes(self) -> dict[str, Any]:
        """Return the notes of the newest snapshot that is whole. Raises CheckpointError where none is."""
        passed_over: list[str] = []
        for _, notes in self._whole(passed_over):
            return notes
        raise self._none(passed_over)

    def read(self, config: Config, optimizer: Any = None) -> Snapshot:
        """Return the newest snapshot that is whole and of a run's shapes. Raises CheckpointError where none is.

        `optimizer` is the run's, where it brings one along.
        """
        passed_over: list[str] = []
        template = arrays_template(config, optimizer)
        for iteration, notes in self._whole(passed_over):
            try:
                arrays = read_arrays(self.folder / str(iteration) / ARRAYS, template, "this run")
            except CheckpointError as error:
                passed_over.append(str(error))
                continue
            return Snapshot(iteration, notes, arrays, tuple(passed_over))
        raise self._none(passed_over)

    def restore(self, trainer: Trainer) -> None:
        """Put a trainer into the state of the newest snapshot that is whole. Raises CheckpointError."""
        self.read(trainer.config, trainer.optimizer).put(trainer)

    def save(
        self, trainer: Trainer, loss: float, seconds: float, best: float, resumed: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Save a trainer, with its validation loss, and keep the best of the others; all where that raises OSError."""
        notes = {
            "format": FORMAT,
            "iteration": trainer.iteration,
            "config": asdict(trainer.config),
            "generator": trainer.rng.bit_generator.state,
            "seconds": seconds,
            "best": best,
            "loss": loss if loss == loss else math.inf,
            "resumed": list(resumed)[-MOST_RESUMED:],
        }
        draft, final = self.folder / f"{DRAFT}-{trainer.iteration}", self.folder / str(trainer.iteration)
        try:
            shutil.rmtree(draft, ignore_errors=True)
            (draft / NOTES).parent.mkdir(parents=True)
            write_arrays(draft / ARRAYS, arrays_of(trainer))
            write_whole(draft / NOTES, json.dumps(notes))
            write_whole(draft / DIGEST, self._digest(draft, trainer.config))
            if final.exists():  # it was passed over, and the run has come here again
                final.rename(self.folder / f"{DRAFT}-old-{trainer.iteration}")
            draft.rename(final)
        except BaseException as error:
            shutil.rmtree(draft, ignore_errors=True)
            if not isinstance(error, OSError):
                raise
            last = self.latest()
            good = f"iteration {last}" if last is not None else "none"
            raise OSError(
                f"{self.folder}: iteration {trainer.iteration} cannot be saved: {error.strerror or error}; "
                f"last good checkpoint: {good}"
            ) from None
        self._clear(trainer.iteration)

    def _clear(self, latest: int) -> None:
        """Remove all snapshots but the latest and the best, and what a killed run has left."""
        losses = {iteration: notes.get("loss", math.inf) for iteration, notes in self._whole([])}
        kept = {latest, min(losses, key=lambda iteration: (losses[iteration], -iteration), default=latest)}
        self._clear_left()
        for iteration in self.iterations():
            if iteration not in kept:  # put aside first, so that a kill leaves no half of a snapshot
                with contextlib.suppress(OSError):
                    (self.folder / str(iteration)).rename(self.folder / f"{DRAFT}-old-{iteration}")
        self._clear_left()

    def _clear_left(self) -> None:
        for path in [path for pattern in LEFT for path in self.folder.glob(pattern)]:
            shutil.rmtree(path, ignore_errors=True)

    def _whole(self, passed_over: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield iteration and notes of what is whole, the newest first; append why others are not."""
        for iteration in self.iterations():
            try:
                yield iteration, self._read_notes(iteration)
            except CheckpointError as error:
                passed_over.append(str(error))

    def _read_notes(self, iteration: int) -> dict[str, Any]:
        """Return the checked notes of a snapshot. Raises CheckpointError, also where its digest is another."""
        folder = self.folder / str(iteration)
        try:
            notes = read_json(folder / NOTES)
            checked_notes(notes, iteration, folder / NOTES)
            if notes["format"] == FORMAT or (folder / DIGEST).exists():
                expected = read_plain(folder / DIGEST, 64)
                if self._digest(folder, Config(**notes["config"])).encode() != expected:
                    raise CheckpointError(f"{folder}: is damaged")
        except OSError as error:
            raise CheckpointError(f"{folder}: is not whole: {error.strerror or error} is missing") from None
        return notes  # type: ignore[no-any-return]

    def _digest(self, folder: Path, config: Config) -> str:
        """Return the digest of a snapshot's files, but for the one that holds it. Raises CheckpointError."""
        files = files_of(folder, arrays_template(config))
        return digest(folder, [path for path in files if path != folder / DIGEST])

    def _none(self, passed_over: list[str]) -> CheckpointError:
        if passed_over:
            return CheckpointError(f"no run can be resumed: {passed_over[0]}")
        return CheckpointError(f"{self.folder}: there is no run to resume")


def checked_notes(notes: Any, iteration: int, path: Path) -> None:
    """Raise CheckpointError unless notes are of the kinds that a run can go on from."""
    if not isinstance(notes, dict) or notes.get("format") not in (1, FORMAT):
        raise CheckpointError(f"{path}: the run is of another version of Maniple and cannot be resumed")
    config, known = notes.get("config"), {field.name for field in fields(Config)}
    if not isinstance(config, dict) or not known - LATER <= set(config) <= known:
        raise CheckpointError(f"{path}: the run is of another version of Maniple and cannot be resumed")
    for field in fields(Config):
        value, kind = config.get(field.name, field.default), type(field.default)
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise CheckpointError(f"{path}: config {field.name!r} is of the wrong kind: {shown(value)}")
    try:
        Config(**config)
    except (ValueError, OverflowError) as error:
        raise CheckpointError(f"{path}: config: {error}") from None
    if not _is_number(notes.get("seconds"), 0.0, 1e12):
        raise CheckpointError(f"{path}: 'seconds' is {shown(notes.get('seconds'))}")
    if not _is_number(notes.get("best"), -1e300, math.inf):
        raise CheckpointError(f"{path}: 'best' is {shown(notes.get('best'))}")
    if not _is_number(notes.get("loss", math.inf), -1e300, math.inf):
        raise CheckpointError(f"{path}: 'loss' is {shown(notes['loss'])}")
    if notes.get("iteration", iteration) != iteration or iteration > config["iterations"]:
        raise CheckpointError(f"{path}: is not of iteration {iteration} of {config['iterations']}")
    if not _are_resumed(notes.get("resumed", [])):
        raise CheckpointError(f"{path}: 'resumed' is {shown(notes['resumed'])}")
    try:
        generator: Any = np.random.PCG64()
        generator.state = notes["generator"]
        same = generator.state == notes["generator"]
    except Exception:  # NumPy raises many kinds
        same = False
    if not same:
        raise CheckpointError(f"{path}: 'generator' is not the state of a generator")


def _are_resumed(entries: Any) -> bool:
    """Whether notes say from which iterations a run went on, and with which other settings."""
    kinds = {field.name: type(field.default) for field in fields(Config)}
    return (
        isinstance(entries, list)
        and len(entries) <= MOST_RESUMED
        and all(
            isinstance(one, dict)
            and set(one) == {"iteration", "changed"}
            and _is_number(one["iteration"], 0, 2**31)
            and isinstance(one["changed"], dict)
            and all(
                type(value) is kinds.get(name) and len(str(value)) <= LONGEST_NAME and str(value).isprintable()
                for name, value in one["changed"].items()
            )
            for one in entries
        )
    )


def _is_number(value: Any, least: float, most: float) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and least <= value <= most and (value == math.inf or abs(value) < 1e300)
