"""Pictures on disk: one as a PNG, many as a GIF. MP4 is in engine.recording.mp4."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from engine.io import Existing, write_whole
from engine.view import Colour

Pixels = UInt8[np.ndarray, "height width 3"]

COLOURS = 255  # in the palette
UNCHANGED = 255  # the palette's last index is for pixels that stay as they were
SEEN_FIRST = 24  # frames from which the palette is chosen


def save_png(path: str | Path, pixels: Pixels, *, existing: Existing = "replace") -> Path:
    """Write one picture, whole or not at all, and return where it lies. Raises OSError."""
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format="PNG", compress_level=4)
    return write_whole(Path(path), encoded.getvalue(), existing=existing)


def fitted(pixels: Pixels, like: Pixels) -> Pixels:
    """Return a picture at the size of another, uncut, with black beside it where their shapes differ."""
    if pixels.shape == like.shape:
        return pixels
    return np.asarray(ImageOps.pad(Image.fromarray(pixels), (like.shape[1], like.shape[0])))


class GifWriter:
    """Writes an animation frame by frame: one palette for all, and of each frame only what changed.

    The palette is chosen from the first frames, so these should show what the animation is about; it always has the
    `reserved` colours.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        frames_per_second: float = 20.0,
        width: int | None = None,
        reserved: Sequence[Colour] = (),
    ) -> None:
        """Open the file. Frames wider than `width` pixels are scaled down to it; None leaves them as they are."""
        self._file = Path(path).open("wb")  # noqa: SIM115, closed in close()
        self._frames_per_second = frames_per_second
        self._width = width
        self._reserved = [part for colour in reserved for part in colour]
        self._waiting: list[tuple[Image.Image, int]] = []
        self._palette: Image.Image | None = None
        self._before: UInt8[np.ndarray, "height width"] | None = None
        self._written = 0  # how long the written frames last together, in frames

    def add(self, pixels: Pixels, lasts: int = 1) -> None:
        """Append a frame that lasts as long as `lasts` frames. All frames have the size of the first."""
        frame = Image.fromarray(pixels)
        if self._width is not None and frame.width > self._width:
            height = round(frame.height * self._width / frame.width)
            frame = frame.resize((self._width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if self._palette is None:
            self._waiting.append((frame, lasts))
            if len(self._waiting) == SEEN_FIRST:
                self._begin()
        else:
            self._write(frame, lasts)

    def close(self) -> None:
        """Finish the file; closing twice is harmless. Raises ValueError where no frame was added."""
        if self._file.closed:
            return
        try:
            if self._palette is None:
                self._begin()
            self._file.write(b";")
        finally:
            self._file.close()

    def __enter__(self) -> GifWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()

    def _begin(self) -> None:
        """Choose the palette and write the header, then the frames that waited for it."""
        if not self._waiting:
            raise ValueError("an animation needs at least one frame")
        width, height = self._waiting[0][0].size
        # A sample of the pixels is enough: soldiers and letters show in every third row and column, too.
        sample = np.concatenate([np.asarray(frame)[::3, ::3] for frame, _ in self._waiting])
        free = COLOURS - len(self._reserved) // 3
        self._palette = Image.fromarray(sample).quantize(free, method=Image.Quantize.MEDIANCUT)
        colours = bytes([*(self._palette.getpalette("RGB") or [])[: 3 * free], *self._reserved])
        self._palette.putpalette(colours)
        self._file.write(struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF7, 0, 0) + colours.ljust(768, b"\0"))
        self._file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")  # repeats for ever
        for frame, lasts in self._waiting:
            self._write(frame, lasts)
        self._waiting.clear()

    def _write(self, frame: Image.Image, lasts: int) -> None:
        assert self._palette is not None
        indices = np.asarray(frame.quantize(palette=self._palette, dither=Image.Dither.NONE))
        left, top, content = 0, 0, indices
        if self._before is not None:
            changed = indices != self._before
            down, across = np.nonzero(changed.any(axis=1))[0], np.nonzero(changed.any(axis=0))[0]
            # A frame in which nothing changed still counts: one pixel stands for it.
            rows = slice(down[0], down[-1] + 1) if down.size else slice(0, 1)
            columns = slice(across[0], across[-1] + 1) if across.size else slice(0, 1)
            left, top = columns.start, rows.start
            content = np.where(changed, indices, UNCHANGED)[rows, columns]
        self._before = indices
        self._file.write(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0b0000_0101, self._duration(lasts), UNCHANGED, 0))
        height, width = content.shape
        self._file.write(struct.pack("<BHHHHBB", 0x2C, left, top, width, height, 0, 8))
        self._file.write(Image.fromarray(content).convert("P").tobytes("gif", "P") + b"\0")
        self._written += lasts

    def _duration(self, lasts: int) -> int:
        """Return the hundredths of a second until the next frame, such that rounding never adds up."""
        times = (self._written, self._written + lasts)
        ends = [round(100 * time / self._frames_per_second) for time in times]
        return min(max(ends[1] - ends[0], 1), 0xFFFF)
