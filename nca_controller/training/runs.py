"""A run from its first iteration to its last: metrics, snapshots, the exported model, and an orderly end."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.io import append_line, name_unwritable, write_whole
from nca_controller.checkpoints import save
from nca_controller.storage import read_plain
from nca_controller.training.config import Config
from nca_controller.training.loop import NotFiniteError, Trainer
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


class Run:
    """A run in its folder; `best` is the least validation loss so far, whose weights are the exported model.

    Nothing on disk is changed before its iterations begin. `passed_over` says, a line each, which snapshots it could
    not go on from. Raises CheckpointError where there is none.
    """

    def __init__(self, config: Config, model: Path, folder: Path, *, resume: bool = False) -> None:
        self.model, self.folder = model, folder
        self.snapshots = Snapshots(folder / SNAPSHOTS)
        saved = self.snapshots.read(config) if resume else None
        self.trainer = Trainer(config)
        self.seconds, self.best, self.passed_over = 0.0, math.inf, ()  # type: float, float, tuple[str, ...]
        if saved:
            saved.put(self.trainer)
            self.seconds, self.best = float(saved.notes["seconds"]), float(saved.notes["best"])
            self.passed_over = saved.passed_over

    def iterations(self, minutes: float = math.inf) -> Iterator[Metrics]:
        """Go on to the last iteration, or until `minutes` have passed or Ctrl-C is pressed; save, and yield metrics.

        Raises DivergedError where numbers are no longer finite, InputError or OSError where nothing can be written.
        """
        begun, slowest, saving = time.monotonic(), 0.0, 0.0
        with name_unwritable(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self.keep_metrics()
        with stopping() as stop:
            while self.trainer.iteration < self.trainer.config.iterations and not stop.is_set():
                start = time.monotonic()
                if start - begun + MARGIN * (slowest + saving) > 60 * minutes:
                    break
                loss, overlap = self.iterate()
                done = time.monotonic()
                slowest = max(slowest, done - start)
                metrics = Metrics(self.trainer.iteration, loss, overlap, round(self.seconds + done - begun, 2))
                with name_unwritable(self.folder / METRICS):
                    append_line(self.folder / METRICS, json.dumps(asdict(metrics)))
                if self.trainer.iteration % self.trainer.config.save_every == 0:
                    self.save(metrics.seconds)
                    saving = max(saving, time.monotonic() - done)
                yield metrics
            if self.trainer.iteration != self.snapshots.latest():
                self.save(round(self.seconds + time.monotonic() - begun, 2))

    def iterate(self) -> tuple[float, float]:
        """Take one step. Raises DivergedError, which names the last good checkpoint."""
        try:
            return self.trainer.iterate()
        except NotFiniteError as error:
            last = self.snapshots.latest()
            good = f"iteration {last} in {self.folder}" if last is not None else "none"
            raise DivergedError(
                f"{error} in iteration {self.trainer.iteration}; last good checkpoint: {good}"
            ) from None

    def save(self, seconds: float) -> None:
        """Save the state, and export the model if it is the best so far."""
        loss = self.trainer.validate()
        better = loss < self.best
        self.best = min(self.best, loss)
        self.snapshots.save(self.trainer, loss, seconds, self.best)
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
