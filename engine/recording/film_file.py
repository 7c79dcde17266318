"""Films on disk: GIF by Pillow, MP4 by ffmpeg where the extra `video` is installed."""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from engine.io import InputError
from engine.recording.pictures import GifWriter, Pixels
from engine.view import PLANNED, SCALES, STEPS, VELOCITY, Colour


@dataclass(frozen=True)
class Quality:
    """How large and how smooth a film is."""

    width: int  # pixels; what is filmed is never scaled up
    frames_per_second: float


QUALITIES = {"gif": Quality(720, 12.0), "mp4": Quality(1280, 30.0)}


class FilmWriter(Protocol):
    """Writes a film, frame by frame."""

    def add(self, pixels: Pixels, lasts: int = 1) -> None:
        """Append a frame that lasts as long as `lasts` frames."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...

    def __enter__(self) -> FilmWriter: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def film_format(path: Path) -> str:
    """Return "mp4" for a file with that ending, else "gif"."""
    return "mp4" if path.suffix.lower() == ".mp4" else "gif"


def quality(path: Path) -> Quality:
    """Return the quality of a film in this file."""
    return QUALITIES[film_format(path)]


def check_film(path: Path) -> None:
    """Raise InputError where a film of this kind cannot be made here."""
    if film_format(path) == "mp4" and importlib.util.find_spec("imageio_ffmpeg") is None:
        raise InputError(f'{path.name}: MP4 needs the extra "video": pip install "maniple[video]", or name a .gif')


def open_film(path: Path) -> FilmWriter:
    """Return the writer for a file, by its ending. Raises InputError without ffmpeg, OSError where it cannot write."""
    check_film(path)
    wanted = quality(path)
    if film_format(path) == "mp4":
        return Mp4Writer(path, frames_per_second=wanted.frames_per_second)
    return GifWriter(path, frames_per_second=wanted.frames_per_second, width=wanted.width, reserved=overlay_colours())


def overlay_colours() -> tuple[Colour, ...]:
    """Return colours that the first frames of a film may lack: those of overlays, which are switched on at any time."""
    steps = np.linspace(0, STEPS - 1, 12).astype(int)
    found = [VELOCITY, PLANNED]
    for scale in SCALES.values():
        found += [(red, green, blue) for red, green, blue, _ in scale[steps].tolist()]
    return tuple(found)


class Mp4Writer:
    """Hands frames to ffmpeg, which encodes them in a process of its own."""

    def __init__(self, path: Path, *, frames_per_second: float) -> None:
        """Raises OSError where the file cannot be written."""
        path.open("wb").close()  # fails at once, and in the system's words, where ffmpeg would fail late
        self._path = path
        self._frames_per_second = frames_per_second
        self._sink: object = None

    def add(self, pixels: Pixels, lasts: int = 1) -> None:
        """Append a frame that lasts as long as `lasts` frames. All frames have the size of the first."""
        height, width = (length - length % 2 for length in pixels.shape[:2])  # the codec wants even lengths
        frame = pixels[:height, :width].tobytes()
        try:
            if self._sink is None:
                self._sink = self._begin((width, height))
            for _ in range(lasts):
                self._sink.send(frame)  # type: ignore[attr-defined]
        except (OSError, StopIteration) as error:
            raise OSError(f"{self._path.name}: ffmpeg has given up: {_last_line(error)}") from error

    def _begin(self, size: tuple[int, int]) -> object:
        import imageio_ffmpeg

        sink = imageio_ffmpeg.write_frames(
            str(self._path),
            size,
            fps=self._frames_per_second,
            codec="libx264",
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=["-preset", "veryfast", "-crf", "21", "-threads", "1", "-movflags", "+faststart"],
            quality=None,
        )
        sink.send(None)
        return sink

    def close(self) -> None:
        """Finish the file; closing twice is harmless. Raises ValueError where no frame was added."""
        if self._sink is None:
            if self._path.is_file() and self._path.stat().st_size == 0:
                raise ValueError("a film needs at least one frame")
            return
        sink, self._sink = self._sink, None
        with warnings.catch_warnings(record=True):
            try:
                sink.close()  # type: ignore[attr-defined]
            except OSError as error:
                raise OSError(f"{self._path.name}: ffmpeg has given up: {_last_line(error)}") from error

    def __enter__(self) -> Mp4Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self._sink is not None:
            self._sink.close()  # type: ignore[attr-defined]


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no space left, perhaps"
