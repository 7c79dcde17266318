"""A run from its first iteration to its last: metrics, snapshots, the exported model, and an orderly end."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine.io import append_line, name_unwritable, write_whole
from nca_controller.checkpoints import save
from nca_controller.storage import read_plain
from nca_controller.training import processes
from nca_controller.training.config import Config
from nca_controller.training.loop import NotFiniteError, Step, Trainer
from nca_controller.training.parts import Parts, find_parts
from nca_controller.training.snapshots import Snapshots

METRICS = "metrics.jsonl"
SNAPSHOTS = "snapshots"
LARGEST_METRICS = 2**28  # bytes
MARGIN = 1.5  # how much longer than the slowest so far an iteration and a snapshot may take


class DivergedError(ArithmeticError):
    """Numbers are no longer finite; the text says when, and which checkpoint was the last good one."""


@dataclass(frozen=True)
class Metrics:
    """The metrics of one iteration."""

    iteration: int
    loss: float
    overlap: float  # mean over the batch, at the end of the rollouts
    seconds: float  # since the start, in all sessions of the run together
    gradient_norm: float  # before it is clipped
    validation: float | None  # the loss on battles that are the same all along, at iterations that are saved
    further: dict[str, float]  # those that a run names, as means over the batch

    @classmethod
    def of(cls, iteration: int, step: Step, seconds: float, validation: float | None) -> Metrics:
        """Return the metrics of an iteration by its step."""
        return cls(iteration, step.loss, step.overlap, seconds, step.gradient_norm, validation, step.metrics)

    def line(self) -> str:
        """Return the line of the metrics' file."""
        row = asdict(self)
        further = row.pop("further")
        return json.dumps(row | further)


class Run:
    """A run in its folder; `best` is the least validation loss so far, whose weights are the exported model.

    Nothing on disk is changed before its iterations begin. `passed_over` says, a line each, which snapshots it could
    not go on from. Raises CheckpointError where there is none.
    """

    def __init__(
        self, config: Config, model: Path, folder: Path, *, resume: bool = False, parts: Parts | None = None
    ) -> None:
        self.model, self.folder = model, folder
        self.snapshots = Snapshots(folder / SNAPSHOTS)
        found = find_parts(replace(config, init="") if resume else config, parts)  # a snapshot has weights of its own
        saved = self.snapshots.read(config, found.optimiser) if resume else None
        self.trainer = Trainer(config, found)
        self.seconds, self.best, self.passed_over = 0.0, math.inf, ()  # type: float, float, tuple[str, ...]
        self.resumed: list[dict[str, Any]] = []  # from which iterations the run went on, and with which other settings
        if saved:
            saved.put(self.trainer)
            self.seconds, self.best = float(saved.notes["seconds"]), float(saved.notes["best"])
            self.passed_over = saved.passed_over
            before = asdict(Config(**saved.notes["config"]))
            changed = {name: value for name, value in asdict(config).items() if value != before[name]}
            self.resumed = [*saved.notes.get("resumed", ()), {"iteration": saved.iteration, "changed": changed}]

    def iterations(self, minutes: float = math.inf) -> Iterator[Metrics]:
        """Go on to the last iteration, or until `minutes` have passed or Ctrl-C is pressed; save, and yield metrics.

        Where there are several processes, all go through it; one writes, and all stop when one is to.
        Raises DivergedError where numbers are no longer finite, InputError or OSError where nothing can be written.
        """
        begun, slowest, saving, compiled = time.monotonic(), 0.0, 0.0, False
        writes = processes.writes()
        if writes:
            with name_unwritable(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            self.keep_metrics()
        with stopping() as stop:
            while self.trainer.iteration < self.trainer.config.iterations:
                start = time.monotonic()
                late = start - begun + MARGIN * (slowest + saving) > 60 * minutes
                if processes.any_of(stop.is_set() or late):
                    break
                step = self.iterate()
                done = time.monotonic()
                if compiled:
                    slowest = max(slowest, done - start)
                elif writes and math.isfinite(minutes):
                    saving = self.time_to_validate()
                compiled = True
                seconds = round(self.seconds + done - begun, 2)
                due = writes and self.trainer.iteration % self.trainer.config.save_every == 0
                validation = self.trainer.validate() if due else None
                metrics = Metrics.of(self.trainer.iteration, step, seconds, validation)
                if writes:
                    with name_unwritable(self.folder / METRICS):
                        append_line(self.folder / METRICS, metrics.line())
                if validation is not None:
                    self.save(seconds, validation)
                    saving = max(saving, time.monotonic() - done)
                yield metrics
            if writes and self.trainer.iteration != self.snapshots.latest():
                self.save(round(self.seconds + time.monotonic() - begun, 2), self.trainer.validate())

    def time_to_validate(self) -> float:
        """Return the seconds that a validation takes, once it is compiled: so that none has to be at the end."""
        self.trainer.validate()
        start = time.monotonic()
        self.trainer.validate()
        return time.monotonic() - start

    def iterate(self) -> Step:
        """Take one step. Raises DivergedError, which names the last good checkpoint."""
        try:
            return self.trainer.iterate()
        except NotFiniteError as error:
            last = self.snapshots.latest()
            good = f"iteration {last} in {self.folder}" if last is not None else "none"
            raise DivergedError(
                f"{error} in iteration {self.trainer.iteration}; last good checkpoint: {good}"
            ) from None

    def save(self, seconds: float, loss: float) -> None:
        """Save the state with its validation loss, and export the model if it is the best so far."""
        better = loss < self.best
        self.best = min(self.best, loss)
        self.snapshots.save(self.trainer, loss, seconds, self.best, self.resumed)
        if better:
            save(self.model, self.trainer.params, self.trainer.config.architecture)

    def keep_metrics(self) -> None:
        """Drop metrics of iterations after the one that the run goes on from: they will be written again."""
        path = self.folder / METRICS
        kept = read_plain(path, LARGEST_METRICS) if path.exists() else b""
        lines = kept.decode("utf-8", errors="replace").splitlines()
        with name_unwritable(path):
            write_whole(path, "".join(line + "\n" for line in lines if iteration_of(line) <= self.trainer.iteration))


def iteration_of(line: str) -> float:
    """Return the iteration of a line of metrics; infinite where it is not one."""
    try:
        iteration = json.loads(line)["iteration"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return math.inf
    return iteration if isinstance(iteration, int) else math.inf


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C sets, so that an iteration ends whole; the second one interrupts."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(number: int, frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
