"""Kinds of films on disk: GIF by Pillow, MP4 by ffmpeg where the extra `video` is installed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from engine.io import Draft
from engine.recording import mp4
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
    """Raise InputError where a film of this kind cannot be made here: an MP4 needs an ffmpeg that runs."""
    if film_format(path) == "mp4":
        mp4.check_encoder(path.name)


def open_film(draft: Draft) -> FilmWriter:
    """Return the writer of a draft, by the ending of the file that it is for.

    Raises InputError without ffmpeg, OSError where it cannot write.
    """
    wanted = quality(draft.target)
    if film_format(draft.target) == "mp4":
        return mp4.Mp4Writer(draft.path, frames_per_second=wanted.frames_per_second)
    return GifWriter(
        draft.path, frames_per_second=wanted.frames_per_second, width=wanted.width, reserved=overlay_colours()
    )


def overlay_colours() -> tuple[Colour, ...]:
    """Return colours that the first frames of a film may lack: those of overlays, which are switched on at any time."""
    steps = np.linspace(0, STEPS - 1, 12).astype(int)
    found = [VELOCITY, PLANNED]
    for scale in SCALES.values():
        found += [(red, green, blue) for red, green, blue, _ in scale[steps].tolist()]
    return tuple(found)
