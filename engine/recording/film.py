"""A film of the game as it is played, written in a thread of its own: the game hands over frames and never waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from engine.io import Draft, drafted
from engine.recording.film_file import FilmWriter, open_film
from engine.recording.pictures import Pixels, fitted

WAITING = 24  # frames that may wait to be written; more are dropped, and the frame before each gap lasts longer

Frame = tuple[int, Pixels]  # the time in frames since the start, and the picture


class Film:
    """A file that its own thread writes. A frame that comes while too many wait is dropped.

    The file gets the first free number, and its name once all of it is on disk: `path` is then where it lies.
    """

    def __init__(self, path: Path, opened: Callable[[Draft], FilmWriter] | None = None) -> None:
        self.path = path
        self.dropped = 0
        self.frames = 0
        self.failure = ""  # why it stopped, in one line
        self._opened = opened or open_film
        self._frames: queue.Queue[Frame | None] = queue.Queue(WAITING + 1)  # one place is for the final None
        self._thread = threading.Thread(target=self._write, name=f"film {path.name}", daemon=True)
        self._thread.start()

    @property
    def room(self) -> bool:
        """Whether a frame would be taken now."""
        return self._frames.qsize() < WAITING and self._thread.is_alive()

    @property
    def finished(self) -> bool:
        """Whether all is on disk, or writing has failed."""
        return not self._thread.is_alive()

    def offer(self, moment: int, pixels: Pixels) -> None:
        """Hand over the frame of a moment, which is counted in frames; it is dropped where there is no room."""
        if self.room:
            self._frames.put_nowait((moment, pixels))
        else:
            self.dropped += 1

    def end(self) -> None:
        """Have the thread finish the file. Returns at once."""
        if not self.finished:
            self._frames.put_nowait(None)

    def wait(self, seconds: float) -> None:
        """Wait until the file is finished, or for so many seconds."""
        self._thread.join(seconds)

    def _write(self) -> None:
        try:
            with drafted(self.path, existing="number") as draft, self._opened(draft) as writer:
                before: Frame | None = None
                while (frame := self._frames.get()) is not None:
                    if before is not None:
                        self._add(writer, before, frame[0] - before[0])
                        frame = frame[0], fitted(frame[1], before[1])  # the window may have changed its size
                    before = frame
                if before is not None:
                    self._add(writer, before, 1)
            self.path = draft.target
        except Exception as error:  # whatever goes wrong with a film, the game goes on and reports it
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.failure = reason.splitlines()[0]

    def _add(self, writer: FilmWriter, frame: Frame, lasts: int) -> None:
        writer.add(frame[1], max(lasts, 1))
        self.frames += 1
